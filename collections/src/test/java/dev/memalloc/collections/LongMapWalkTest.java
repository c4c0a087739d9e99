package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations on an {@link OffHeapLongLongMap} and a {@link HashMap} side by side, with shards of several sizes,
 * with hash functions that are none, and in heaps of which some are too small.
 */
class LongMapWalkTest {
    private static final int OPERATIONS = 60_000;
    private static final HeapOptions LARGE = HeapOptions.defaults();
    private static final LongTable.Sizes SMALL = new LongTable.Sizes(128, 20, 4000);

    private final SplittableRandom random = Seed.random();
    private int failures;

    static Stream<Arguments> walks() {
        return Stream.of(
            Arguments.of("as they are", LongTable.Sizes.DEFAULT, new LongHash(), LARGE, 1000, 0),
            Arguments.of("as they are, many keys", LongTable.Sizes.DEFAULT, new LongHash(), LARGE, 40_000, 0),
            Arguments.of("of one entry", new LongTable.Sizes(128, 1, 4000), new LongHash(), LARGE, 300, 0),
            Arguments.of("of 20 entries", SMALL, new LongHash(), LARGE, 3000, 0),
            Arguments.of("of which all is in one", SMALL, new LongHash(0, 0, 0, 0), LARGE, 200, 0),
            Arguments.of("of which all is in some buckets", SMALL, new LongHash(0, 4, 0, 1 << 29), LARGE, 500, 0),
            Arguments.of("in mappings", SMALL, new LongHash(), LARGE.withMmapThreshold(1000), 1000, 0),
            Arguments.of("under a limit", SMALL, new LongHash(), LARGE.withLimit(7_000), 600, 20),
            Arguments.of("under a limit, as they are", LongTable.Sizes.DEFAULT, new LongHash(),
                LARGE.withLimit(30_000), 10_000, 1),
            Arguments.of("under a limit, with mappings", SMALL, new LongHash(),
                LARGE.withMmapThreshold(2000).withLimit(25_000), 4000, 1));
    }

    @ParameterizedTest(name = "shards {0}")
    @MethodSource("walks")
    void bothMapsDoTheSame(String name, LongTable.Sizes sizes, LongHash hash, HeapOptions options, int keys,
            int failuresMin) {
        long operation = 0;
        try (Heap heap = new Heap(options); OffHeapLongLongMap map = new OffHeapLongLongMap(heap, sizes, hash)) {
            Map<Long, Long> model = new HashMap<>();
            for (; operation < OPERATIONS; operation++) {
                long key = key(random.nextInt(keys));
                try {
                    step(map, model, key, random.nextLong());
                } catch (OutOfMemoryError e) {
                    failures++;
                }
                assertThat(map.size()).isEqualTo(model.size());
                assertThat(map.get(key, 7)).isEqualTo(model.getOrDefault(key, 7L));
                if (operation % 1000 == 0) {
                    map.check();
                    heap.check();
                    requireSame(map, model);
                }
            }
            requireSame(map, model);
            assertThat(failures).isGreaterThanOrEqualTo(failuresMin);
            map.clear();
            CheckedHeap.requireAllFreed(heap);
        } catch (Throwable e) {
            throw Seed.failure(operation, e);
        }
    }

    /** Keys that are near each other, and keys that differ in high bits only. */
    private static long key(int i) {
        return i % 2 == 0 ? i / 2 : (long) i << 50 | (long) i << 13;
    }

    private void step(OffHeapLongLongMap map, Map<Long, Long> model, long key, long value) {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4, 5 -> {
                assertThat(map.put(key, value)).isEqualTo(!model.containsKey(key));
                model.put(key, value);
            }
            case 6 -> {
                assertThat(map.putIfAbsent(key, value)).isEqualTo(model.getOrDefault(key, value));
                model.putIfAbsent(key, value);
            }
            case 7, 8 -> assertThat(map.addTo(key, value)).isEqualTo(model.merge(key, value, Long::sum));
            case 9 -> assertThat(map.merge(key, value, Math::max)).isEqualTo(model.merge(key, value, Math::max));
            case 10 -> assertThat(map.containsKey(key)).isEqualTo(model.containsKey(key));
            case 11, 12, 13, 14 -> assertThat(map.remove(key)).isEqualTo(model.remove(key) != null);
            default -> rarely(map, model);
        }
    }

    private void rarely(OffHeapLongLongMap map, Map<Long, Long> model) {
        switch (random.nextInt(400)) {
            case 0 -> {
                map.clear();
                model.clear();
            }
            case 1, 2, 3, 4 -> map.compact();
            case 5 -> removeSome(map, model, random.nextInt(1, 8));
            default -> removeSome(map, model, 0);
        }
    }

    /** Removes each so many-th entry by an iterator; with 0, only the first. */
    private static void removeSome(OffHeapLongLongMap map, Map<Long, Long> model, int each) {
        int seen = 0;
        for (Iterator<OffHeapLongLongMap.Entry> iterator = map.iterator(); iterator.hasNext(); seen++) {
            OffHeapLongLongMap.Entry entry = iterator.next();
            assertThat(model.get(entry.key())).isEqualTo(entry.value());
            if (each == 0 || seen % each == 0) {
                iterator.remove();
                model.remove(entry.key());
            }
            if (each == 0) {
                return;
            }
        }
        assertThat(map.size()).isEqualTo(model.size());
    }

    private static void requireSame(OffHeapLongLongMap map, Map<Long, Long> model) {
        Map<Long, Long> copy = new HashMap<>();
        map.forEach((key, value) -> assertThat(copy.put(key, value)).isNull());
        assertThat(copy.equals(model)).as("both maps have the same entries").isTrue();
        assertThat(map.hashCode()).isEqualTo(model.hashCode());
        assertThat(map.keys().sum()).isEqualTo(model.keySet().stream().mapToLong(key -> key).sum());
    }

    @Test
    void whereverTheHeapIsFullTheMapIsAsItWas() {
        long needed = fill(new Heap());
        long ends = 0;
        long last = -1;
        for (long limit = 0; limit < needed; limit += 60 * 16) {
            long reached = fill(new Heap(HeapOptions.defaults().withLimit(limit)));
            assertThat(reached).isLessThanOrEqualTo(limit);
            ends += reached == last ? 0 : 1;
            last = reached;
        }
        assertThat(ends).as("the limit was met at many different allocations").isGreaterThan(5);
    }

    /** Puts and removes until all is done or memory is out; returns the most bytes that were live. */
    private static long fill(Heap heap) {
        SplittableRandom fixed = new SplittableRandom(1);
        Map<Long, Long> model = new HashMap<>();
        try (heap; OffHeapLongLongMap map = new OffHeapLongLongMap(heap, SMALL, new LongHash(1, 2, 3, 4))) {
            int failures = 0;
            for (int i = 0; i < 300 && failures < 2; i++) {
                long key = fixed.nextInt(i + 1);
                try {
                    if (i % 5 == 4) {
                        assertThat(map.remove(key)).isEqualTo(model.remove(key) != null);
                    } else {
                        assertThat(map.put(key, i)).isEqualTo(!model.containsKey(key));
                        model.put(key, (long) i);
                    }
                } catch (OutOfMemoryError e) {
                    failures++;
                    assertThat(e).hasMessageContaining("bytes asked for");
                    map.check();
                    requireSame(map, model);
                }
            }
            long reached = heap.stats().bytesPeak();
            requireSame(map, model);
            map.clear();
            CheckedHeap.requireAllFreed(heap);
            return reached;
        }
    }
}
