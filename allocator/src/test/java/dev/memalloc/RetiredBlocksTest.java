package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can still be read and written after its end: retired blocks, and segments of an arena of their own. */
class RetiredBlocksTest {
    private static final long MAPPING = 1 << 20;

    @ParameterizedTest
    @CsvSource({"100, 0", "100, 1", "50000, 0", "50000, 1", "1000000, 0", "10000000, 0"})
    void aRetiredBlockCanBeReadAndWrittenUntilItIsFreed(long size, int guardInterval) {
        try (Heap heap = new Heap(HeapOptions.defaults().withGuardInterval(guardInterval))) {
            long address = heap.memalloc(size);
            Pattern.write(heap, address, size, 1);
            heap.memretire(address);
            RawMemory.putLong(address, 1);
            RawMemory.getLong(address + size - 8);
            assertThat(heap.owns(address)).isTrue();
            heap.check();
            heap.memfree(address);
            heap.check();
            assertThatThrownBy(() -> heap.memfree(address)).isInstanceOf(IllegalStateException.class);
            heap.trim();
            assertThat(heap.stats().bytesLive()).isZero();
        }
    }

    @Test
    void aRetiredMappingIsNotCountedAndReadsAsZero() {
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(MAPPING * 3 / 2))) {
            long first = heap.memalloc(MAPPING);
            Pattern.write(heap, first, MAPPING, 1);
            heap.memretire(first);
            assertThat(heap.stats().bytesLive()).isZero();
            assertThat(RawMemory.getLong(first + 4096)).isZero();
            long second = heap.memalloc(MAPPING);
            assertThat(second < first || second >= first + MAPPING).isTrue();
            heap.memfree(first);
            heap.memfree(second);
        }
    }

    @Test
    void retiringTwiceIsRefused() {
        try (Heap heap = new Heap()) {
            long address = heap.memalloc(MAPPING);
            heap.memretire(address);
            assertThatThrownBy(() -> heap.memretire(address)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("retired already");
            assertThatThrownBy(() -> heap.memretire(address + 8)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> heap.memresize(address, 10)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> heap.memretire(8)).isInstanceOf(IllegalArgumentException.class);
            heap.memfree(address);
        }
    }

    @ParameterizedTest
    @CsvSource({"100, 200, 0", "100, 200, 1", "100, 60000, 0", "50000, 60000, 0", "50000, 60000, 1",
        "50000, 2000000, 0", "1000000, 1500000, 0", "1000000, 4500000, 0", "10000000, 90000000, 0"})
    void relocatingKeepsTheContentsAndLeavesTheOldAddressesUsable(long size, long newSize, int guardInterval) {
        try (Heap heap = new Heap(HeapOptions.defaults().withGuardInterval(guardInterval))) {
            long address = heap.memalloc(size);
            Pattern.write(heap, address, size, 7);
            assertThat(heap.memrelocate(address, size)).isEqualTo(address);
            assertThat(heap.memrelocate(address, 1)).isEqualTo(address);
            long moved = heap.memrelocate(address, newSize);
            assertThat(heap.usableSize(moved)).isGreaterThanOrEqualTo(newSize);
            Pattern.verify(heap, moved, size, 7);
            if (moved != address) {
                RawMemory.putLong(address, 1);
                RawMemory.getLong(address + size - 8);
                Pattern.verify(heap, moved, size, 7);
            }
            long again = heap.memrelocate(moved, newSize + 1_000_000);
            Pattern.verify(heap, again, size, 7);
            heap.check();
            if (moved != address) {
                heap.memfree(address);
            }
            if (again != moved) {
                heap.memfree(moved);
            }
            long resized = heap.memresize(again, 20_000_000);
            Pattern.verify(heap, resized, size, 7);
            heap.memfree(resized);
            heap.trim();
            heap.check();
            assertThat(heap.stats().bytesLive()).isZero();
        }
    }

    /** Calls: enlarge it where it is, reserve, release twice, move, release, enlarge, enlarge by moving, release. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 5, 6})
    void aRelocationThatFailsChangesNothing(int from) {
        FaultyOs os = new FaultyOs();
        try (Heap heap = new Heap(HeapOptions.defaults(), os)) {
            long address = heap.memalloc(MAPPING);
            Pattern.write(heap, address, MAPPING, 3);
            HeapStats before = heap.stats();
            // Room is made and all is tried once more, so that one refusal alone is no failure.
            os.failWhen(call -> call == 0 || call >= from);
            assertThatThrownBy(() -> heap.memrelocate(address, 2 * MAPPING)).isInstanceOf(OutOfMemoryError.class);
            os.failNever();
            Pattern.verify(heap, address, MAPPING, 3);
            assertThat(heap.stats().bytesLive()).isEqualTo(before.bytesLive());
            heap.memfree(address);
            heap.check();
        }
    }

    /** Whether there is no address space for it, or no such call. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void whereMemoryCannotBeMovedItIsCopied(int failing) {
        FaultyOs os = new FaultyOs(22);
        try (Heap heap = new Heap(HeapOptions.defaults(), os)) {
            long address = heap.memalloc(MAPPING);
            Pattern.write(heap, address, MAPPING, 3);
            os.failWhen(call -> call == 0 || call == failing);
            long moved = heap.memrelocate(address, 2 * MAPPING);
            os.failNever();
            Pattern.verify(heap, moved, MAPPING, 3);
            assertThat(RawMemory.getLong(address)).isZero();
            heap.memfree(address);
            heap.memfree(moved);
        }
    }

    @Test
    void aRefusedRetirementChangesNothing() {
        FaultyOs os = new FaultyOs();
        try (Heap heap = new Heap(HeapOptions.defaults(), os)) {
            long address = heap.memalloc(MAPPING);
            os.failWhen(call -> true);
            assertThatThrownBy(() -> heap.memretire(address)).isInstanceOf(OutOfMemoryError.class);
            os.failNever();
            heap.memfree(address);
            assertThat(heap.stats().bytesLive()).isZero();
        }
    }

    @Test
    void theHeapTakesRetiredMappingsBackWhenItIsClosed() {
        FaultyOs os = new FaultyOs();
        Heap heap = new Heap(HeapOptions.defaults(), os);
        heap.memretire(heap.memalloc(MAPPING));
        heap.memrelocate(heap.memalloc(MAPPING), 100 * MAPPING);
        heap.close();
        assertThatThrownBy(() -> heap.memretire(16)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> heap.memrelocate(16, 16)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSegmentOfAnArenaOfItsOwnOutlivesTheHeap() {
        Heap heap = new Heap();
        AtomicInteger cleanups = new AtomicInteger();
        MemorySegment segment;
        try (Arena arena = Arena.ofShared()) {
            segment = heap.segment(heap.memalloc(MAPPING), arena, cleanups::incrementAndGet);
            segment.set(ValueLayout.JAVA_LONG, 8, 42);
            heap.close();
            assertThat(segment.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
            assertThat(segment.byteSize()).isEqualTo(MAPPING);
            assertThat(cleanups).hasValue(0);
        }
        assertThat(cleanups).hasValue(1);
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_LONG, 8)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> heap.segment(16, Arena.global(), () -> { })).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSegmentOfAClosedArenaIsRefused() {
        try (Heap heap = new Heap()) {
            long address = heap.memalloc(100);
            Arena closed = Arena.ofConfined();
            closed.close();
            assertThatThrownBy(() -> heap.segment(address, closed, () -> { }))
                .isInstanceOf(IllegalStateException.class);
            heap.memfree(address);
        }
    }
}
