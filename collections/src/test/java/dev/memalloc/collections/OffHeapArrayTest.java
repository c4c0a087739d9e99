package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What arrays of all types have in common: what each method promises. */
@SuppressWarnings("try") // arrays are closed early on purpose
class OffHeapArrayTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void indexesOutOfBoundsNameIndexAndLength(ArrayKind kind) {
        Object zero = kind.zero();
        try (S array = kind.array(heap, 3); S other = kind.array(heap, 4)) {
            for (long index : new long[] {-1, 3, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, (1L << 62) + 1}) {
                String message = "index " + index + ", length 3";
                requireOutOfBounds(() -> kind.call(array, "get", index), message);
                requireOutOfBounds(() -> kind.call(array, "set", index, zero), message);
                requireOutOfBounds(() -> kind.call(array, "getVolatile", index), message);
                requireOutOfBounds(() -> kind.call(array, "setVolatile", index, zero), message);
            }
            requireOutOfBounds(() -> kind.call(array, "insert", 4L, zero), "index 4, length 3");
            requireOutOfBounds(() -> kind.call(array, "insert", -1L, zero), "index -1, length 3");
            requireOutOfBounds(() -> kind.call(array, "fill", 2L, 4L, zero), "from index 2 to 4, length 3");
            requireOutOfBounds(() -> kind.call(array, "binarySearch", -1L, 2L, zero), "from index -1 to 2, length 3");
            requireOutOfBounds(() -> array.sort(2, 1), "from index 2 to 1, length 3");
            requireOutOfBounds(() -> array.parallelSort(0, 4), "from index 0 to 4, length 3");
            requireOutOfBounds(() -> array.slice(3, 4), "from index 3 to 4, length 3");
            requireOutOfBounds(() -> array.removeRange(1, 4), "from index 1 to 4, length 3");
            requireOutOfBounds(() -> array.copyFrom(other, 3L, 0L, 2L), "2 elements from index 3, length 4");
            requireOutOfBounds(() -> array.copyFrom(other, 0L, 2L, 2L), "2 elements from index 2, length 3");
            requireOutOfBounds(() -> array.copyTo(0L, other, 4L, 1L), "1 elements from index 4, length 4");
            requireOutOfBounds(() -> array.copyTo(0L, other, 0L, -1L), "-1 elements from index 0, length 3");
            requireOutOfBounds(() -> array.addAll(other, 4L, Long.MAX_VALUE),
                "9223372036854775807 elements from index 4, length 4");
            requireOutOfBounds(() -> array.copyFrom(kind.onHeap(5), 4, 0, 2), "Range [4, 4 + 2)");
            requireOutOfBounds(() -> array.addAll(kind.onHeap(5), 6, 0), "Range [6, 6 + 0)");
            MemorySegment four = MemorySegment.ofArray(new byte[4 * kind.size()]);
            requireOutOfBounds(() -> array.copyFrom(four, 0L), "4 elements from index 0, length 3");
            requireOutOfBounds(() -> array.copyTo(3, four), "4 elements from index 3, length 3");
            assertThat(array.toArray()).isEqualTo(kind.onHeap(3));
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void lengthsThatCannotBe(ArrayKind kind) {
        long tooMany = Long.MAX_VALUE / kind.size();
        assertThatThrownBy(() -> kind.array(heap, -1)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("-1");
        assertThatThrownBy(() -> kind.array(heap, tooMany)).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> kind.array(null, 1)).isInstanceOf(NullPointerException.class);
        try (S array = kind.array(heap, 2)) {
            for (long length : new long[] {tooMany, Long.MAX_VALUE, 1L << 60}) {
                assertThatThrownBy(() -> array.resize(length)).isInstanceOf(OutOfMemoryError.class);
                assertThatThrownBy(() -> array.ensureCapacity(length)).isInstanceOf(OutOfMemoryError.class);
            }
            assertThatThrownBy(() -> array.resize(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> array.ensureCapacity(-1)).isInstanceOf(IllegalArgumentException.class);
            if (kind.size() > 1) {
                MemorySegment torn = MemorySegment.ofArray(new byte[kind.size() + 1]);
                Stream.<ThrowingCallable>of(() -> array.addAll(torn), () -> array.insertAll(0, torn),
                    () -> array.copyFrom(torn, 0L), () -> array.copyTo(0, torn)).forEach(call ->
                        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("bytes are no whole elements, which have " + kind.size() + " each"));
            }
            assertThat(array.length()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void afterCloseAllIsRefused(ArrayKind kind) {
        S array = kind.array(heap, 3);
        S slice = array.slice(1, 3);
        Object zero = kind.zero();
        Object one = kind.onHeap(1);
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        try (S other = kind.array(heap, 3)) {
            List<ThrowingCallable> uses = new ArrayList<>();
            for (S closed : List.of(array, slice)) {
                uses.addAll(List.of(closed::length, closed::sizeInBytes, closed::segment, closed::toArray,
                    closed::hashCode, closed::toString, closed::sort, closed::parallelSort, () -> closed.sort(0, 0),
                    () -> kind.call(closed, "get", -1L), () -> kind.call(closed, "get", 0L),
                    () -> kind.call(closed, "set", 0L, zero), () -> kind.call(closed, "getVolatile", 0L),
                    () -> kind.call(closed, "setVolatile", 0L, zero), () -> kind.call(closed, "fill", zero),
                    () -> kind.call(closed, "fill", 0L, 0L, zero), () -> kind.call(closed, "indexOf", zero),
                    () -> kind.call(closed, "binarySearch", zero), () -> kind.call(closed, "stream"),
                    () -> kind.call(closed, "iterator"), () -> kind.call(closed, "spliterator"),
                    () -> closed.slice(0, 0), () -> closed.mismatch(other), () -> other.mismatch(closed),
                    () -> closed.equals(other), () -> other.equals(closed), () -> closed.copyFrom(one, 0, 0, 0),
                    () -> closed.copyTo(0, one, 0, 0), () -> closed.copyFrom(other, 0L, 0L, 0L),
                    () -> other.copyFrom(closed, 0L, 0L, 0L), () -> other.addAll(closed, 0L, 0L),
                    () -> closed.copyTo(0, MemorySegment.NULL), () -> closed.copyFrom(MemorySegment.NULL, 0),
                    () -> closed.save(Channels.newChannel(saved))));
            }
            uses.addAll(List.of(() -> kind.call(array, "add", zero), () -> kind.call(array, "insert", 0L, zero),
                () -> array.addAll(one, 0, 1), () -> array.addAll(other, 0L, 0L),
                () -> array.addAll(MemorySegment.NULL), () -> array.resize(0), () -> array.ensureCapacity(0),
                array::trimToSize, array::clear,
                () -> array.removeRange(0, 0)));
            array.close();
            for (int i = 0; i < uses.size(); i++) {
                assertThatThrownBy(uses.get(i)).as("use %d", i).isInstanceOf(IllegalStateException.class)
                    .hasMessage("the array is closed");
            }
            assertThat(saved.size()).isZero();
            slice.close();
            array.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void slicesShareTheElementsAndNotTheLength(ArrayKind kind) {
        List<Object> model = kind.random(new SplittableRandom(1), 20);
        try (S array = kind.arrayOf(heap, model)) {
            S slice = array.slice(5, 15);
            S inner = slice.slice(2, 4);
            assertThat(array.isSlice()).isFalse();
            assertThat(slice.isSlice()).isTrue();
            assertThat(slice.length()).isEqualTo(10);
            assertThat(slice.sizeInBytes()).isEqualTo(array.sizeInBytes());
            assertThat(ArrayKind.boxed(slice.toArray())).isEqualTo(model.subList(5, 15));
            assertThat(ArrayKind.boxed(inner.toArray())).isEqualTo(model.subList(7, 9));
            assertThat(kind.streamed(slice, false)).isEqualTo(model.subList(5, 15));
            assertThat(kind.streamed(slice, true)).isEqualTo(model.subList(5, 15));
            assertThat(kind.iterated(inner)).isEqualTo(model.subList(7, 9));
            kind.call(inner, "set", 1L, kind.zero());
            assertThat(kind.call(array, "get", 8L)).isEqualTo(kind.zero());
            kind.call(array, "set", 8L, model.get(0));
            assertThat(kind.call(slice, "get", 3L)).isEqualTo(model.get(0));
            slice.sort();
            List<Object> sorted = new ArrayList<>(model);
            sorted.set(8, model.get(0));
            Collections.copy(sorted.subList(5, 15), kind.sorted(sorted.subList(5, 15)));
            assertThat(ArrayKind.boxed(array.toArray())).isEqualTo(sorted);
            for (Object element : sorted.subList(5, 15)) {
                assertThat(slice.slice(0, 10)).isEqualTo(slice);
                long found = (long) kind.call(slice, "binarySearch", element);
                assertThat(kind.call(slice, "get", found)).isEqualTo(element);
                assertThat(kind.call(slice, "indexOf", element))
                    .isEqualTo((long) sorted.subList(5, 15).indexOf(element));
            }
            kind.call(slice, "fill", kind.zero());
            assertThat(ArrayKind.boxed(array.toArray()).subList(5, 15)).containsOnly(kind.zero());
            assertThat(ArrayKind.boxed(array.toArray()).subList(15, 20)).isEqualTo(model.subList(15, 20));
            for (long index : new long[] {-1, 10}) {
                requireOutOfBounds(() -> kind.call(slice, "get", index), "index " + index + ", length 10");
            }
            requireOutOfBounds(() -> slice.slice(0, 11), "from index 0 to 11, length 10");
            slice.close();
            assertThat(slice.length()).isEqualTo(10);
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void aSliceHasAFixedLength(ArrayKind kind) {
        try (S array = kind.array(heap, 10)) {
            S slice = array.slice(0, 10);
            Stream.<ThrowingCallable>of(() -> kind.call(slice, "add", kind.zero()),
                () -> kind.call(slice, "insert", 0L, kind.zero()), () -> slice.addAll(kind.onHeap(1), 0, 1),
                () -> slice.addAll(array, 0L, 1L), () -> slice.addAll(MemorySegment.NULL),
                () -> slice.insertAll(0, kind.onHeap(1), 0, 1), () -> slice.insertAll(0, array, 0L, 1L),
                () -> slice.insertAll(0, MemorySegment.NULL), () -> slice.removeRange(0, 1), slice::clear,
                () -> slice.resize(10), () -> slice.ensureCapacity(1), slice::trimToSize).forEach(call ->
                    assertThatThrownBy(call).isInstanceOf(UnsupportedOperationException.class)
                        .hasMessage("a slice has a fixed length"));
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void elementsThatTheArrayHasNoLongerAreNotInItsSlices(ArrayKind kind) {
        try (S array = kind.array(heap, 10)) {
            S slice = array.slice(4, 8);
            array.resize(6);
            assertThat(slice.length()).isEqualTo(4);
            assertThat(kind.call(slice, "get", 1L)).isEqualTo(kind.zero());
            kind.call(slice, "fill", 0L, 2L, kind.zero());
            String lengths = "length 4, of which the array has 2";
            requireOutOfBounds(() -> kind.call(slice, "get", 2L), "index 2, " + lengths);
            requireOutOfBounds(() -> kind.call(slice, "set", 3L, kind.zero()), "index 3, " + lengths);
            requireOutOfBounds(() -> kind.call(slice, "fill", kind.zero()), "from index 0 to 4, " + lengths);
            for (ThrowingCallable use : List.<ThrowingCallable>of(slice::sort, slice::toArray, slice::hashCode,
                    slice::toString, slice::segment, () -> kind.streamed(slice, false), () -> kind.iterated(slice),
                    () -> slice.equals(array), () -> slice.slice(1, 3), () -> kind.call(slice, "indexOf", kind.zero()),
                    () -> slice.save(Channels.newChannel(new ByteArrayOutputStream())))) {
                assertThatThrownBy(use).isInstanceOf(IndexOutOfBoundsException.class);
            }
            array.clear();
            requireOutOfBounds(() -> kind.call(slice, "get", 0L), "length 4, of which the array has 0");
            array.resize(8);
            assertThat(ArrayKind.boxed(slice.toArray())).containsOnly(kind.zero()).hasSize(4);
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void whatCannotBeReadIsNotInserted(ArrayKind kind) {
        List<Object> model = kind.random(new SplittableRandom(1), 20);
        Arena arena = Arena.ofShared();
        MemorySegment closed = arena.allocate(30 * 8);
        arena.close();
        try (S array = kind.arrayOf(heap, model)) {
            for (long index : new long[] {0, 7, 20}) {
                assertThatThrownBy(() -> array.insertAll(index, closed)).isInstanceOf(IllegalStateException.class)
                    .hasMessage("Already closed");
                assertThat(ArrayKind.boxed(array.toArray())).isEqualTo(model);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void elementsOfItsOwnAreInsertedAsTheyWereBefore(ArrayKind kind) {
        SplittableRandom random = new SplittableRandom(1);
        for (int length : new int[] {1, 10, 1000}) {
            List<Object> elements = kind.random(random, length);
            for (int way = 0; way < 3; way++) {
                List<Object> model = new ArrayList<>(elements);
                try (S array = kind.arrayOf(heap, model)) {
                    for (int i = 0; i < 20; i++) {
                        int index = random.nextInt(model.size() + 1);
                        int from = random.nextInt(model.size());
                        int to = random.nextInt(from, Math.min(model.size(), from + 100) + 1);
                        switch (way) {
                            case 0 -> array.insertAll(index, array, (long) from, (long) (to - from));
                            case 1 -> array.insertAll(index, array.slice(from, to), 0L, (long) (to - from));
                            default -> array.insertAll(index, array.segment()
                                .asSlice((long) from * kind.size(), (long) (to - from) * kind.size()));
                        }
                        model.addAll(index, new ArrayList<>(model.subList(from, to)));
                        assertThat(ArrayKind.boxed(array.toArray())).isEqualTo(model);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void aSegmentIsTheElementsUntilTheyMoveAndHarmlessLater(ArrayKind kind) {
        List<Object> model = kind.random(new SplittableRandom(1), 100);
        S array = kind.arrayOf(heap, model);
        MemorySegment segment = array.segment();
        MemorySegment part = array.slice(10, 20).segment();
        assertThat(part.byteSize()).isEqualTo(10L * kind.size());
        assertThat(segment.asSlice(10L * kind.size(), 10L * kind.size()).mismatch(part)).isEqualTo(-1);
        part.fill((byte) 0);
        assertThat(ArrayKind.boxed(array.slice(10, 20).toArray())).containsOnly(kind.zero());
        for (int i = 0; i < 1_000_000; i += 100) {
            array.addAll(kind.onHeap(model), 0, 100);
        }
        segment.fill((byte) 7);
        assertThat(ArrayKind.boxed(array.slice(20, 100).toArray())).isEqualTo(model.subList(20, 100));
        array.close();
        segment.fill((byte) 8);
        try (S other = kind.array(heap, 100)) {
            segment.fill((byte) 9);
            assertThat(ArrayKind.boxed(other.toArray())).containsOnly(kind.zero());
        }
    }

    /** The thread that made the array is in the midst of reading it, and changes it itself. */
    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void whatAStreamCallsMayChangeTheArray(ArrayKind kind) {
        List<Consumer<S>> changes = List.of(array -> kind.call(array, "add", kind.zero()),
            array -> array.removeRange(0, 1), array -> array.resize(3), OffHeapArray::clear);
        List<Consumer<S>> changesOfTheBlock = List.of(array -> array.resize(1_000_000), OffHeapArray::trimToSize,
            array -> array.ensureCapacity(1_000_000), OffHeapArray::close);
        for (Consumer<S> change : changes) {
            requireFoundOut(kind, change);
        }
        for (Consumer<S> change : changesOfTheBlock) {
            assertThat(requireFoundOut(kind, change)).as("elements that were read of the former block").isEqualTo(1);
        }
    }

    /** Returns for how many elements the stream has called what changes the array. */
    private <S extends OffHeapArray<Object, S>> int requireFoundOut(ArrayKind kind, Consumer<S> change) {
        int[] calls = new int[1];
        try (S array = kind.array(heap, 100)) {
            array.ensureCapacity(20_000);
            assertThatThrownBy(() -> kind.forEach(array, () -> {
                calls[0]++;
                change.accept(array);
            })).isInstanceOf(ConcurrentModificationException.class);
        }
        return calls[0];
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void equalityAndOrderAreThoseOfLists(ArrayKind kind) {
        SplittableRandom random = Seed.random();
        for (int round = 0; round < 100; round++) {
            List<Object> one = kind.random(random, random.nextInt(50));
            List<Object> two = new ArrayList<>(one);
            if (random.nextBoolean() && !one.isEmpty()) {
                two.set(random.nextInt(one.size()), kind.random(random));
            } else if (random.nextBoolean()) {
                two.add(kind.random(random));
            }
            try (S array = kind.arrayOf(heap, one); S other = kind.arrayOf(heap, two)) {
                assertThat(array.equals(other)).isEqualTo(one.equals(two));
                assertThat(array.hashCode()).isEqualTo(one.hashCode());
                assertThat(array.mismatch(other))
                    .isEqualTo((int) kind.callArrays("mismatch", kind.onHeap(one), kind.onHeap(two)));
                assertThat(array).hasToString(one.toString());
            } catch (Throwable e) {
                throw Seed.failure(round, e);
            }
        }
        try (S array = kind.array(heap, 3);
                OffHeapArray<?, ?> other = kind == ArrayKind.INT ? new OffHeapFloatArray(heap, 3)
                    : new OffHeapIntArray(heap, 3)) {
            assertThat(array.equals(other)).isFalse();
            assertThat(array.equals(null)).isFalse();
        }
        List<Object> many = kind.random(random, 10_000);
        try (S array = kind.arrayOf(heap, many)) {
            assertThat(array.hashCode()).isEqualTo(many.hashCode());
            assertThat(array.toString()).startsWith("[" + many.get(0)).endsWith(", … 9900 more]");
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void savedArraysAreLoadedOneBehindTheOther(ArrayKind kind) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        List<List<Object>> models = new ArrayList<>();
        for (int length : new int[] {0, 1, 100, 70_000, 3}) {
            List<Object> model = kind.random(new SplittableRandom(length), length);
            models.add(model);
            try (S array = kind.arrayOf(heap, model)) {
                array.save(Channels.newChannel(file));
            }
        }
        try (var channel = Channels.newChannel(new ByteArrayInputStream(file.toByteArray()))) {
            for (List<Object> model : models) {
                try (S array = kind.load(heap, channel)) {
                    assertThat(ArrayKind.boxed(array.toArray())).isEqualTo(model);
                }
            }
        }
    }

    private static void requireOutOfBounds(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining(message);
    }
}
