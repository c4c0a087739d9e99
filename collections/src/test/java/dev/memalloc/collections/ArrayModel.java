package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** An array and a list, to which the same is done. */
final class ArrayModel<A extends OffHeapArray<Object, A>> extends Model<ArrayModel.Step> {
    /** Beyond that, single elements are added only. */
    private static final int LENGTH_MAX = 500;

    /** What can be done; the simplest first, as the shortest failing example is made of those. */
    enum Kind {
        ADD, SET, REMOVE, INSERT, ADD_ALL, INSERT_JAVA_ARRAY, INSERT_SEGMENT, INSERT_ARRAY, ADD_OWN, INSERT_OWN,
        RESIZE, CLEAR, ENSURE_CAPACITY, TRIM, FILL, SORT, INDEX_OF, COPY_FROM_JAVA_ARRAY,
        COPY_FROM_SEGMENT, COPY_FROM_ARRAY, COPY_TO_SLICE, COPY_OWN, COPY_TO_JAVA_ARRAY, COPY_TO_SEGMENT, SLICE,
        STREAM, SAVE_AND_LOAD, SEGMENT, STREAM_IN_PARALLEL, SORT_IN_PARALLEL
    }

    /** After these, the heap gets the memory of the array back by way of the garbage collector, which takes time. */
    private static final EnumSet<Kind> SHARING =
        EnumSet.of(Kind.SEGMENT, Kind.STREAM_IN_PARALLEL, Kind.SORT_IN_PARALLEL);

    /**
     * One thing that is done.
     *
     * @param kind what
     * @param from the first element that it is done to, modulo the number of places there are
     * @param count how many; if there are not so many from there on, modulo what there can be
     * @param seed of what is written
     * @param room see there
     */
    record Step(Kind kind, int from, int count, int seed, int room) implements Model.Step {
    }

    /** Lists of steps, after which an array is longer rather than shorter. */
    static final class Steps implements ArbitrarySupplier<List<Step>> {
        @Override
        public Arbitrary<List<Step>> get() {
            Arbitrary<List<Step>> own = ofKinds(EnumSet.complementOf(SHARING));
            return Arbitraries.frequencyOf(Tuple.of(5, own), Tuple.of(1, ofKinds(EnumSet.allOf(Kind.class))));
        }

        private static Arbitrary<List<Step>> ofKinds(Set<Kind> all) {
            Arbitrary<Kind> kinds = Arbitraries.frequencyOf(Tuple.of(4, Arbitraries.of(all)),
                Tuple.of(1, Arbitraries.of(Kind.ADD, Kind.SET, Kind.INSERT, Kind.ADD_ALL)));
            return lists(Combinators.combine(kinds, numbers(LENGTH_MAX), numbers(LENGTH_MAX / 2), numbers(1000),
                rooms()).as(Step::new));
        }
    }

    private final ArrayKind kind;
    private final Heap heap;
    private A array;
    private final List<Object> list = new ArrayList<>();

    ArrayModel(ArrayKind kind, Heap heap) {
        this.kind = kind;
        this.heap = heap;
        array = kind.array(heap, 0);
    }

    static void requireSame(ArrayKind kind, List<Step> steps) throws IOException {
        requireSame(heap -> new ArrayModel<>(kind, heap), steps);
    }

