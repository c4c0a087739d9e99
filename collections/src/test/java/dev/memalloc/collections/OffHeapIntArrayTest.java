package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import dev.memalloc.HeapStats;
import dev.memalloc.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What each method promises, and random walks beside an {@code int[]}. */
class OffHeapIntArrayTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void aNewArrayIsZeroEvenInUsedMemory() {
        try (OffHeapIntArray used = array(1000)) {
            used.fill(-1);
        }
        try (OffHeapIntArray array = array(1000)) {
            assertThat(array.length()).isEqualTo(1000);
            assertThat(array.toArray()).containsOnly(0);
        }
    }

    @Test
    void theProcessHeapIsTheDefault() {
        long before = Memory.stats().blocksLive();
        try (OffHeapIntArray empty = new OffHeapIntArray(); OffHeapIntArray array = new OffHeapIntArray(3)) {
            assertThat(empty.length()).isZero();
            assertThat(empty.sizeInBytes()).isZero();
            assertThat(array.toArray()).containsExactly(0, 0, 0);
            assertThat(Memory.stats().blocksLive()).isEqualTo(before + 1);
        }
        assertThat(Memory.stats().blocksLive()).isEqualTo(before);
    }

    @Test
    void lengthsThatCannotBe() {
        assertThatThrownBy(() -> array(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
        assertThatThrownBy(() -> array(Long.MAX_VALUE)).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> array(1L << 61)).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> array(1L << 60)).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> new OffHeapIntArray(null, 1)).isInstanceOf(NullPointerException.class);
        try (OffHeapIntArray array = arrayOf(1, 2)) {
            assertThatThrownBy(() -> array.resize(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> array.resize(Long.MAX_VALUE)).isInstanceOf(OutOfMemoryError.class);
            assertThatThrownBy(() -> array.resize(1L << 60)).isInstanceOf(OutOfMemoryError.class);
            assertThat(array.toArray()).containsExactly(1, 2);
        }
    }

    @Test
    void indexesOutOfBoundsNameIndexAndLength() {
        try (OffHeapIntArray array = arrayOf(1, 2, 3)) {
            for (long index : new long[] {-1, 3, 4, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, (1L << 62) + 1}) {
                requireOutOfBounds(() -> array.get(index), index, 3);
                requireOutOfBounds(() -> array.set(index, 9), index, 3);
            }
            int[] four = new int[4];
            requireOutOfBounds(() -> array.fill(-1, 2, 9), -1, 3);
            requireOutOfBounds(() -> array.fill(2, 4, 9), 4, 3);
            requireOutOfBounds(() -> array.fill(2, 1, 9), 2, 3);
            requireOutOfBounds(() -> array.copyFrom(four, 0, 0, 4), 4, 3);
            requireOutOfBounds(() -> array.copyFrom(four, 0, Long.MAX_VALUE, 2), Long.MAX_VALUE, 3);
            requireOutOfBounds(() -> array.copyFrom(four, 3, 0, 2), 3, 4);
            requireOutOfBounds(() -> array.copyFrom(four, 0, 0, -1), -1, 4);
            requireOutOfBounds(() -> array.copyTo(0, four, 0, 4), 4, 3);
            requireOutOfBounds(() -> array.copyTo(-1, four, 0, 2), -1, 3);
            requireOutOfBounds(() -> array.copyTo(0, four, 3, 2), 3, 4);
            assertThat(array.toArray()).containsExactly(1, 2, 3);
            assertThat(four).containsOnly(0);
        }
    }

    @Test
    void roomBehindTheEndCannotBeReached() {
        try (OffHeapIntArray array = array(0)) {
            array.add(1);
            assertThat(array.sizeInBytes()).isGreaterThan(4);
            assertThatThrownBy(() -> array.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(array.segment().byteSize()).isEqualTo(4);
        }
    }

    @Test
    void addGrowsByHalf() {
        try (OffHeapIntArray array = array(0)) {
            long size = 0;
            int moves = 0;
            for (int i = 0; i < 1_000_000; i++) {
                array.add(i);
                if (array.sizeInBytes() != size) {
                    assertThat(array.sizeInBytes()).isLessThanOrEqualTo(Math.max(size * 3 / 2 + 4096, 64 + 16));
                    size = array.sizeInBytes();
                    moves++;
                }
            }
            assertThat(moves).isLessThan(40);
            assertThat(array.toArray()).isEqualTo(IntStream.range(0, 1_000_000).toArray());
        }
    }

    @Test
    void resizedElementsAreZeroAgain() {
        try (OffHeapIntArray array = arrayOf(1, 2, 3)) {
            array.resize(1);
            array.resize(4);
            assertThat(array.toArray()).containsExactly(1, 0, 0, 0);
            array.resize(100_000);
            assertThat(array.stream().sum()).isEqualTo(1);
            array.fill(7);
            array.resize(0);
            array.trimToSize();
            assertThat(array.sizeInBytes()).isZero();
            array.resize(200_000);
            assertThat(array.stream().allMatch(element -> element == 0)).isTrue();
        }
    }

    @Test
    void trimmingGivesRoomBack() {
        try (OffHeapIntArray array = array(1_000_000)) {
            array.set(9, 9);
            array.resize(10);
            assertThat(array.sizeInBytes()).isGreaterThanOrEqualTo(4_000_000);
            array.trimToSize();
            assertThat(array.sizeInBytes()).isLessThanOrEqualTo(4096);
            assertThat(array.toArray()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 9);
        }
    }

    @Test
    void fillingReachesEachElementAndNoOther() {
        int[] values = {0, -1, 0x01010101, 5, 0x12345678, Integer.MIN_VALUE};
        for (int length : new int[] {1, 2, 3, 4095, 4096, 4097, 10_001}) {
            try (OffHeapIntArray array = array(length + 2)) {
                for (int value : values) {
                    array.fill(77);
                    array.fill(1, length + 1, value);
                    int[] expected = new int[length + 2];
                    Arrays.fill(expected, value);
                    expected[0] = 77;
                    expected[length + 1] = 77;
                    assertThat(array.toArray()).isEqualTo(expected);
                    array.fill(2, 2, 5);
                    assertThat(array.toArray()).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void streamsSplitIntoSizedParts() {
        try (OffHeapIntArray array = array(0)) {
            IntStream.range(0, 1001).forEach(array::add);
            Spliterator.OfInt right = array.stream().spliterator();
            assertThat(right.hasCharacteristics(Spliterator.SIZED | Spliterator.ORDERED)).isTrue();
            Spliterator.OfInt left = right.trySplit();
            assertThat(left.getExactSizeIfKnown() + right.getExactSizeIfKnown()).isEqualTo(1001);
            assertThat(left.getExactSizeIfKnown()).isEqualTo(500);
            int[] parts = IntStream.concat(
                StreamSupport.intStream(left, false),
                StreamSupport.intStream(right, true)).toArray();
            assertThat(parts).isEqualTo(IntStream.range(0, 1001).toArray());
            assertThat(array.stream().parallel().map(i -> 2 * i).sum()).isEqualTo(1001 * 1000);
            assertThat(array.stream().skip(1000).toArray()).containsExactly(1000);
            array.resize(1);
            assertThat(array.stream().spliterator().trySplit()).isNull();
        }
    }

    @Test
    void aStreamBindsLate() {
        try (OffHeapIntArray array = arrayOf(1)) {
            IntStream stream = array.stream();
            array.add(2);
            assertThat(stream.toArray()).containsExactly(1, 2);
        }
    }

    @Test
    void changesOfTheLengthAreFoundWhileIterating() {
        try (OffHeapIntArray array = arrayOf(1, 2, 3)) {
            assertThatThrownBy(() -> array.stream().forEach(array::add))
                .isInstanceOf(ConcurrentModificationException.class);
            PrimitiveIterator.OfInt iterator = array.iterator();
            assertThat(iterator.nextInt()).isEqualTo(1);
            array.set(1, 20);
            assertThat(iterator.nextInt()).isEqualTo(20);
            array.resize(10);
            assertThatThrownBy(iterator::nextInt).isInstanceOf(ConcurrentModificationException.class);
        }
    }

    @Test
    void anIteratorEnds() {
        try (OffHeapIntArray array = arrayOf(5)) {
            PrimitiveIterator.OfInt iterator = array.iterator();
            assertThat(iterator.hasNext()).isTrue();
            assertThat(iterator.next()).isEqualTo(5);
            assertThat(iterator.hasNext()).isFalse();
            assertThatThrownBy(iterator::nextInt).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void aSegmentIsTheArrayItself() {
        try (OffHeapIntArray array = arrayOf(1, 2, 3)) {
            MemorySegment segment = array.segment();
            assertThat(segment.byteSize()).isEqualTo(12);
            segment.setAtIndex(ValueLayout.JAVA_INT, 1, 42);
            assertThat(array.get(1)).isEqualTo(42);
            array.set(2, 43);
            assertThat(segment.getAtIndex(ValueLayout.JAVA_INT, 2)).isEqualTo(43);
        }
    }

    @Test
    void equalArraysHaveEqualElements() {
        try (OffHeapIntArray one = arrayOf(1, 2, 3); OffHeapIntArray same = arrayOf(1, 2);
                OffHeapIntArray empty = array(0)) {
            assertThat(one).isNotEqualTo(same).isEqualTo(one).isNotEqualTo(List.of(1, 2, 3)).isNotEqualTo(null);
            same.add(3);
            assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).hasSameHashCodeAs(List.of(1, 2, 3));
            same.set(2, 4);
            assertThat(one).isNotEqualTo(same);
            assertThat(empty).isNotEqualTo(one).hasSameHashCodeAs(List.of());
        }
    }

    @Test
    void theStringIsBounded() {
        try (OffHeapIntArray array = arrayOf(1, -2)) {
            assertThat(array).hasToString("[1, -2]");
            array.resize(100);
            assertThat(array.toString()).doesNotContain("more");
            array.resize(1_000_000);
            assertThat(array.toString()).startsWith("[1, -2, 0").endsWith("0, … 999900 more]").hasSizeLessThan(1000);
        }
    }

    @Test
    void moreElementsThanAnIntArrayCanHave() {
        try (OffHeapIntArray array = array((1L << 31) + 10)) {
            array.set(1L << 31, 42);
            array.set((1L << 31) + 9, 43);
            assertThat(array.get(1L << 31)).isEqualTo(42);
            assertThat(array.get(0)).isZero();
            int[] end = new int[10];
            array.copyTo(1L << 31, end, 0, 10);
            assertThat(end).containsExactly(42, 0, 0, 0, 0, 0, 0, 0, 0, 43);
            assertThatThrownBy(array::toArray).isInstanceOf(OutOfMemoryError.class);
            array.resize(2);
            array.trimToSize();
            assertThat(heap.stats().bytesLive()).isLessThan(10_000);
        }
    }

    @Test
    void randomOperationsDoWhatTheyDoToAnIntArray() {
        SplittableRandom random = Seed.random();
        for (int walk = 0; walk < 20; walk++) {
            int[] model = {};
            try (OffHeapIntArray array = array(0)) {
                for (int operation = 0; operation < 3000; operation++) {
                    try {
                        model = step(array, model, random, 1 << random.nextInt(2, 16));
                    } catch (Throwable e) {
                        throw Seed.failure(walk * 3000L + operation, e);
                    }
                }
            }
        }
    }

    private static int[] step(OffHeapIntArray array, int[] model, SplittableRandom random, int lengthMax) {
        int from = random.nextInt(model.length + 1);
        int count = random.nextInt(model.length - from + 1);
        int value = random.nextInt();
        int[] result = model;
        switch (random.nextInt(10)) {
            case 0 -> {
                int length = random.nextInt(lengthMax);
                array.resize(length);
                result = Arrays.copyOf(model, length);
            }
            case 1 -> {
                array.fill(from, from + count, value);
                Arrays.fill(model, from, from + count, value);
            }
            case 2 -> {
                int[] source = random.ints(count + 5L).toArray();
                array.copyFrom(source, 3, from, count);
                System.arraycopy(source, 3, model, from, count);
            }
            case 3 -> {
                int[] target = new int[count + 1];
                array.copyTo(from, target, 1, count);
                assertThat(Arrays.copyOfRange(target, 1, count + 1))
                    .isEqualTo(Arrays.copyOfRange(model, from, from + count));
            }
            case 4 -> array.trimToSize();
            case 5 -> assertThat(array.toArray()).isEqualTo(model);
            case 6, 7 -> {
                array.add(value);
                result = Arrays.copyOf(model, model.length + 1);
                result[model.length] = value;
            }
            default -> {
                if (from < model.length) {
                    array.set(from, value);
                    model[from] = value;
                    assertThat(array.get(model.length - 1)).isEqualTo(model[model.length - 1]);
                }
            }
        }
        assertThat(array.length()).isEqualTo(result.length);
        return result;
    }

    @Test
    void aFailureChangesNothing() {
        try (Heap small = new Heap(HeapOptions.defaults().withLimit(100_000));
                OffHeapIntArray array = new OffHeapIntArray(small, 0)) {
            int[] count = {0};
            assertThatThrownBy(() -> {
                for (;; count[0]++) {
                    array.add(count[0]);
                }
            }).isInstanceOf(OutOfMemoryError.class);
            assertThat(array.toArray()).isEqualTo(IntStream.range(0, count[0]).toArray());
            HeapStats before = small.stats();
            assertThatThrownBy(() -> array.resize(1_000_000)).isInstanceOf(OutOfMemoryError.class);
            assertThatThrownBy(() -> new OffHeapIntArray(small, 1_000_000)).isInstanceOf(OutOfMemoryError.class);
            assertThat(small.stats()).isEqualTo(before);
            assertThat(array.toArray()).isEqualTo(IntStream.range(0, count[0]).toArray());
            array.trimToSize();
            array.resize(10);
            array.add(11);
            assertThat(array.get(10)).isEqualTo(11);
        }
    }

    private OffHeapIntArray array(long length) {
        return new OffHeapIntArray(heap, length);
    }

    private OffHeapIntArray arrayOf(int... elements) {
        OffHeapIntArray array = array(elements.length);
        array.copyFrom(elements, 0, 0, elements.length);
        return array;
    }

    private static void requireOutOfBounds(ThrowingCallable call, long index, long length) {
        assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class)
            .hasMessageContaining(Long.toString(index)).hasMessageContaining(Long.toString(length));
    }

    @Test
    void aCopyBeyondAllIndexesIsRefusedWithThem() {
        try (OffHeapIntArray array = new OffHeapIntArray(3)) {
            assertThatThrownBy(() -> array.copyFrom(new int[3], 0, Long.MAX_VALUE, 3))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("3 elements from index 9223372036854775807, length 3");
        }
    }
}
