package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

/**
 * Whatever is done to a map, and wherever its heap is full, it has what a map of the JDK has to which the same was
 * done. What fails is made as short as can be found, and printed with its seed: -DQT_SEED=N repeats it.
 */
class MapPropertiesTest {
    private static final int EXAMPLES = 50;
    private static final int STEPS_MAX = 120;
    /** Beyond that many bytes, there is no limit. */
    private static final int LIMIT_MAX = 12_000;
    private static final List<StringTable.Sizes> SMALL = List.of(new StringTable.Sizes(128, 12, 800, 100_000));

    /** One thing that is done; what the numbers mean is up to the kind, and to the map. */
    record Step(Kind kind, int key, int value) {
    }

    /** What can be done. */
    enum Kind {
        PUT, PUT_MORE, PUT_IF_ABSENT, MERGE, REMOVE, REMOVE_MORE, GET, REMOVE_BY_ITERATOR, COMPACT, CLEAR,
        SAVE_AND_LOAD
    }

    /** A map and its model. */
    private abstract static class Both<M extends AutoCloseable> {
        final Heap heap;
        M map;

        Both(Heap heap, M map) {
            this.heap = heap;
            this.map = map;
        }

        /** Does the same to both; throws {@link OutOfMemoryError} if there is no memory for it. */
        abstract void apply(Step step) throws IOException;

        abstract void requireSame();

        /** Goes on with a map that came back from a channel. */
        final void replace(M loaded) {
            close(map);
            map = loaded;
        }

        static int count(Step step) {
            return step.kind == Kind.PUT_MORE || step.kind == Kind.REMOVE_MORE ? 20 : 1;
        }

        /** Of all entries none, some, or most. */
        static boolean isRemoved(Object key, Step step) {
            return (key.hashCode() & 7) < step.value % 9;
        }

        static void clear(Step step, Runnable clear, Map<?, ?> model) {
            if (step.value % 4 == 0) {
                clear.run();
                model.clear();
            }
        }

        static String shorter(String some, String other) {
            return (some + other).substring(other.length() / 2);
        }

        static <E> void removeIf(Iterator<E> iterator, Predicate<E> condition) {
            while (iterator.hasNext()) {
                if (condition.test(iterator.next())) {
                    iterator.remove();
                }
            }
        }

        static void requireEqual(Object some, Object other) {
            if (!Objects.equals(some, other)) {
                throw new AssertionError(some + " is not " + other);
            }
        }

