package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The misuse that allocators are compared by (mimalloc-bench's security programs), a test for each, with the same three
 * sizes; once without guards, once with.
 */
@ParameterizedClass(name = "{0} bytes, guards {1}")
@CsvSource({"8, 0", "4096, 0", "262144, 0", "8, 1", "4096, 1", "262144, 1"})
class ScoreCardTest {
    private final long size;
    private final boolean guarded;
    private final Heap heap;
    private final long before;
    private final long block;
    private final long after;

    ScoreCardTest(long size, int guardInterval) {
        this.size = size;
        guarded = guardInterval == 1;
        heap = new Heap(HeapOptions.defaults().withGuardInterval(guardInterval));
        before = heap.memalloc(size);
        block = heap.memalloc(size);
        after = heap.memalloc(size);
    }

    /** Whatever happened, the heap works on. */
    @AfterEach
    void theHeapIsWhole() {
        heap.check();
        long other = heap.memalloc(size);
        heap.memoryset(other, 1, size);
        heap.memfree(other);
        heap.memfree(before);
        heap.memfree(after);
        heap.check();
        heap.close();
    }

    @Test
    void overflowBy1Byte() {
        overflow(0);
    }

    @Test
    void overflowBy32Bytes() {
        overflow(31);
    }

    @Test
    void overflowBy1MiB() {
        overflow(1 << 20);
    }

    @Test
    void underflowBy1Byte() {
        underflow(1);
    }

    @Test
    void underflowBy32Bytes() {
        underflow(32);
    }

    @Test
    void underflowBy1MiB() {
        underflow(1 << 20);
    }

    @Test
    void overflowByTheAddress() {
        assumeThat(guarded).isTrue();
        for (long distance : new long[] {0, 7, 15}) {
            RawMemory.putByte(after + size + distance, (byte) 0x5A);
        }
        foundByGuards(heap::check);
    }

    @Test
    void underflowByTheAddress() {
        assumeThat(guarded).isTrue();
        for (long distance : new long[] {1, 8, 16}) {
            RawMemory.putByte(after - distance, (byte) 0x5A);
        }
        foundByGuards(heap::check);
    }

    @Test
    void doubleFree() {
        heap.memfree(block);
        refusesAsFreed(block);
    }

    @Test
    void doubleFreeAfter1024Cycles() {
        heap.memfree(block);
        for (int i = 0; i < 1024; i++) {
            // Of another size: the address is not used again.
            heap.memfree(heap.memalloc(2 * size));
        }
        if (guarded && size > 4096) {
            // It has left quarantine, and is no block's start any more.
            refuses(block);
        } else {
            refusesAsFreed(block);
        }
    }

    @Test
    void doubleFreeInterleaved() {
        long other = heap.memalloc(size);
        heap.memfree(block);
        heap.memfree(other);
        refusesAsFreed(block);
        refusesAsFreed(other);
    }

    @Test
    void doubleFreeByAnotherThread() throws InterruptedException {
        heap.memfree(block);
        Thread thread = Thread.ofPlatform().start(() -> refusesAsFreed(block));
        Throwable[] failed = new Throwable[1];
        thread.setUncaughtExceptionHandler((t, e) -> failed[0] = e);
        thread.join();
        assertThat(failed[0]).isNull();
    }

    @Test
    void doubleFreeAfterReuse() {
        heap.memfree(block);
        long other = heap.memalloc(size);
        if (guarded) {
            assertThat(other).isNotEqualTo(block);
            refusesAsFreed(block);
        }
        heap.memfree(other);
    }

    @Test
    void invalidFreeOfTheNextByte() {
        refuses(block + 1);
    }

    @Test
    void invalidFreeOfTheByteBefore() {
        refuses(block - 1);
    }

    @Test
    void invalidFreeOfTheNextPage() {
        // Where another block of 4 KiB may begin.
        refuses(block + 4096 + 8);
    }

    @Test
    void invalidFreeOfAGibibyteFurther() {
        refuses(block + (1L << 30) + 1);
    }

    @Test
    void invalidFreeOfAForeignAddress() {
        try (Heap other = new Heap()) {
            refuses(other.memalloc(size));
        }
        refuses(MemorySegment.ofArray(new byte[8]).address() + 1);
    }

    @Test
    void useOfTheOldAddressAfterAResize() {
        long moved = heap.memresize(block, 4 * size);
        if (moved != block) {
            refusesAsFreed(block);
        }
        heap.memfree(moved);
    }

    @Test
    void useBehindTheEndAfterADownsize() {
        long smaller = heap.memresize(block, size / 2);
        MemorySegment segment = heap.segment(smaller);
        assertThat(segment.byteSize()).isBetween(size / 2, Math.max(size, SlotSizes.UNIT));
        assertThatThrownBy(() -> segment.set(ValueLayout.JAVA_BYTE, segment.byteSize(), (byte) 0))
            .isInstanceOf(IndexOutOfBoundsException.class);
        heap.memfree(smaller);
    }

    @Test
    void accessToNothing() {
        assertThat(heap.memalloc(0)).isZero();
        assertThatThrownBy(() -> heap.segment(0)).isInstanceOf(IllegalArgumentException.class);
        heap.memfree(0);
    }

    @Test
    void writeAfterFree() {
        heap.memfree(block);
        RawMemory.putByte(block + size / 2, (byte) 0x5A);
        foundByGuards(heap::check);
    }

    @Test
    void zeroedMemoryIsZeroWhateverWasThere() {
        heap.memoryset(block, 0x5A, size);
        heap.memfree(block);
        long zeroed = heap.defalloc(1, size);
        assertThat(heap.segment(zeroed).asSlice(0, size).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        heap.memfree(zeroed);
    }

    @Test
    void sizesThatAreNone() {
        assertThatThrownBy(() -> heap.memalloc(-2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.memresize(block, -2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.defalloc(Long.MAX_VALUE, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.memalloc(Long.MAX_VALUE)).isInstanceOf(OutOfMemoryError.class);
    }

    private void overflow(long distance) {
        MemorySegment segment = heap.segment(block);
        assertThat(segment.byteSize()).isGreaterThanOrEqualTo(size);
        assertThatThrownBy(() -> segment.set(ValueLayout.JAVA_BYTE, segment.byteSize() + distance, (byte) 0))
            .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private void underflow(long distance) {
        assertThatThrownBy(() -> heap.segment(block).set(ValueLayout.JAVA_BYTE, -distance, (byte) 0))
            .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private void foundByGuards(ThrowingCallable found) {
        if (guarded) {
            assertThatThrownBy(found).isInstanceOf(IllegalStateException.class).hasMessageContaining("damaged memory");
        }
    }

    private void refuses(long address) {
        assertThatThrownBy(() -> heap.memfree(address)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(Damage.hex(address));
        assertThatThrownBy(() -> heap.memresize(address, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.usableSize(address)).isInstanceOf(IllegalArgumentException.class);
    }

    private void refusesAsFreed(long address) {
        assertThatThrownBy(() -> heap.memfree(address)).isInstanceOf(IllegalStateException.class)
            .hasMessageContainingAll(Damage.hex(address), "freed");
        assertThatThrownBy(() -> heap.memresize(address, 10)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> heap.usableSize(address)).isInstanceOf(IllegalStateException.class);
    }
}
