package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The tests of the C allocator that this one began as, with stronger assertions, and each of its known bugs. */
@Timeout(60)
class COriginalTest {
    private static final long MAPPED = 3_000_000;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void basic() {
        long number = heap.memalloc(4);
        heap.segment(number).set(ValueLayout.JAVA_INT, 0, 0x1234_5678);
        number = heap.memresize(number, 40);
        assertThat(heap.segment(number).get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x1234_5678);
        number = heap.memresize(number, 4);
        assertThat(heap.segment(number).get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x1234_5678);
        long array = heap.defalloc(5, 4);
        assertThat(heap.segment(array).asSlice(0, 20).toArray(ValueLayout.JAVA_INT)).containsExactly(0, 0, 0, 0, 0);
        heap.memfree(number);
        heap.memfree(array);
        assertThat(heap.stats().blocksLive()).isZero();
    }

    @Test
    void mmap() {
        long block = heap.memalloc(MAPPED);
        heap.memoryset(block, 0xAA, MAPPED);
        MemorySegment bytes = heap.segment(block);
        for (long i = 0; i < MAPPED; i++) {
            assertThat(bytes.get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) 0xAA);
        }
        heap.memfree(block);
        assertThat(heap.stats().bytesMapped()).isZero();
    }

    @Test
    void stress() {
        SplittableRandom random = new SplittableRandom(1234);
        List<Long> live = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            long size = random.nextLong(1, 2049);
            long block = heap.memalloc(size);
            Pattern.write(heap, block, size, size);
            if (random.nextInt(3) == 0) {
                heap.memfree(block);
            } else {
                live.add(block);
                sizes.add(size);
            }
        }
        for (int i = 0; i < live.size(); i++) {
            Pattern.verify(heap, live.get(i), sizes.get(i), sizes.get(i));
            heap.memfree(live.get(i));
        }
        assertThat(heap.stats().blocksLive()).isZero();
    }

    /** Each was found in the C original by reading or running it. */
    @Nested
    class Bugs {
        @Test
        void defallocDoesNotDeadlock() {
            assertThat(heap.defalloc(10, 10)).isNotZero();
        }

        @Test
        void neighboursAreCoalesced() {
            heap.memalloc(10_000);
            long second = heap.memalloc(10_000);
            long third = heap.memalloc(10_000);
            heap.memalloc(10_000);
            heap.memfree(second);
            heap.memfree(third);
            assertThat(heap.memalloc(20_480)).isEqualTo(second);
        }

        @Test
        void aBlockGrowsIntoItsFreeRightNeighbour() {
            long first = heap.memalloc(10_000);
            long second = heap.memalloc(10_000);
            heap.memalloc(10_000);
            Pattern.write(heap, first, 10_000, 1);
            heap.memfree(second);
            assertThat(heap.memresize(first, 20_000)).isEqualTo(first);
            Pattern.verify(heap, first, 10_000, 1);
        }

        @Test
        void requestsBetweenARegionAndTheThresholdAreMet() {
            for (long size = 16_345; size <= 131_040; size += 777) {
                long block = heap.memalloc(size);
                Pattern.write(heap, block, size, size);
                Pattern.verify(heap, block, size, size);
            }
        }

        @Test
        void hugeSizesFailAndChangeNothing() {
            long block = heap.memalloc(100);
            Pattern.write(heap, block, 100, 1);
            HeapStats before = heap.stats();
            for (long size : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 30}) {
                assertThatThrownBy(() -> heap.memalloc(size)).isInstanceOf(OutOfMemoryError.class);
                assertThatThrownBy(() -> heap.memresize(block, size)).isInstanceOf(OutOfMemoryError.class);
            }
            for (long size : new long[] {-1, -31}) {
                assertThatThrownBy(() -> heap.memalloc(size)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> heap.memresize(block, size)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(heap.stats()).isEqualTo(before);
            Pattern.verify(heap, block, 100, 1);
        }

        @Test
        void aMappingIsResizedBothWays() {
            long mapping = heap.memalloc(MAPPED);
            Pattern.write(heap, mapping, MAPPED, 1);
            mapping = heap.memresize(mapping, 10 * MAPPED);
            Pattern.verify(heap, mapping, MAPPED, 1);
            mapping = heap.memresize(mapping, 5000);
            Pattern.verify(heap.segment(mapping), MAPPED, 5000, 1);
        }

        @Test
        void blocksAfterAShrunkOneAreAligned() {
            for (long size = 1000; size > 0; size -= 7) {
                long block = heap.memresize(heap.memalloc(1000), size);
                assertThat(block % 16).isZero();
                assertThat(heap.memalloc(100) % 16).isZero();
                assertThat(heap.memalloc(24) % 16).isZero();
            }
        }

        @Test
        void noByteIsLostWhenABlockIsNotSplit() {
            long free = heap.memalloc(100 << 10);
            heap.memalloc(10_000);
            heap.memfree(free);
            long reused = heap.memalloc(99 << 10);
            assertThat(reused).isEqualTo(free);
            heap.check();
            heap.memfree(reused);
            heap.check();
            assertThat(heap.memalloc(100 << 10)).isEqualTo(free);
        }

        @Test
        void doubleFreesAndForeignAddressesAreDetected() {
            long block = heap.memalloc(100);
            long mapping = heap.memalloc(MAPPED);
            heap.memfree(block);
            heap.memfree(mapping);
            assertThatThrownBy(() -> heap.memfree(block)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> heap.memfree(mapping)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> heap.memfree(0x7ffc_0000_1230L)).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void anEmptiedHeapStaysWhole() {
            for (int round = 0; round < 100; round++) {
                List<Long> blocks = new ArrayList<>();
                for (int i = 0; i < 95; i++) {
                    blocks.add(heap.memalloc(10_000));
                }
                blocks.forEach(heap::memfree);
                heap.check();
            }
            assertThat(heap.stats().bytesLive()).isZero();
            assertThat(heap.stats().bytesCommitted()).isEqualTo(1 << 20);
        }
    }
}
