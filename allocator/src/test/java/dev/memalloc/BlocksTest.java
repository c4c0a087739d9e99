package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Splitting, merging and resizing in place. */
class BlocksTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void shrinkingSplitsTheTailOff() {
        long address = heap.memalloc(100_000);
        long guard = heap.memalloc(10_000);
        Pattern.write(heap, address, 100_000, 1);
        assertThat(heap.memresize(address, 10 << 10)).isEqualTo(address);
        Pattern.verify(heap.segment(address), 100_000, 10 << 10, 1);
        assertThat(heap.segment(address).byteSize()).isEqualTo(10 << 10);
        long inTail = heap.memalloc(10_000);
        assertThat(inTail).isBetween(address, guard);
    }

    @Test
    void growingAbsorbsTheFreeNeighbour() {
        long first = heap.memalloc(10_000);
        long second = heap.memalloc(50_000);
        heap.memalloc(10_000);
        Pattern.write(heap, first, 10_000, 1);
        heap.memfree(second);
        assertThat(heap.memresize(first, 40_000)).isEqualTo(first);
        Pattern.verify(heap, first, 10_000, 1);
    }

    @Test
    void growingTheLastBlockStaysInPlace() {
        long address = heap.memalloc(10_000);
        for (long size = 20_000; size < HeapOptions.MMAP_THRESHOLD; size += 1000) {
            assertThat(heap.memresize(address, size)).isEqualTo(address);
        }
    }

    @Test
    void bothNeighboursAreMergedAtEveryFree() {
        long first = heap.memalloc(50_000);
        long second = heap.memalloc(50_000);
        long third = heap.memalloc(50_000);
        heap.memalloc(10_000);
        heap.memfree(first);
        heap.memfree(third);
        heap.memfree(second);
        assertThat(heap.memalloc(150_000)).isEqualTo(first);
    }

    @Test
    void whatIsLargerThanTheRegionIsRefused() {
        HeapOptions options = HeapOptions.defaults().withAddressRange(1L << 40).withMmapThreshold(1L << 40);
        try (Heap large = new Heap(options, new Os())) {
            long block = large.memalloc(100_000);
            for (long size : new long[] {(1L << 40) - 1, (1L << 40) - 4096}) {
                assertThatThrownBy(() -> large.memalloc(size)).isInstanceOf(OutOfMemoryError.class);
                assertThatThrownBy(() -> large.memresize(block, size)).isInstanceOf(OutOfMemoryError.class);
                assertThatThrownBy(() -> large.memalign(2 << 20, size)).isInstanceOf(OutOfMemoryError.class);
                large.check();
            }
            assertThat(large.stats().blocksLive()).isOne();
        }
    }

    @Test
    void aBlockThatWasMadeSmallIsKnownToBeFreedAfterMerging() {
        long first = heap.memresize(heap.memalloc(20_000), 100);
        long second = heap.memresize(heap.memalloc(20_000), 100);
        long third = heap.memresize(heap.memalloc(20_000), 100);
        heap.memalloc(20_000);
        heap.memfree(first);
        heap.memfree(third);
        heap.memfree(second);
        for (long freed : new long[] {first, second, third}) {
            assertThatThrownBy(() -> heap.memfree(freed)).isInstanceOf(IllegalStateException.class);
        }
    }
}
