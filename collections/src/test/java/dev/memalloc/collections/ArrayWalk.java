package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** A random walk: each step does the same to an array and to a list. */
final class ArrayWalk<S extends OffHeapArray<Object, S>> {
    private final ArrayKind kind;
    private final Heap heap;
    private final S array;
    private final SplittableRandom random;
    private final int lengthMax;
    private final boolean parallel;
    private List<Object> model = new ArrayList<>();
    private long steps;

    ArrayWalk(ArrayKind kind, Heap heap, S array, SplittableRandom random, int lengthMax, boolean parallel) {
        this.kind = kind;
        this.heap = heap;
        this.array = array;
        this.random = random;
        this.lengthMax = lengthMax;
        this.parallel = parallel;
    }

    /** Returns whether there was memory for it; if there was none, nothing has changed. */
    boolean step() throws IOException {
        List<Object> before = model;
        boolean done = true;
        model = new ArrayList<>(before);
        try {
            doSomething();
        } catch (OutOfMemoryError e) {
            model = before;
            done = false;
        }
        assertThat(array.length()).isEqualTo(model.size());
        if (!done || steps++ % 8 == 0) {
            assertThat(ArrayKind.boxed(array.toArray())).isEqualTo(model);
        }
        return done;
    }

    private void doSomething() throws IOException {
        int length = model.size();
        int from = random.nextInt(length + 1);
        int to = random.nextInt(from, length + 1);
        Object value = kind.random(random);
        List<Object> some = model.subList(from, to);
        switch (random.nextInt(26)) {
            case 0, 1, 2 -> {
                kind.call(array, "add", value);
                model.add(value);
            }
            case 3 -> {
                kind.call(array, "insert", (long) from, value);
                model.add(from, value);
            }
            case 4, 5 -> insertOthers(from);
            case 6 -> {
                List<Object> own = new ArrayList<>(some);
                array.addAll(array, (long) from, (long) own.size());
                model.addAll(own);
            }
            case 7, 8, 9 -> {
                array.removeRange(from, to);
                some.clear();
            }
            case 10 -> resize(random.nextInt(lengthMax));
            case 11 -> array.ensureCapacity(random.nextInt(2 * lengthMax));
            case 12 -> array.trimToSize();
            case 13 -> {
                if (random.nextInt(10) == 0) {
                    array.clear();
                    model.clear();
                }
            }
            case 14 -> {
                kind.call(array, "fill", (long) from, (long) to, value);
                Collections.fill(some, value);
            }
            case 15 -> sort(from, to);
            case 16 -> overwrite(from, to);
            case 17 -> {
                int target = random.nextInt(length - some.size() + 1);
                List<Object> copied = new ArrayList<>(some);
                array.copyFrom(array, (long) from, (long) target, (long) copied.size());
                Collections.copy(model.subList(target, length), copied);
            }
            case 18 -> read(from, to);
            case 19 -> {
                boolean isParallel = parallel && random.nextInt(20) == 0;
                assertThat(kind.streamed(array.slice(from, to), isParallel)).isEqualTo(some);
                assertThat(kind.iterated(array.slice(from, to))).isEqualTo(some);
            }
            case 20 -> {
                ByteArrayOutputStream file = new ByteArrayOutputStream();
                array.slice(from, to).save(Channels.newChannel(file));
                try (var channel = Channels.newChannel(new ByteArrayInputStream(file.toByteArray()));
                        S loaded = kind.load(heap, channel)) {
                    assertThat(ArrayKind.boxed(loaded.toArray())).isEqualTo(some);
                }
            }
            case 21 -> assertThat(kind.call(array, "indexOf", value)).isEqualTo((long) model.indexOf(value));
            default -> {
                if (from < length) {
                    boolean isVolatile = random.nextBoolean();
                    kind.call(array, isVolatile ? "setVolatile" : "set", (long) from, value);
                    model.set(from, value);
                    assertThat(kind.call(array, isVolatile ? "get" : "getVolatile", (long) from)).isEqualTo(value);
                }
            }
        }
    }

    private void resize(int length) {
        array.resize(length);
        while (model.size() > length) {
            model.removeLast();
        }
        while (model.size() < length) {
            model.add(kind.zero());
        }
    }

    private void insertOthers(int index) {
        int length = model.size();
        List<Object> inserted = kind.random(random, random.nextInt(Math.max(1, lengthMax - length) + 1));
        Object onHeap = kind.onHeap(inserted);
        switch (random.nextInt(3)) {
            case 0 -> array.insertAll(index, onHeap, 0, inserted.size());
            case 1 -> array.insertAll(index, array.segmentOf(onHeap));
            default -> {
                try (S other = kind.arrayOf(heap, inserted)) {
                    array.insertAll(index, other, 0L, (long) inserted.size());
                }
            }
        }
        model.addAll(index, inserted);
    }

    private void sort(int from, int to) {
        if (random.nextInt(4) == 0) {
            array.parallelSort(from, to);
        } else {
            array.sort(from, to);
        }
        Object elements = kind.onHeap(model);
        kind.callArrays("sort", elements, from, to);
        model = ArrayKind.boxed(elements);
        for (int i = 0; i < 3; i++) {
            Object value = kind.random(random);
            long found = (long) kind.call(array, "binarySearch", (long) from, (long) to, value);
            int expected = (int) kind.callArrays("binarySearch", elements, from, to, value);
            if (expected < 0) {
                assertThat(found).isEqualTo(expected);
            } else {
                assertThat(found).isBetween((long) from, to - 1L);
                assertThat(model.get((int) found)).isEqualTo(value);
            }
        }
    }

    private void overwrite(int from, int to) {
        List<Object> others = kind.random(random, to - from);
        Object onHeap = kind.onHeap(others);
        switch (random.nextInt(4)) {
            case 0 -> array.copyFrom(onHeap, 0, from, others.size());
            case 1 -> array.copyFrom(array.segmentOf(onHeap), (long) from);
            case 2 -> {
                try (S other = kind.arrayOf(heap, others)) {
                    array.copyFrom(other, 0L, (long) from, (long) others.size());
                }
            }
            default -> {
                try (S other = kind.arrayOf(heap, others)) {
                    other.copyTo(0L, array.slice(from, to), 0L, (long) others.size());
                }
            }
        }
        Collections.copy(model.subList(from, to), others);
    }

    private void read(int from, int to) {
        Object onHeap = kind.onHeap(to - from);
        if (random.nextBoolean()) {
            array.copyTo(from, onHeap, 0, to - from);
        } else {
            MemorySegment segment = array.segmentOf(onHeap);
            array.copyTo(from, segment);
        }
        assertThat(ArrayKind.boxed(onHeap)).isEqualTo(model.subList(from, to));
    }
}
