package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations of one thread on a {@link ConcurrentOffHeapStringMap}, or an {@link OffHeapStringCache} that is
 * never full, and a {@link HashMap} side by side, with stripes and shards of several sizes, and in heaps of which some
 * are too small: after each {@link OutOfMemoryError} both must be the same still.
 */
class ConcurrentMapWalkTest {
    private static final int OPERATIONS = 30_000;
    /** Each takes a collection of the Java heap. */
    private static final int FAILURES_MAX = 100;
    private static final HeapOptions LARGE = HeapOptions.defaults();
    private static final List<StringTable.Sizes> OF_ONE = List.of(new StringTable.Sizes(128, 1, 1000, 1 << 20));
    private static final List<StringTable.Sizes> OF_FIFTY = List.of(new StringTable.Sizes(128, 50, 4000, 100_000));

    private final SplittableRandom random = Seed.random();
    private int failures;

    static Stream<Arguments> walks() {
        return Stream.of(
            walk("64 stripes as they are", map(StringTable.Sizes.DEFAULT, 64), LARGE, 1000, 0),
            walk("64 stripes as they are, many keys", map(StringTable.Sizes.DEFAULT, 64), LARGE, 30_000, 0),
            walk("2 stripes of shards of one entry", map(OF_ONE, 2), LARGE, 300, 0),
            walk("8 stripes of shards of 50 entries", map(OF_FIFTY, 8), LARGE, 3000, 0),
            walk("1 stripe in mappings", map(OF_FIFTY, 1), LARGE.withMmapThreshold(1000), 1000, 0),
            walk("4 stripes under a limit", map(OF_FIFTY, 4), LARGE.withLimit(28_000), 3000, 1),
            walk("1 stripe under a limit, with mappings", map(OF_FIFTY, 1),
                LARGE.withMmapThreshold(2000).withLimit(32_000), 3000, 1),
            walk("a large cache", cache(builder -> builder.maximumSize(1_000_000)), LARGE, 1000, 0),
            walk("a large cache of one part", cache(builder -> builder.maximumBytes(1_000_000)
                .expireAfterAccess(Duration.ofHours(1)).expireAfterWrite(Duration.ofHours(1))), LARGE, 2000, 0),
            walk("a large cache under a limit", cache(builder -> builder.maximumBytes(1_000_000)
                .expireAfterWrite(Duration.ofHours(1))), LARGE.withLimit(30_000), 3000, 20));
    }

    private static Arguments walk(String name, Function<Heap, StripedStringMap> map, HeapOptions options, int keys,
            int failuresMin) {
        return Arguments.of(name, map, options, keys, failuresMin);
    }

    private static Function<Heap, StripedStringMap> map(List<StringTable.Sizes> sizes, int stripes) {
        return heap -> new ConcurrentOffHeapStringMap(heap, sizes, stripes);
    }