        static ReadableByteChannel saved(Saving saving) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            saving.save(Channels.newChannel(bytes));
            return Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray()));
        }
    }

    private interface Saving {
        void save(WritableByteChannel channel) throws IOException;
    }

    @Test
    void stringsToStrings() {
        check(StringsToStrings::new);
    }

    @Test
    void stringsToInts() {
        check(StringsToInts::new);
    }

    @Test
    void stringsToLongs() {
        check(StringsToLongs::new);
    }

    @Test
    void longsToLongs() {
        check(LongsToLongs::new);
    }

    private static void check(Function<Heap, Both<?>> both) {
        Gen<Integer> limits = integers().between(0, 2 * LIMIT_MAX);
        qt().withExamples(EXAMPLES).withShrinkCycles(2000)
            .forAll(limits, lists().of(steps()).ofSizeBetween(0, STEPS_MAX))
            .checkAssert((limit, steps) -> run(both, limit, steps));
    }

    private static Gen<Step> steps() {
        Kind[] kinds = Kind.values();
        Gen<Integer> kind = integers().between(0, 3 * kinds.length);
        return kind.zip(integers().between(0, 250), integers().between(0, 1000), (which, key, value) ->
            new Step(which < kinds.length ? kinds[which] : which % 3 == 0 ? Kind.REMOVE : Kind.PUT, key, value));
    }

    private static void run(Function<Heap, Both<?>> both, int limit, List<Step> steps) {
        HeapOptions options = HeapOptions.defaults();
        try (Heap heap = new Heap(limit < LIMIT_MAX ? options.withLimit(limit) : options)) {
            Both<?> subject = both.apply(heap);
            try {
                for (Step step : steps) {
                    try {
                        subject.apply(step);
                    } catch (OutOfMemoryError e) {
                        assertThat(limit).as("memory is out where there is a limit").isLessThan(LIMIT_MAX);
                    }
                    subject.requireSame();
                }
                heap.check();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                close(subject.map);
            }
            CheckedHeap.requireAllFreed(heap);
        }
    }

    private static void close(AutoCloseable map) {
        try {
            map.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Some that differ in little, some long. */
    private static String string(int number) {
        List<String> hard = HardStrings.ALL.subList(0, 60);
        return number < hard.size() ? hard.get(number)
            : (number % 3 == 0 ? "\u0416" : "k").repeat(number % 50) + number;
    }

    private static final class StringsToStrings extends Both<OffHeapStringMap> {
        private final Map<String, String> model = new HashMap<>();

        StringsToStrings(Heap heap) {
            super(heap, new OffHeapStringMap(heap, SMALL));
        }

        @Override
        void apply(Step step) throws IOException {
            String key = string(step.key);
            String value = string(step.value);
            switch (step.kind) {
                case PUT, PUT_MORE -> {
                    for (int i = 0; i < count(step); i++) {
                        String some = i == 0 ? key : key + i;
                        assertThat(map.put(some, value)).isEqualTo(model.get(some));
                        model.put(some, value);
                    }
                }
                case PUT_IF_ABSENT -> {
                    assertThat(map.putIfAbsent(key, value)).isEqualTo(model.get(key));
                    model.putIfAbsent(key, value);
                }
                case MERGE -> {
                    String merged = map.merge(key, value, Both::shorter);
                    assertThat(model.merge(key, value, Both::shorter)).isEqualTo(merged);
                }
                case REMOVE, REMOVE_MORE -> {
                    for (int i = 0; i < count(step); i++) {
                        String some = i == 0 ? key : key + i;
                        assertThat(map.remove(some)).isEqualTo(model.remove(some));
                    }
                }
                case GET -> {
                    assertThat(map.get(key)).isEqualTo(model.get(key));
                    assertThat(map.containsValue(value)).isEqualTo(model.containsValue(value));
                }
                case REMOVE_BY_ITERATOR -> map.entrySet().removeIf(entry -> isRemoved(entry.getKey(), step)
                    && model.remove(entry.getKey(), entry.getValue()));
                case COMPACT -> map.compact();
                case CLEAR -> clear(step, map::clear, model);
                case SAVE_AND_LOAD -> replace(OffHeapStringMap.load(heap, saved(map::save)));
            }
        }

        @Override
        void requireSame() {
            map.check();
            assertThat(map.equals(model)).as("%s is %s", map, model).isTrue();
            assertThat(model.equals(map)).isTrue();
        }
    }

    private static final class StringsToInts extends Both<OffHeapStringIntMap> {
        private final Map<String, Integer> model = new HashMap<>();

        StringsToInts(Heap heap) {
            super(heap, new OffHeapStringIntMap(heap, SMALL));
        }

        @Override
        void apply(Step step) throws IOException {
            String key = string(step.key);
            int value = step.value * 0x1000_0001;
            switch (step.kind) {
                case PUT, PUT_MORE -> {
                    for (int i = 0; i < count(step); i++) {
                        String some = i == 0 ? key : key + i;
                        assertThat(map.put(some, value)).isEqualTo(!model.containsKey(some));
                        model.put(some, value);
                    }
                }
                case PUT_IF_ABSENT -> {
                    assertThat(map.putIfAbsent(key, value)).isEqualTo(model.getOrDefault(key, value));
                    model.putIfAbsent(key, value);
                }
                case MERGE -> {
                    int sum = map.addTo(key, value);
                    assertThat(model.merge(key, value, Integer::sum)).isEqualTo(sum);
                    assertThat(map.merge(key, value, Math::min)).isEqualTo(model.merge(key, value, Math::min));
                }
                case REMOVE, REMOVE_MORE -> {
                    for (int i = 0; i < count(step); i++) {
                        String some = i == 0 ? key : key + i;
                        assertThat(map.remove(some)).isEqualTo(model.remove(some) != null);
                    }
                }
                case GET -> assertThat(map.get(key, value)).isEqualTo(model.getOrDefault(key, value));
                case REMOVE_BY_ITERATOR -> removeIf(map.iterator(), entry -> isRemoved(entry.key(), step)
                    && model.remove(entry.key(), entry.value()));
                case COMPACT -> map.compact();
                case CLEAR -> clear(step, map::clear, model);
                case SAVE_AND_LOAD -> replace(OffHeapStringIntMap.load(heap, saved(map::save)));
            }
        }

        @Override
        void requireSame() {
            map.check();
            assertThat(map.size()).isEqualTo(model.size());
            model.forEach((key, value) -> requireEqual(map.get(key, ~value), value));
            map.forEach((key, value) -> requireEqual(model.get(key), value));
        }
    }

    private static final class StringsToLongs extends Both<OffHeapStringLongMap> {
        private final Map<String, Long> model = new HashMap<>();

        StringsToLongs(Heap heap) {
            super(heap, new OffHeapStringLongMap(heap, SMALL));
        }

        @Override
        void apply(Step step) throws IOException {
            String key = string(step.key);
            long value = step.value * 0x1000_0000_0000_0001L;
            switch (step.kind) {
                case PUT, PUT_MORE -> {
                    for (int i = 0; i < count(step); i++) {
                        String some = i == 0 ? key : key + i;
                        assertThat(map.put(some, value)).isEqualTo(!model.containsKey(some));
                        model.put(some, value);
                    }
                }
                case PUT_IF_ABSENT -> {
                    assertThat(map.putIfAbsent(key, value)).isEqualTo(model.getOrDefault(key, value));
                    model.putIfAbsent(key, value);
                }
                case MERGE -> {
                    long sum = map.addTo(key, value);
                    assertThat(model.merge(key, value, Long::sum)).isEqualTo(sum);
                    assertThat(map.merge(key, value, Math::min)).isEqualTo(model.merge(key, value, Math::min));
                }
                case REMOVE, REMOVE_MORE -> {
                    for (int i = 0; i < count(step); i++) {
                        String some = i == 0 ? key : key + i;
                        assertThat(map.remove(some)).isEqualTo(model.remove(some) != null);
                    }
                }
                case GET -> assertThat(map.get(key, value)).isEqualTo(model.getOrDefault(key, value));
                case REMOVE_BY_ITERATOR -> removeIf(map.iterator(), entry -> isRemoved(entry.key(), step)
                    && model.remove(entry.key(), entry.value()));
                case COMPACT -> map.compact();
                case CLEAR -> clear(step, map::clear, model);
                case SAVE_AND_LOAD -> replace(OffHeapStringLongMap.load(heap, saved(map::save)));
            }
        }

        @Override
        void requireSame() {
            map.check();
            assertThat(map.size()).isEqualTo(model.size());
            model.forEach((key, value) -> requireEqual(map.get(key, ~value), value));
            map.forEach((key, value) -> requireEqual(model.get(key), value));
        }
    }

    private static final class LongsToLongs extends Both<OffHeapLongLongMap> {
        private static final LongTable.Sizes SIZES = new LongTable.Sizes(128, 12, 2000);

        private final Map<Long, Long> model = new HashMap<>();

        LongsToLongs(Heap heap) {
            super(heap, new OffHeapLongLongMap(heap, SIZES, new LongHash()));
        }

        @Override
        void apply(Step step) throws IOException {
            long key = (long) (step.key / 2) << (step.key % 2 == 0 ? 0 : 50);
            long value = step.value * 0x1000_0000_0000_0001L;
            switch (step.kind) {
                case PUT, PUT_MORE -> {
                    for (int i = 0; i < count(step); i++) {
                        assertThat(map.put(key + i, value)).isEqualTo(!model.containsKey(key + i));
                        model.put(key + i, value);
                    }
                }
                case PUT_IF_ABSENT -> {
                    assertThat(map.putIfAbsent(key, value)).isEqualTo(model.getOrDefault(key, value));
                    model.putIfAbsent(key, value);
                }
                case MERGE -> {
                    long sum = map.addTo(key, value);
                    assertThat(model.merge(key, value, Long::sum)).isEqualTo(sum);
                    assertThat(map.merge(key, value, Math::min)).isEqualTo(model.merge(key, value, Math::min));
                }
                case REMOVE, REMOVE_MORE -> {
                    for (int i = 0; i < count(step); i++) {
                        assertThat(map.remove(key + i)).isEqualTo(model.remove(key + i) != null);
                    }
                }
                case GET -> assertThat(map.get(key, value)).isEqualTo(model.getOrDefault(key, value));
                case REMOVE_BY_ITERATOR -> removeIf(map.iterator(), entry -> isRemoved(entry.key(), step)
                    && model.remove(entry.key(), entry.value()));
                case COMPACT -> map.compact();
                case CLEAR -> clear(step, map::clear, model);
                case SAVE_AND_LOAD -> replace(OffHeapLongLongMap.load(heap, saved(map::save)));
            }
        }

        @Override
        void requireSame() {
            map.check();
            assertThat(map.size()).isEqualTo(model.size());
            model.forEach((key, value) -> requireEqual(map.get(key, ~value), value));
            map.forEach((key, value) -> requireEqual(model.get(key), value));
        }
    }
}
