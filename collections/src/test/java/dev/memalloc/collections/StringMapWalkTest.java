package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations on an {@link OffHeapStringMap} and a {@link HashMap} side by side, with shards of several sizes,
 * and in heaps of which some are too small: after each {@link OutOfMemoryError} both must be the same still.
 */
class StringMapWalkTest {
    private static final int OPERATIONS = 60_000;
    private static final HeapOptions LARGE = HeapOptions.defaults();

    private final SplittableRandom random = Seed.random();
    private int failures;

    static Stream<Arguments> walks() {
        return Stream.of(
            Arguments.of("as they are", StringTable.Sizes.DEFAULT, LARGE, 1000, 0),
            Arguments.of("as they are, many keys", StringTable.Sizes.DEFAULT, LARGE, 30_000, 0),
            Arguments.of("of one entry", List.of(new StringTable.Sizes(128, 1, 1000, 1 << 20)), LARGE, 300, 0),
            Arguments.of("of 50 entries", List.of(new StringTable.Sizes(128, 50, 4000, 100_000)), LARGE, 3000, 0),
            Arguments.of("of short reach", List.of(new StringTable.Sizes(128, 1000, 10_000, 4000)), LARGE, 500, 0),
            Arguments.of("in mappings", List.of(new StringTable.Sizes(128, 50, 4000, 100_000)),
                LARGE.withMmapThreshold(1000), 1000, 0),
            Arguments.of("under a limit", List.of(new StringTable.Sizes(128, 20, 4000, 100_000)),
                LARGE.withLimit(25_000), 1000, 1000),
            Arguments.of("under a limit, with mappings", List.of(new StringTable.Sizes(128, 40, 4000, 100_000)),
                LARGE.withMmapThreshold(2000).withLimit(100_000), 3000, 300),
            Arguments.of("in a small address range", List.of(new StringTable.Sizes(128, 100, 20_000, 100_000)),
                LARGE.withMmapThreshold(64 << 10).withAddressRange(64 << 10).withLimit(200_000), 8000, 300));
    }

    @ParameterizedTest(name = "shards {0}")
    @MethodSource("walks")
    void bothMapsDoTheSame(String name, List<StringTable.Sizes> sizes, HeapOptions options, int keys, int failuresMin) {
        try (Heap heap = new Heap(options)) {
            long operation = 0;
            Map<String, String> model = new HashMap<>();
            List<String> universe = universe(keys);
            try (OffHeapStringMap map = new OffHeapStringMap(heap, sizes)) {
                for (; operation < OPERATIONS; operation++) {
                    step(map, model, universe, sizes);
                    if (operation % 500 == 0) {
                        requireSame(map, model);
                        heap.check();
                    }
                }
                requireSame(map, model);
            } catch (Throwable e) {
                throw Seed.failure(operation, e);
            }
            CheckedHeap.requireAllFreed(heap);
            assertThat(failures).isGreaterThanOrEqualTo(failuresMin);
        }
    }

    private List<String> universe(int keys) {
        Set<String> strings = new HashSet<>();
        while (strings.size() < keys) {
            strings.add(HardStrings.random(random, 1 + random.nextInt(1 << random.nextInt(1, 8))));
        }
        return new ArrayList<>(strings);
    }

