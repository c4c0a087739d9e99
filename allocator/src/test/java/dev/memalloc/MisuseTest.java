package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** One test per misuse: the call that does it is told, and the heap is as it was. */
@ParameterizedClass(name = "slotMax {0}")
@ValueSource(longs = {0, HeapOptions.SLOT_MAX})
class MisuseTest {
    private static final long MAPPING = 300_000;

    private final Heap heap;
    private long before;
    private long block;
    private long after;
    private long mapping;

    MisuseTest(long slotMax) {
        heap = new Heap(HeapOptions.defaults().withSlotMax(slotMax));
    }

    @BeforeEach
    void fill() {
        before = heap.memalloc(100);
        block = heap.memalloc(1000);
        after = heap.memalloc(100);
        heap.memalloc(100);
        mapping = heap.memalloc(MAPPING);
    }

    @AfterEach
    void close() {
        heap.close();
    }

    @Test
    void doubleFree() {
        heap.memfree(block);
        refusedState(block, "was freed already");
    }

    @Test
    void doubleFreeOfTheLastBlock() {
        long last = heap.memalloc(100);
        heap.memfree(last);
        refusedState(last, "was freed already");
    }

    @Test
    void doubleFreeAfterMergingWithThePreviousBlock() {
        heap.memfree(before);
        heap.memfree(block);
        refusedState(block, "was freed already");
        refusedState(before, "was freed already");
    }

    @Test
    void doubleFreeAfterMergingWithTheNextBlock() {
        heap.memfree(after);
        heap.memfree(block);
        refusedState(after, "was freed already");
        refusedState(block, "was freed already");
    }

    @Test
    void doubleFreeAfterAThousandOthers() {
        heap.memfree(block);
        for (int i = 0; i < 1000; i++) {
            heap.memfree(heap.memalloc(2000 + i));
        }
        refusedState(block, "was freed already");
    }

    @Test
    void doubleFreeOfAMapping() {
        heap.memfree(mapping);
        refusedState(mapping, "was freed or moved already");
    }

    @Test
    void doubleFreeOfAMappingAfterAThousandOthers() {
        heap.memfree(mapping);
        for (int i = 0; i < 1000; i++) {
            heap.memfree(heap.memalloc(MAPPING + 4096L * i));
        }
        refusedState(mapping, "was freed or moved already");
    }

    @Test
    void freeOfAMovedBlock() {
        heap.memresize(block, 5000);
        refusedState(block, "was freed already");
    }

    @Test
    void freeOfInteriorPointers() {
        for (long offset : new long[] {16, 32, 512, 992}) {
            refusedArgument(block + offset, offset + " bytes into a live block of 100");
        }
        refusedArgument(block + 1, "is not the address of a live block: it is");
        refusedArgument(block + 8, "is not the address of a live block: it is");
    }

    @Test
    void freeOfAnInteriorPointerOfAFreeBlock() {
        heap.memfree(block);
        refusedArgument(block + 512, "512 bytes into a free block");
    }

    @Test
    void freeOfInteriorPointersOfAMapping() {
        for (long offset : new long[] {1, 16, 4096, MAPPING - 1}) {
            refusedArgument(mapping + offset, offset + " bytes into a mapping");
        }
    }

    @Test
    void freeOfForeignAddresses() {
        for (long address : new long[] {1, 8, 16, 4096, -1, -16, Long.MIN_VALUE, Long.MAX_VALUE, 0x7fff_ffff_f000L}) {
            refusedArgument(address, "is not the address of a live block");
        }
    }

    @Test
    void theProcessHeapCannotBeClosed() {
        assertThatThrownBy(() -> Memory.heap().close()).isInstanceOf(IllegalStateException.class);
        Memory.memfree(Memory.memalloc(10));
    }

    private void refusedArgument(long address, String why) {
        refused(address, IllegalArgumentException.class, why);
        heap.check();
    }

    private void refusedState(long address, String why) {
        refused(address, IllegalStateException.class, why);
    }

    /** Every call that takes an address refuses it, and changes nothing. */
    private void refused(long address, Class<? extends Exception> type, String why) {
        HeapStats stats = heap.stats();
        assertThatThrownBy(() -> heap.memfree(address)).isInstanceOf(type).hasMessageContaining(why)
            .hasMessageContaining("0x");
        assertThatThrownBy(() -> heap.memresize(address, 0)).isInstanceOf(type);
        assertThatThrownBy(() -> heap.memresize(address, 5000)).isInstanceOf(type);
        assertThat(heap.stats()).isEqualTo(stats);
    }
}
