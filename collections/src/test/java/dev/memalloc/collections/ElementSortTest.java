package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sorting in pieces, small ones here, gives what Arrays gives, and touches nothing else. */
class ElementSortTest {
    /** So many elements that many buffers are filled, of which each has 1 MiB for all of its parts. */
    private static final int MANY = 400_000;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void sortedAsArraysAre(ArrayKind kind) {
        SplittableRandom random = Seed.random();
        for (int round = 0; round < 80; round++) {
            int length = random.nextInt(1 << random.nextInt(1, 12));
            int from = random.nextInt(length + 1);
            int to = random.nextInt(from, length + 1);
            Object expected = kind.onHeap(elements(kind, random, length));
            try (S array = kind.arrayOf(heap, ArrayKind.boxed(expected))) {
                new ElementSort<>(array, from, to, random.nextInt(4) == 0, 1 + random.nextInt(40)).run();
                kind.callArrays("sort", expected, from, to);
                assertThat(kind.callArrays("equals", expected, array.toArray())).isEqualTo(true);
            } catch (Throwable e) {
                throw Seed.failure(round, e);
            }
        }
    }

    /** Of which kind: random ones, all alike, few, nearly all alike, in order, in reverse order. */
    private static List<Object> elements(ArrayKind kind, SplittableRandom random, int length) {
        List<Object> elements = kind.random(random, length);
        List<Object> few = kind.random(random, 1 + random.nextInt(4));
        switch (random.nextInt(6)) {
            case 0 -> Collections.fill(elements, few.getFirst());
            case 1 -> elements.replaceAll(element -> few.get(random.nextInt(few.size())));
            case 2 -> elements.replaceAll(element -> random.nextInt(50) == 0 ? element : few.getFirst());
            case 3 -> elements = kind.sorted(elements);
            case 4 -> elements = kind.sorted(elements).reversed();
            default -> { }
        }
        return elements;
    }

    @Test
    void manyElementsAreDividedByBuffers() {
        int[] ints = new SplittableRandom(1).ints(MANY).toArray();
        double[] doubles = new SplittableRandom(1).doubles(MANY).toArray();
        try (OffHeapIntArray array = new OffHeapIntArray(heap, MANY);
                OffHeapDoubleArray other = new OffHeapDoubleArray(heap, MANY)) {
            array.copyFrom(ints, 0, 0, MANY);
            other.copyFrom(doubles, 0, 0, MANY);
            new ElementSort<>(array, 10, MANY - 10, false, 2000).run();
            new ElementSort<>(other, 10, MANY - 10, true, 2000).run();
            Arrays.sort(ints, 10, MANY - 10);
            Arrays.sort(doubles, 10, MANY - 10);
            assertThat(array.toArray()).isEqualTo(ints);
            assertThat(other.toArray()).isEqualTo(doubles);
        }
    }

    @Test
    void theSizesThatUsersGet() {
        int length = 1_300_000;
        int[] elements = new SplittableRandom(1).ints(length).toArray();
        int[] expected = elements.clone();
        Arrays.sort(expected);
        try (OffHeapIntArray array = new OffHeapIntArray(heap, length)) {
            array.copyFrom(elements, 0, 0, length);
            array.sort();
            assertThat(array.toArray()).isEqualTo(expected);
            array.copyFrom(elements, 0, 0, length);
            array.parallelSort();
            assertThat(array.toArray()).isEqualTo(expected);
        }
    }

    @Test
    void aRangeAcrossAllIntIndexes() {
        long middle = 1L << 31;
        try (OffHeapIntArray ints = new OffHeapIntArray(heap, middle + 100);
                OffHeapByteArray bytes = new OffHeapByteArray(heap, middle + 100)) {
            for (int i = -50; i < 50; i++) {
                ints.set(middle + i, -i);
                bytes.set(middle + i, (byte) -i);
            }
            new ElementSort<>(ints, middle - 50, middle + 50, false, 10).run();
            new ElementSort<>(bytes, middle - 50, middle + 50, false, 10).run();
            for (int i = -50; i < 50; i++) {
                assertThat(ints.get(middle + i)).isEqualTo(i + 1);
                assertThat(bytes.get(middle + i)).isEqualTo((byte) (i + 1));
            }
            assertThat(ints.get(middle - 51)).isZero();
            assertThat(ints.binarySearch(middle - 50, middle + 50, 33)).isEqualTo(middle + 32);
            ints.slice(middle - 100, middle + 100).sort();
            assertThat(ints.get(middle - 52)).isEqualTo(-1);
        }
    }

    @Test
    void withoutMemoryNothingIsSorted() {
        int length = 2_000_000;
        int[] elements = new SplittableRandom(1).ints(length).toArray();
        try (Heap small = new Heap(HeapOptions.defaults().withLimit(length * 4L + 500_000));
                OffHeapIntArray array = new OffHeapIntArray(small, length)) {
            array.copyFrom(elements, 0, 0, length);
            assertThatThrownBy(array::sort).isInstanceOf(OutOfMemoryError.class);
            assertThatThrownBy(array::parallelSort).isInstanceOf(OutOfMemoryError.class);
            assertThat(array.toArray()).isEqualTo(elements);
        }
    }
}