    @Override
    void apply(Step step) throws IOException {
        int length = list.size();
        int from = step.from % (length + 1);
        int to = from + step.count % (length - from + 1);
        int room = Math.max(0, LENGTH_MAX - length);
        List<Object> some = list.subList(from, to);
        Object value = kind.random(new SplittableRandom(step.seed));
        switch (step.kind) {
            case ADD -> {
                kind.call(array, "add", value);
                list.add(value);
            }
            case SET -> set(from, value, step.seed % 2 == 0);
            case REMOVE -> {
                array.removeRange(from, to);
                some.clear();
            }
            case INSERT -> {
                kind.call(array, "insert", (long) from, value);
                list.add(from, value);
            }
            case ADD_ALL, INSERT_JAVA_ARRAY, INSERT_SEGMENT, INSERT_ARRAY ->
                insertOthers(step.kind, from, elements(step, Math.min(step.count, room)));
            case ADD_OWN, INSERT_OWN ->
                insertOwn(step.kind, step.seed % (length + 1), from, Math.min(some.size(), room));
            case RESIZE -> resize(step.count);
            case CLEAR -> {
                array.clear();
                list.clear();
            }
            case ENSURE_CAPACITY -> array.ensureCapacity(2 * step.count);
            case TRIM -> array.trimToSize();
            case FILL -> {
                kind.call(array, "fill", (long) from, (long) to, value);
                Collections.fill(some, value);
            }
            case SORT, SORT_IN_PARALLEL -> sort(from, to, step);
            case INDEX_OF -> assertThat(kind.call(array, "indexOf", value)).isEqualTo((long) list.indexOf(value));
            case COPY_FROM_JAVA_ARRAY, COPY_FROM_SEGMENT, COPY_FROM_ARRAY, COPY_TO_SLICE ->
                overwrite(step.kind, from, some, elements(step, some.size()));
            case COPY_OWN -> {
                int target = step.seed % (length - some.size() + 1);
                List<Object> copied = new ArrayList<>(some);
                array.copyFrom(array, (long) from, (long) target, (long) copied.size());
                Collections.copy(list.subList(target, length), copied);
            }
            case COPY_TO_JAVA_ARRAY, COPY_TO_SEGMENT -> read(step.kind, from, some);
            case SEGMENT -> {
                MemorySegment segment = array.segment();
                assertThat(segment.byteSize()).isEqualTo((long) length * kind.size());
                Object onHeap = kind.onHeap(elements(step, some.size()));
                segment.asSlice((long) from * kind.size()).copyFrom(array.segmentOf(onHeap));
                Collections.copy(some, ArrayKind.boxed(onHeap));
            }
            case SLICE -> slice(from, some, value);
            case STREAM, STREAM_IN_PARALLEL -> {
                A slice = array.slice(from, to);
                assertThat(kind.streamed(slice, step.kind == Kind.STREAM_IN_PARALLEL)).isEqualTo(some);
                assertThat(kind.split(slice)).isEqualTo(some);
                assertThat(kind.iterated(slice)).isEqualTo(some);
            }
            case SAVE_AND_LOAD -> {
                try (A loaded = kind.load(heap, saved(array.slice(from, to)::save))) {
                    assertThat(ArrayKind.boxed(loaded.toArray())).isEqualTo(some);
                }
                A loaded = kind.load(heap, saved(array::save));
                array.close();
                array = loaded;
            }
        }
    }

    @Override
    void requireSame() {
        assertThat(array.length()).isEqualTo(list.size());
        assertThat(ArrayKind.boxed(array.toArray())).isEqualTo(list);
        assertThat(array.hashCode()).isEqualTo(list.hashCode());
        assertThat(array.sizeInBytes()).isGreaterThanOrEqualTo((long) list.size() * kind.size());
    }

    @Override
    public void close() {
        array.close();
    }

    private List<Object> elements(Step step, int count) {
        return kind.random(new SplittableRandom(step.seed), count);
    }

    private void set(int index, Object value, boolean isVolatile) {
        if (index < list.size()) {
            kind.call(array, isVolatile ? "setVolatile" : "set", (long) index, value);
            list.set(index, value);
            assertThat(kind.call(array, isVolatile ? "get" : "getVolatile", (long) index)).isEqualTo(value);
        }
    }