    private static Function<Heap, StripedStringMap> cache(Consumer<OffHeapStringCache.Builder> settings) {
        return heap -> {
            OffHeapStringCache.Builder builder = OffHeapStringCache.builder().heap(heap);
            settings.accept(builder);
            return builder.build();
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("walks")
    void bothMapsDoTheSame(String name, Function<Heap, StripedStringMap> made, HeapOptions options, int keys,
            int failuresMin) {
        try (Heap heap = new Heap(options)) {
            int operation = 0;
            Map<String, String> model = new HashMap<>();
            List<String> universe = universe(keys);
            try (StripedStringMap map = made.apply(heap)) {
                for (; operation < OPERATIONS && failures < FAILURES_MAX; operation++) {
                    step(map, model, universe);
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

    private void step(StripedStringMap map, Map<String, String> model, List<String> universe) {
        String key = universe.get(random.nextInt(universe.size()));
        String value = HardStrings.random(random, random.nextInt(100) == 0 ? 1500 : 40);
        String expected = random.nextInt(4) == 0 ? value : String.valueOf(model.get(key));
        switch (random.nextInt(25)) {
            case 0 -> both(map, model, some -> some.putIfAbsent(key, value));
            case 1 -> both(map, model, some -> some.computeIfAbsent(key, absent -> value));
            case 2 -> both(map, model, some -> some.computeIfPresent(key, (k, old) -> shorter(old)));
            case 3 -> both(map, model, some -> some.compute(key, (k, old) -> old == null ? value : null));
            case 4 -> both(map, model, some -> some.merge(key, value, (old, now) -> shorter(old + now)));
            case 5 -> both(map, model, some -> some.replace(key, value));
            case 6 -> both(map, model, some -> some.replace(key, expected, value));
            case 7 -> both(map, model, some -> some.remove(key, expected));
            case 8 -> both(map, model, some -> some.getOrDefault(key, value));
            case 9 -> removeByIterator(map, model);
            case 10 -> both(map, model, some -> some.compute(key, (k, old) -> old));
            case 11, 12, 13, 14, 15 -> both(map, model, some -> some.remove(key));
            case 16 -> rarely(map, model, value);
            default -> both(map, model, some -> some.put(key, value));
        }
        assertThat(map.size()).isEqualTo(model.size());
        assertThat(map.get(key)).isEqualTo(model.get(key));
        assertThat(map.containsKey(key)).isEqualTo(model.containsKey(key));
    }

    private void rarely(StripedStringMap map, Map<String, String> model, String value) {
        switch (random.nextInt(100)) {
            case 0 -> both(map, model, some -> {
                some.clear();
                return null;
            });
            case 1 -> both(map, model, some -> some.keySet().removeIf(key -> (key.hashCode() & 7) != 0));
            case 2 -> both(map, model, some -> some.entrySet().removeIf(e -> (e.getKey().hashCode() & 7) > 5));
            case 3 -> both(map, model, some -> some.values().removeIf(string -> string.length() % 8 == 1));
            case 4 -> both(map, model, some -> some.containsValue(value));
            case 5 -> assertThat(new HashSet<>(map.values())).isEqualTo(new HashSet<>(model.values()));
            case 6 -> assertThat(map.keySet().parallelStream().collect(Collectors.toSet())).isEqualTo(model.keySet());
            case 7 -> map.compact();
            case 8 -> getAll(map, model);
            default -> assertThat(map.isEmpty()).isEqualTo(model.isEmpty());
        }
    }

    private static void getAll(StripedStringMap map, Map<String, String> model) {
        String[] keys = model.keySet().toArray(String[]::new);
        String[] values = new String[keys.length];
        map.getAll(keys, values);
        for (int i = 0; i < keys.length; i++) {
            assertThat(values[i]).isEqualTo(model.get(keys[i]));
        }
    }

    /** The same on both; if the heap has no memory for it, on neither. */
    private void both(StripedStringMap map, Map<String, String> model,
            Function<Map<String, String>, Object> operation) {
        Object result;
        try {
            result = operation.apply(map);
        } catch (OutOfMemoryError e) {
            failures++;
            requireSame(map, model);
            return;
        }
        assertThat(result).isEqualTo(operation.apply(model));
    }

    private void removeByIterator(ConcurrentMap<String, String> map, Map<String, String> model) {
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

    private static void requireSame(StripedStringMap map, Map<String, String> model) {
        map.check();
        assertThat(map.mappingCount()).isEqualTo(model.size());
        assertThat(map.statistics().entries()).isEqualTo(model.size());
        Map<String, String> copy = new HashMap<>();
        map.forEach((key, value) -> assertThat(copy.put(key, value)).isNull());
        assertThat(copy.equals(model)).as("both maps have the same entries").isTrue();
        assertThat(map.hashCode()).isEqualTo(model.hashCode());
    }

    private static String shorter(String string) {
        return string.substring(string.length() / 3);
    }
}
