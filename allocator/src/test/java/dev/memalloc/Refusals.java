package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * That a heap refuses an address: by every call that takes one, with nothing changed.
 *
 * @param heap a heap that the purger leaves alone, since its figures are compared
 */
record Refusals(Heap heap) {
    /** It is no live block's: an argument that is wrong, and the heap is sound. */
    void argument(long address, String why) {
        refused(address, IllegalArgumentException.class, why);
        heap.check();
    }

    /** It was a block's, or what stands there was overwritten. */
    void state(long address, String why) {
        refused(address, IllegalStateException.class, why);
    }

    private void refused(long address, Class<? extends Exception> type, String why) {
        HeapStats stats = heap.stats();
        assertThatThrownBy(() -> heap.memfree(address)).isInstanceOf(type).hasMessageContaining(why)
            .hasMessageContaining("0x");
        assertThatThrownBy(() -> heap.memresize(address, 0)).isInstanceOf(type);
        assertThatThrownBy(() -> heap.memresize(address, 5000)).isInstanceOf(type);
        assertThat(heap.stats()).isEqualTo(stats);
    }
}
