package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each call promises, line by line. */
class HeapTest {
    private static final long MAPPING = 3_000_000;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 15, 16, 17, 24, 25, 40, 41, 100, 4096, 131_071, 131_072, 131_073, 1 << 20, 5_000_000})
    void memallocGivesAlignedMemoryOfTheSize(long size) {
        long address = heap.memalloc(size);
        assertThat(address % 16).isZero();
        assertThat(heap.segment(address).byteSize()).isGreaterThanOrEqualTo(size);
        Pattern.write(heap, address, size, 1);
        Pattern.verify(heap, address, size, 1);
        heap.memfree(address);
        assertThat(heap.stats().blocksLive()).isZero();
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @Test
    void zeroSizesGiveNoBlock() {
        assertThat(heap.memalloc(0)).isZero();
        assertThat(heap.defalloc(0, 8)).isZero();
        assertThat(heap.defalloc(8, 0)).isZero();
        assertThat(heap.memresize(0, 0)).isZero();
        assertThat(heap.memdup(0, 100)).isZero();
        assertThat(heap.memoryset(0, 1, 100)).isZero();
        heap.memfree(0);
        assertThat(heap.stats().bytesCommitted()).isZero();
    }

    @Test
    void negativeAndOverflowingSizesAreRefused() {
        long block = heap.memalloc(10);
        assertThatThrownBy(() -> heap.memalloc(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.memalloc(Long.MIN_VALUE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.defalloc(-1, 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.defalloc(8, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.defalloc(1L << 32, 1L << 31)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.defalloc(1L << 40, 1L << 40)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.memresize(block, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.memdup(block, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.memoryset(block, 0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> heap.defalloc(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(heap.stats().blocksLive()).isOne();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 30, Long.MAX_VALUE - 5000, 1L << 60})
    void whatNoAddressSpaceHoldsIsOutOfMemory(long size) {
        long block = heap.memalloc(100);
        long mapping = heap.memalloc(MAPPING);
        Pattern.write(heap, block, 100, 1);
        Pattern.write(heap, mapping, MAPPING, 2);
        HeapStats before = heap.stats();
        assertThatThrownBy(() -> heap.memalloc(size)).isInstanceOf(OutOfMemoryError.class)
            .hasMessageContaining(size + " bytes asked for")
            .hasMessageContaining(before.bytesLive() + " bytes live")
            .hasMessageContaining("limit none");
        assertThatThrownBy(() -> heap.defalloc(size, 1)).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> heap.memresize(block, size)).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> heap.memresize(mapping, size)).isInstanceOf(OutOfMemoryError.class);
        assertThat(heap.stats()).isEqualTo(before);
        Pattern.verify(heap, block, 100, 1);
        Pattern.verify(heap, mapping, MAPPING, 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 24, 100, 5000, 100_000, MAPPING})
    void defallocZeroesMemoryThatWasUsed(long size) {
        List<Long> dirty = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            long address = heap.memalloc(size);
            heap.memoryset(address, 0xFF, size);
            dirty.add(address);
        }
        dirty.forEach(heap::memfree);
        for (int i = 0; i < 30; i++) {
            long address = heap.defalloc(size, 1);
            assertThat(heap.segment(address).asSlice(0, size).mismatch(MemorySegment.ofArray(new byte[(int) size])))
                .isEqualTo(-1);
        }
    }

    @Test
    void defallocCountsElements() {
        long address = heap.defalloc(5, 4);
        assertThat(heap.segment(address).asSlice(0, 20).toArray(ValueLayout.JAVA_INT)).containsOnly(0).hasSize(5);
    }

    @Test
    void memresizeOfNothingAllocatesAndToNothingFrees() {
        long address = heap.memresize(0, 50);
        assertThat(address).isNotZero();
        assertThat(heap.memresize(address, 0)).isZero();
        assertThat(heap.stats().blocksLive()).isZero();
    }

    @Test
    void growingBetweenLiveBlocksMovesAndKeepsContents() {
        long first = heap.memalloc(100);
        heap.memalloc(100);
        Pattern.write(heap, first, 100, 7);
        long moved = heap.memresize(first, 1000);
        assertThat(moved).isNotEqualTo(first);
        Pattern.verify(heap, moved, 100, 7);
        assertThatThrownBy(() -> heap.memfree(first)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void resizingInEveryDirectionAndAcrossTheThresholdKeepsContents() {
        long[] sizes = {1, 24, 25, 1000, 131_071, 131_072, 200_000, 5_000_000, 70_000_000, 4097, 100, 300_000, 8};
        long address = 0;
        long size = 0;
        for (int round = 0; round < sizes.length; round++) {
            address = heap.memresize(address, sizes[round]);
            if (round > 0) {
                Pattern.verify(heap.segment(address), size, Math.min(size, sizes[round]), round - 1);
            }
            size = sizes[round];
            Pattern.write(heap, address, size, round);
            heap.check();
        }
    }

    @Test
    void memdupCopies() {
        for (long size : new long[] {1, 100, 5000, MAPPING}) {
            long address = heap.memalloc(size);
            Pattern.write(heap, address, size, size);
            long copy = heap.memdup(address, size);
            heap.memfree(address);
            Pattern.verify(heap, copy, size, size);
            assertThat(heap.memdup(copy, 0)).isZero();
            assertThatThrownBy(() -> heap.memdup(copy, size + 100_000)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void memorysetFillsWithTheLowByteAndNothingElse() {
        long address = heap.memalloc(100);
        heap.memoryset(address, 0x1122, 100);
        assertThat(heap.memoryset(address, 0xABCD, 50)).isEqualTo(address);
        MemorySegment bytes = heap.segment(address);
        for (long i = 0; i < 100; i++) {
            assertThat(bytes.get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) (i < 50 ? 0xCD : 0x22));
        }
        assertThat(heap.memoryset(address, 1, 0)).isEqualTo(address);
        long usable = bytes.byteSize();
        assertThat(usable).isBetween(100L, 112L);
        assertThatThrownBy(() -> heap.memoryset(address, 0, usable + 1)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("has " + usable + " bytes, fewer than " + (usable + 1));
    }

    @Test
    void largeRequestsGetAMappingAndGiveItBack() {
        long below = heap.memalloc(HeapOptions.MMAP_THRESHOLD - 1);
        assertThat(heap.stats().mappingsLive()).isZero();
        long mapping = heap.memalloc(HeapOptions.MMAP_THRESHOLD);
        HeapStats stats = heap.stats();
        assertThat(stats.mappingsLive()).isOne();
        assertThat(stats.bytesMapped()).isEqualTo(HeapOptions.MMAP_THRESHOLD);
        heap.memoryset(mapping, 0xAA, HeapOptions.MMAP_THRESHOLD);
        heap.memfree(mapping);
        heap.memfree(below);
        assertThat(heap.stats().bytesMapped()).isZero();
        assertThat(heap.stats().bytesPeak()).isGreaterThanOrEqualTo(stats.bytesLive());
    }

    @Test
    void statsAddUp() {
        List<Long> live = new ArrayList<>();
        for (int i = 1; i < 500; i++) {
            live.add(heap.memalloc(i * 31L));
        }
        for (int i = 0; i < live.size(); i += 3) {
            heap.memfree(live.get(i));
        }
        live.add(heap.memalloc(MAPPING));
        HeapStats stats = heap.stats();
        assertThat(stats.bytesLive() - stats.bytesMapped() + stats.bytesFree()).isEqualTo(stats.bytesCommitted());
        assertThat(stats.blocksLive()).isEqualTo(499 - 167 + 1);
        assertThat(stats.bytesPeak()).isGreaterThan(stats.bytesLive());
        assertThat(stats.largestFree()).isBetween(500 * 31L, stats.bytesFree());
    }

    @Test
    void aClosedHeapRefusesEverythingAndClosesAgain() {
        long block = heap.memalloc(10);
        MemorySegment segment = heap.segment(block);
        heap.memalloc(MAPPING);
        heap.close();
        heap.close();
        assertThatThrownBy(() -> heap.memalloc(1)).isInstanceOf(IllegalStateException.class)
            .hasMessage("the heap is closed");
        assertThatThrownBy(() -> heap.defalloc(1, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> heap.memfree(block)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> heap.memresize(block, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> heap.memdup(block, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> heap.memoryset(block, 1, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(heap::stats).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        checked.abandon();
    }

    @Test
    void aHeapDoesNotKnowAnothersBlocks() {
        try (Heap other = new Heap()) {
            long block = other.memalloc(100);
            long mapping = other.memalloc(MAPPING);
            assertThatThrownBy(() -> heap.memfree(block)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> heap.memfree(mapping)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void manyHeapsCanBeOpenAtOnce() {
        List<Heap> heaps = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                Heap next = new Heap();
                heaps.add(next);
                next.memoryset(next.memalloc(100), i, 100);
            }
        } finally {
            heaps.forEach(Heap::close);
        }
        assertThat(heaps).hasSize(500);
    }
}
