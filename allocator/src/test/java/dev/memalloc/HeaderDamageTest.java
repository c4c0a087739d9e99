package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.internal.RawMemory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Headers, links and sizes of blocks that were overwritten: found before they are believed; nothing has changed. */
class HeaderDamageTest {
    private final Heap heap = new Heap(HeapOptions.defaults().withSlotMax(0), new Os());
    private final Refusals refusals = new Refusals(heap);
    private long before;
    private long block;
    private long after;

    @BeforeEach
    void fill() {
        before = heap.memalloc(100);
        block = heap.memalloc(1000);
        after = heap.memalloc(100);
        heap.memalloc(100);
    }

    @AfterEach
    void close() {
        heap.close();
    }

    @Test
    void freeInReservedButUncommittedMemory() {
        refusals.argument(block + (1L << 30), "nothing was ever allocated there");
    }

    @Test
    void freeBehindTheLastBlock() {
        long last = heap.memalloc(100);
        refusals.argument(last + 112, "nothing is allocated there");
        refusals.argument(last + 112 + 16, "nothing was ever allocated there");
    }

    @Test
    void headerOverwrittenByTheBlockItself() {
        long header = RawMemory.getLong(block - 8);
        for (long damage : new long[] {0, -1, header ^ 1, header ^ 4, header ^ 1L << 63, header + 16}) {
            RawMemory.putLong(block - 8, damage);
            refusals.state(block, "overwritten");
            assertThatThrownBy(heap::check).isInstanceOf(IllegalStateException.class);
        }
        RawMemory.putLong(block - 8, header);
        heap.memfree(block);
        heap.check();
    }

    @Test
    void aHeaderCopiedFromAnotherBlock() {
        long header = RawMemory.getLong(block - 8);
        RawMemory.putLong(block - 8, RawMemory.getLong(before - 8));
        refusals.state(block, "overwritten");
        RawMemory.putLong(block - 8, header);
    }

    @Test
    void writingBeyondTheEndIsFoundWhenEitherIsFreed() {
        long header = RawMemory.getLong(after - 8);
        for (int bytes : new int[] {1, 8}) {
            RawMemory.fill(block + 1000, bytes, (byte) 0x5A);
            refusals.state(block, "overwritten");
            refusals.state(after, "overwritten");
            assertThatThrownBy(() -> heap.memresize(block, 4000)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(heap::check).isInstanceOf(IllegalStateException.class);
            RawMemory.putLong(after - 8, header);
        }
        heap.check();
    }

    @Test
    void writingBeyondTheEndOfTheLastBlock() {
        long last = heap.memalloc(104);
        long end = RawMemory.getLong(last + 104);
        RawMemory.putByte(last + 104, (byte) ~end);
        refusals.state(last, "overwritten");
        assertThatThrownBy(heap::check).hasMessageContaining("an end stands behind the last block");
        assertThatThrownBy(() -> heap.memalloc(100_000)).isInstanceOf(IllegalStateException.class);
        RawMemory.putLong(last + 104, end);
        heap.memfree(last);
    }

    @Test
    void linksOverwrittenAfterFreeAreNotFollowed() {
        heap.memfree(block);
        long next = RawMemory.getLong(block);
        long previous = RawMemory.getLong(block + 8);
        for (long damage : new long[] {1, -1, before - 8, block - 8, 0x4141414141414141L}) {
            RawMemory.putLong(block, damage);
            damaged(() -> heap.memalloc(1000));
            damaged(() -> heap.memfree(after));
            RawMemory.putLong(block, next);
            RawMemory.putLong(block + 8, damage);
            damaged(() -> heap.memalloc(1000));
            damaged(() -> heap.memfree(before));
            RawMemory.putLong(block + 8, previous);
        }
        heap.check();
    }

    @Test
    void theSizeAtTheEndOfAFreeBlockOverwritten() {
        heap.memfree(block);
        long place = after - 16;
        long size = RawMemory.getLong(place);
        for (long damage : new long[] {0, 16, -16, size + 16, size - 16, Long.MAX_VALUE, 112}) {
            RawMemory.putLong(place, damage);
            damaged(() -> heap.memfree(after));
            assertThatThrownBy(heap::check).isInstanceOf(IllegalStateException.class);
        }
        RawMemory.putLong(place, size);
        heap.memfree(after);
        heap.check();
    }

    private void damaged(ThrowingCallable call) {
        HeapStats stats = heap.stats();
        assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContaining("damaged heap");
        assertThat(heap.stats()).isEqualTo(stats);
    }
}
