package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** One test per misuse: the call that does it is told, and the heap is as it was; slots, and blocks. */
@ParameterizedClass(name = "sizes times {0}")
@ValueSource(ints = {1, 100})
class MisuseTest {
    private static final long MAPPING = 3_000_000;

    private final int scale;
    private final Heap heap;
    private final Refusals refusals;
    private long before;
    private long block;
    private long after;
    private long mapping;

    MisuseTest(int scale) {
        this.scale = scale;
        heap = new Heap(HeapOptions.defaults(), new Os());
        refusals = new Refusals(heap);
    }

    @BeforeEach
    void fill() {
        before = heap.memalloc(100 * scale);
        block = heap.memalloc(1000 * scale);
        after = heap.memalloc(100 * scale);
        heap.memalloc(100 * scale);
        mapping = heap.memalloc(MAPPING);
    }

    @AfterEach
    void close() {
        heap.close();
    }

    @Test
    void doubleFree() {
        heap.memfree(block);
        refusals.state(block, "was freed already");
    }

    @Test
    void doubleFreeOfTheLastBlock() {
        long last = heap.memalloc(100 * scale);
        heap.memfree(last);
        refusals.state(last, "was freed already");
    }

    @Test
    void doubleFreeAfterMergingWithThePreviousBlock() {
        heap.memfree(before);
        heap.memfree(block);
        refusals.state(block, "was freed already");
        refusals.state(before, "was freed already");
    }

    @Test
    void doubleFreeAfterMergingWithTheNextBlock() {
        heap.memfree(after);
        heap.memfree(block);
        refusals.state(after, "was freed already");
        refusals.state(block, "was freed already");
    }

    @Test
    void doubleFreeAfterAThousandOthers() {
        heap.memfree(block);
        for (int i = 0; i < 1000; i++) {
            heap.memfree(heap.memalloc((200 + i / 10) * scale));
        }
        refusals.state(block, "was freed already");
    }

    @Test
    void doubleFreeOfAMapping() {
        heap.memfree(mapping);
        refusals.state(mapping, "was freed or moved already");
    }

    @Test
    void doubleFreeOfAMappingAfterAThousandOthers() {
        heap.memfree(mapping);
        for (int i = 0; i < 1000; i++) {
            heap.memfree(heap.memalloc(MAPPING + 4096L * i));
        }
        refusals.state(mapping, "was freed or moved already");
    }

    @Test
    void freeOfAMovedBlock() {
        heap.memresize(block, 5000 * scale);
        refusals.state(block, "was freed already");
    }

    @Test
    void freeOfInteriorPointers() {
        for (long offset : new long[] {16, 32, 512, 992 * scale}) {
            refusals.argument(block + offset, offset + " bytes into a live block of 100");
        }
        refusals.argument(block + 1, "is not the address of a live block: it is");
        refusals.argument(block + 8, "is not the address of a live block: it is");
    }

    @Test
    void freeOfAnInteriorPointerOfAFreeBlock() {
        heap.memfree(block);
        refusals.argument(block + 512, "512 bytes into a free block");
    }

    @Test
    void freeOfInteriorPointersOfAMapping() {
        for (long offset : new long[] {1, 16, 4096, MAPPING - 1}) {
            refusals.argument(mapping + offset, offset + " bytes into a mapping");
        }
    }

    @Test
    void freeOfForeignAddresses() {
        for (long address : new long[] {1, 8, 16, 4096, -1, -16, Long.MIN_VALUE, Long.MAX_VALUE, 0x7fff_ffff_f000L}) {
            refusals.argument(address, "is not the address of a live block");
        }
    }

    @Test
    void theProcessHeapCannotBeClosed() {
        assertThatThrownBy(() -> Memory.heap().close()).isInstanceOf(IllegalStateException.class);
        Memory.memfree(Memory.memalloc(10));
    }
}