    private void step(OffHeapStringMap map, Map<String, String> model, List<String> universe,
            List<StringTable.Sizes> sizes) {
        String key = universe.get(random.nextInt(universe.size()));
        String value = HardStrings.random(random, random.nextInt(100) == 0 ? 1500 : 40);
        switch (random.nextInt(24)) {
            case 0 -> both(map, model, some -> some.putIfAbsent(key, value));
            case 1 -> both(map, model, some -> some.computeIfAbsent(key, absent -> value));
            case 2 -> both(map, model, some -> some.computeIfPresent(key, (k, old) -> shorter(old)));
            case 3 -> both(map, model, some -> some.compute(key, (k, old) -> old == null ? value : null));
            case 4 -> both(map, model, some -> some.merge(key, value, (old, now) -> shorter(old + now)));
            case 5 -> both(map, model, some -> some.replace(key, value));
            case 6 -> both(map, model, some -> some.replace(key, String.valueOf(model.get(key)), value));
            case 7 -> both(map, model, some -> some.remove(key, String.valueOf(model.get(key))));
            case 8 -> both(map, model, some -> some.getOrDefault(key, value));
            case 9 -> removeByIterator(map, model);
            case 10, 11, 12, 13, 14 -> both(map, model, some -> some.remove(key));
            case 15 -> rarely(map, model, value, sizes);
            default -> both(map, model, some -> some.put(key, value));
        }
        assertThat(map.size()).isEqualTo(model.size());
        assertThat(map.get(key)).isEqualTo(model.get(key));
    }

    private void rarely(OffHeapStringMap map, Map<String, String> model, String value, List<StringTable.Sizes> sizes) {
        switch (random.nextInt(200)) {
            case 0 -> both(map, model, some -> {
                some.clear();
                return null;
            });
            case 1 -> both(map, model, some -> some.keySet().removeIf(key -> (key.hashCode() & 7) != 0));
            case 2 -> replaceAllTolerantly(map, model, value, sizes);
            case 3 -> assertThat(map.containsValue(value)).isEqualTo(model.containsValue(value));
            case 4 -> assertThat(new HashSet<>(map.values())).isEqualTo(new HashSet<>(model.values()));
            default -> assertThat(map.isEmpty()).isEqualTo(model.isEmpty());
        }
    }

    /** The same on both; if the heap has no memory for it, on neither. */
    private void both(OffHeapStringMap map, Map<String, String> model,
            Function<Map<String, String>, Object> operation) {
        Object result;
        try {
            result = operation.apply(map);
        } catch (OutOfMemoryError e) {
            failures++;
            map.check();
            if (failures % 50 == 0) {
                requireSame(map, model);
            }
            return;
        }
        assertThat(result).isEqualTo(operation.apply(model));
    }

    /**
     * It may fail in the middle, after some values were replaced, for want of memory or, with shards of short reach,
     * because one was split: each entry is compared by itself.
     */
    private void replaceAllTolerantly(OffHeapStringMap map, Map<String, String> model, String value,
            List<StringTable.Sizes> sizes) {
        try {
            map.replaceAll((key, old) -> old.length() > 20 ? value : old + "+");
            model.replaceAll((key, old) -> old.length() > 20 ? value : old + "+");
        } catch (OutOfMemoryError | ConcurrentModificationException e) {
            assertThat(e instanceof OutOfMemoryError || sizes.getLast().reach() <= 100_000).as("%s", e).isTrue();
            failures++;
            for (Map.Entry<String, String> entry : model.entrySet()) {
                String old = entry.getValue();
                String now = map.get(entry.getKey());
                assertThat(now).isIn(old, old.length() > 20 ? value : old + "+");
                entry.setValue(now);
            }
        }
    }

    private void removeByIterator(OffHeapStringMap map, Map<String, String> model) {
        Iterator<Map.Entry<String, String>> iterator = map.entrySet().iterator();
        for (int i = random.nextInt(4); i >= 0 && iterator.hasNext(); i--) {
            Map.Entry<String, String> entry = iterator.next();
            assertThat(entry.getValue()).isEqualTo(model.get(entry.getKey()));
            if (random.nextBoolean()) {
                iterator.remove();
                model.remove(entry.getKey());
            }
        }
    }

    private static void requireSame(OffHeapStringMap map, Map<String, String> model) {
        map.check();
        assertThat(map.mappingCount()).isEqualTo(model.size());
        Map<String, String> copy = new HashMap<>();
        map.forEach((key, value) -> assertThat(copy.put(key, value)).isNull());
        assertThat(copy.equals(model)).as("both maps have the same entries").isTrue();
        assertThat(map.hashCode()).isEqualTo(model.hashCode());
    }

    private static String shorter(String string) {
        return string.substring(string.length() / 3);
    }
}