    /** Inserts all but the first. */
    private void insertOthers(Kind how, int index, List<Object> others) {
        int skipped = Math.min(1, others.size());
        int count = others.size() - skipped;
        Object onHeap = kind.onHeap(others);
        switch (how) {
            case ADD_ALL -> array.addAll(onHeap, skipped, count);
            case INSERT_JAVA_ARRAY -> array.insertAll(index, onHeap, skipped, count);
            case INSERT_SEGMENT ->
                array.insertAll(index, array.segmentOf(onHeap).asSlice((long) skipped * kind.size()));
            default -> {
                try (A other = kind.arrayOf(heap, others)) {
                    array.insertAll(index, other, (long) skipped, (long) count);
                }
            }
        }
        list.addAll(how == Kind.ADD_ALL ? list.size() : index, others.subList(skipped, others.size()));
    }

    private void insertOwn(Kind how, int index, int from, int count) {
        List<Object> own = new ArrayList<>(list.subList(from, from + count));
        if (how == Kind.ADD_OWN) {
            array.addAll(array, (long) from, (long) count);
            list.addAll(own);
        } else {
            array.insertAll(index, array.slice(from, list.size()), 0L, (long) count);
            list.addAll(index, own);
        }
    }

    private void resize(int length) {
        array.resize(length);
        while (list.size() > length) {
            list.removeLast();
        }
        while (list.size() < length) {
            list.add(kind.zero());
        }
    }

    /** Sorts, and looks for some elements that are there, or not. */
    private void sort(int from, int to, Step step) {
        if (step.kind == Kind.SORT) {
            array.sort(from, to);
        } else {
            array.parallelSort(from, to);
        }
        Object sorted = kind.onHeap(list);
        kind.callArrays("sort", sorted, from, to);
        Collections.copy(list, ArrayKind.boxed(sorted));
        for (Object value : elements(step, 5)) {
            long found = (long) kind.call(array, "binarySearch", (long) from, (long) to, value);
            int expected = (int) kind.callArrays("binarySearch", sorted, from, to, value);
            if (expected < 0) {
                assertThat(found).isEqualTo(expected);
            } else {
                assertThat(found).isBetween((long) from, to - 1L);
                assertThat(list.get((int) found)).isEqualTo(value);
            }
        }
    }

    private void overwrite(Kind how, int from, List<Object> some, List<Object> others) {
        Object onHeap = kind.onHeap(others);
        switch (how) {
            case COPY_FROM_JAVA_ARRAY -> array.copyFrom(onHeap, 0, from, others.size());
            case COPY_FROM_SEGMENT -> array.copyFrom(array.segmentOf(onHeap), (long) from);
            default -> {
                try (A other = kind.arrayOf(heap, others)) {
                    if (how == Kind.COPY_FROM_ARRAY) {
                        array.copyFrom(other, 0L, (long) from, (long) others.size());
                    } else {
                        other.copyTo(0L, array.slice(from, from + others.size()), 0L, (long) others.size());
                    }
                }
            }
        }
        Collections.copy(some, others);
    }

    private void read(Kind how, int from, List<Object> some) {
        Object onHeap = kind.onHeap(some.size());
        if (how == Kind.COPY_TO_JAVA_ARRAY) {
            array.copyTo(from, onHeap, 0, some.size());
        } else {
            array.copyTo(from, array.segmentOf(onHeap));
        }
        assertThat(ArrayKind.boxed(onHeap)).isEqualTo(some);
    }

    /** What is written to a slice, the array has, and the other way round; it cannot become longer. */
    private void slice(int from, List<Object> some, Object value) {
        A slice = array.slice(from, from + some.size());
        int half = some.size() / 2;
        kind.call(slice.slice(0, half), "fill", value);
        Collections.fill(some.subList(0, half), value);
        assertThat(ArrayKind.boxed(slice.toArray())).isEqualTo(some);
        set(from + half, value, false);
        assertThat(ArrayKind.boxed(slice.toArray())).isEqualTo(list.subList(from, from + some.size()));
        assertThatThrownBy(() -> kind.call(slice, "add", value)).isInstanceOf(UnsupportedOperationException.class);
        slice.close();
    }
}
