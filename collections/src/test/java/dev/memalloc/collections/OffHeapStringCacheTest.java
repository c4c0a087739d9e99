package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a cache does that a map does not: entries go by themselves. */
class OffHeapStringCacheTest {
    private static final long SECOND = 1_000_000_000;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 100 * SECOND); // it overflows within the tests

    private OffHeapStringCache.Builder builder() {
        return OffHeapStringCache.builder().heap(checked.heap()).ticker(time::get);
    }

    private void pass(double seconds) {
        time.addAndGet((long) (seconds * SECOND));
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "10", "255", "1000", "20000"})
    void aCacheHasItsMaximumAndNoMore(int maximum) {
        try (OffHeapStringCache cache = builder().maximumSize(maximum).build()) {
            for (int i = 0; i < 3 * maximum + 1000; i++) {
                cache.put("key " + i, "value");
                if (i % 10 == 0 || i < 1000) {
                    assertThat(cache.mappingCount()).isLessThanOrEqualTo(maximum);
                }
            }
            cache.check();
            assertThat(cache.size()).isBetween(maximum * 19 / 20, maximum);
            assertThat(cache.cacheStatistics().evictions()).isEqualTo(3 * maximum + 1000 - cache.size());
        }
    }

    @Test
    void bytesOfEntriesAreLimited() {
        SplittableRandom random = Seed.random();
        long maximum = 200_000;
        try (OffHeapStringCache cache = builder().maximumBytes(maximum).build()) {
            for (int i = 0; i < 20_000; i++) {
                cache.put("key " + random.nextInt(3000), "x".repeat(random.nextInt(400)));
                assertThat(cache.statistics().entryBytes()).isLessThanOrEqualTo(maximum);
            }
            cache.check();
            assertThat(cache.statistics().entryBytes()).isGreaterThan(maximum * 9 / 10);
            int before = cache.size();
            cache.put("large", "x".repeat(200_000));
            assertThat(cache.get("large")).isNull();
            assertThat(cache).as("what is too large displaces nothing").hasSize(before);
            String key = cache.keySet().iterator().next();
            cache.put(key, "x".repeat(200_000));
            assertThat(cache).hasSize(before - 1).doesNotContainKey(key);
            cache.check();
        }
    }

    @Test
    void bothLimitsHold() {
        try (OffHeapStringCache cache = builder().maximumBytes(100_000).maximumSize(1000).build()) {
            IntStream.range(0, 5000).forEach(i -> cache.put("key " + i, ""));
            assertThat(cache).hasSize(1000);
            IntStream.range(0, 5000).forEach(i -> cache.put("key " + i, "x".repeat(1000)));
            assertThat(cache.statistics().entryBytes()).isBetween(90_000L, 100_000L);
            cache.check();
        }
    }

    @Test
    void whatIsUsedOftenStays() {
        try (OffHeapStringCache cache = builder().maximumSize(200).build()) {
            for (int round = 0; round < 20; round++) {
                IntStream.range(0, 100).forEach(i -> {
                    cache.putIfAbsent("often " + i, "value");
                    cache.get("often " + i);
                });
            }
            IntStream.range(0, 5000).forEach(i -> cache.put("once " + i, "value"));
            assertThat(IntStream.range(0, 100).filter(i -> cache.containsKey("often " + i)).count())
                .isGreaterThan(90);
        }
    }

    @Test
    void entriesExpireAfterWrites() {
        try (OffHeapStringCache cache = builder().expireAfterWrite(Duration.ofSeconds(10)).build()) {
            cache.put("a", "1");
            pass(5);
            cache.put("b", "2");
            pass(4.9);
            assertThat(cache.get("a")).isEqualTo("1");
            assertThat(cache.replace("b", "3")).isEqualTo("2");
            assertThat(cache.compute("b", (key, old) -> old)).as("is no write").isEqualTo("3");
            pass(0.1);
            requireGone(cache, "a");
            assertThat(cache).containsExactly(Map.entry("b", "3"));
            pass(9.8);
            assertThat(cache.get("b")).isEqualTo("3");
            pass(0.1);
            requireGone(cache, "b");
            assertThat(cache.computeIfAbsent("a", key -> "4")).isEqualTo("4");
            assertThat(cache.merge("b", "5", String::concat)).as("there is none to merge with").isEqualTo("5");
            assertThat(cache.put("a", "6")).isEqualTo("4");
            assertThat(cache.cacheStatistics().expirations()).isEqualTo(2);
            cache.check();
        }
    }

    private static void requireGone(OffHeapStringCache cache, String key) {
        assertThat(cache.get(key)).isNull();
        assertThat(cache.containsKey(key)).isFalse();
        assertThat(cache.keySet()).doesNotContain(key);
        assertThat(cache.remove(key, "1")).isFalse();
        assertThat(cache.replace(key, "x")).isNull();
        String[] values = new String[1];
        cache.getAll(new String[] {key}, values);
        assertThat(values[0]).isNull();
    }

    @Test
    void entriesExpireAfterAccesses() {
        try (OffHeapStringCache cache = builder().maximumSize(100).expireAfterAccess(Duration.ofSeconds(10)).build()) {
            cache.put("a", "1");
            cache.put("b", "2");
            cache.put("c", "3");
            for (int i = 0; i < 5; i++) {
                pass(6);
                assertThat(cache.get("a")).isEqualTo("1");
                assertThat(cache.containsKey("b")).as("is no access").isEqualTo(i == 0);
                assertThat(cache.containsValue("3")).as("is no access").isEqualTo(i == 0);
            }
            assertThat(cache).as("nothing was changed since").hasSize(3);
            assertThat(new HashMap<>(cache)).isEqualTo(Map.of("a", "1"));
            cache.cleanUp();
            assertThat(cache).hasSize(1);
            pass(10);
            cache.cleanUp();
            assertThat(cache.isEmpty()).isTrue();
            assertThat(cache.cacheStatistics().expirations()).isEqualTo(3);
            cache.check();
        }
    }

    @Test
    void changesTakeOutWhatHasExpired() {
        try (OffHeapStringCache cache = builder().maximumSize(200).expireAfterWrite(Duration.ofSeconds(1)).build()) {
            IntStream.range(0, 100).forEach(i -> cache.put("old " + i, "value"));
            pass(2);
            IntStream.range(0, 10).forEach(i -> cache.put("new " + i, "value"));
            assertThat(cache).hasSize(10);
        }
    }

    @Test
    void theListenerIsToldOfEachEntryThatGoesByItself() {
        Map<String, String> told = new HashMap<>();
        Set<OffHeapStringCache.Cause> causes = new HashSet<>();
        OffHeapStringCache[] self = new OffHeapStringCache[1];
        try (OffHeapStringCache cache = builder().maximumSize(10).expireAfterWrite(Duration.ofSeconds(1))
                .evictionListener((key, value, cause) -> {
                    assertThat(told.put(key, value)).isNull();
                    causes.add(cause);
                    assertThat(self[0].get(key)).isNull();
                    self[0].remove("none");
                }).build()) {
            self[0] = cache;
            IntStream.range(0, 30).forEach(i -> cache.put("key " + i, "value " + i));
            assertThat(causes).containsExactly(OffHeapStringCache.Cause.SIZE);
            assertThat(told).hasSize(20);
            cache.remove(cache.keySet().iterator().next());
            cache.put(cache.keySet().iterator().next(), "another");
            assertThat(told).as("not of what others remove or replace").hasSize(20);
            causes.clear();
            pass(2);
            cache.cleanUp();
            assertThat(causes).containsExactly(OffHeapStringCache.Cause.EXPIRED);
            assertThat(told).hasSize(29);
            cache.put("a", "b");
            cache.clear();
            assertThat(told).hasSize(29);
        }
    }

    @Test
    void whatAListenerThrowsTheCallThrows() {
        try (OffHeapStringCache cache = builder().maximumSize(1).evictionListener((key, value, cause) -> {
            throw new IllegalArgumentException(key);
        }).build()) {
            cache.put("a", "1");
            assertThatThrownBy(() -> cache.put("b", "2")).isInstanceOf(IllegalArgumentException.class);
            assertThat(cache).hasSize(1);
            cache.check();
            assertThatThrownBy(() -> cache.compute("c", (key, old) -> "3"))
                .isInstanceOf(IllegalArgumentException.class);
            cache.check();
        }
    }

    @Test
    void whatIsReadAllTheTimeStaysAlthoughNothingElseIsRead() {
        try (OffHeapStringCache cache = builder().maximumSize(100).build()) {
            cache.put("hot", "value");
            for (int i = 0; i < 20_000; i++) {
                for (int read = 0; read < 3; read++) {
                    assertThat(cache.get("hot")).as("before put %d", i).isEqualTo("value");
                }
                cache.put("key " + i, "value");
            }
        }
    }

    @Test
    void whatIsUsedDoesNotKeepWhatHasExpiredBehindIt() {
        try (OffHeapStringCache cache =
                builder().maximumSize(100_000).expireAfterAccess(Duration.ofSeconds(10)).build()) {
            for (int i = 0; i < 20_000; i++) {
                cache.put("key " + i, "value");
                pass(0.01);
                cache.get("key 0");
                cache.get("key 1");
            }
            cache.cleanUp();
            assertThat(cache.size()).isBetween(1000, 1003);
            cache.check();
        }
    }

    @Test
    void aTickerThatThrowsHarmsNobody() {
        int[] calls = {0};
        for (int at = 0; at < 60; at++) {
            int throwing = at;
            calls[0] = 0;
            try (OffHeapStringCache cache = OffHeapStringCache.builder().heap(checked.heap()).maximumSize(10)
                    .expireAfterAccess(Duration.ofSeconds(10)).expireAfterWrite(Duration.ofSeconds(10)).ticker(() -> {
                        if (calls[0]++ == throwing) {
                            throw new IllegalArgumentException("no time");
                        }
                        return calls[0];
                    }).build()) {
                for (int i = 0; i < 30; i++) {
                    try {
                        cache.put("key " + i % 15, "value ".repeat(i));
                        cache.get("key " + i % 7);
                    } catch (IllegalArgumentException e) {
                        assertThat(calls[0]).isEqualTo(throwing + 1);
                    }
                }
                cache.check();
            }
        }
    }

    @Test
    void allListenersAreToldAlthoughSomeThrow() {
        List<String> told = new ArrayList<>();
        try (OffHeapStringCache cache = builder().expireAfterWrite(Duration.ofSeconds(1))
                .evictionListener((key, value, cause) -> {
                    told.add(key);
                    throw new IllegalStateException(key);
                }).build()) {
            IntStream.range(0, 200).forEach(i -> cache.put("key " + i, "value"));
            pass(2);
            assertThatThrownBy(cache::cleanUp).isInstanceOf(IllegalStateException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).isNotEmpty());
            assertThat(told).hasSize(200);
            assertThat(cache.size()).isZero();
        }
    }

    @Test
    void noWalkShowsWhatHasExpiredHoweverLong() {
        try (OffHeapStringCache cache = builder().expireAfterWrite(Duration.ofSeconds(1)).build()) {
            cache.put("long", "x".repeat(200_000));
            assertThat(cache.keySet()).containsExactly("long");
            assertThat(cache.entrySet()).hasSize(1);
            pass(2);
            assertThat(cache.keySet().iterator().hasNext()).isFalse();
            assertThat(cache.values().iterator().hasNext()).isFalse();
        }
    }

    @Test
    void requestsAreCounted() {
        try (OffHeapStringCache cache = builder().maximumSize(10).recordStatistics().build()) {
            assertThat(cache.cacheStatistics().hitRate()).isEqualTo(1);
            cache.get("a");
            cache.computeIfAbsent("a", key -> "1");
            cache.computeIfAbsent("a", key -> "2");
            cache.get("a");
            cache.getAll(new String[] {"a", "b"}, new String[2]);
            cache.containsKey("a");
            cache.forEach((key, value) -> { });
            assertThat(cache.cacheStatistics()).isEqualTo(new CacheStatistics(3, 3, 0, 0));
            assertThat(cache.cacheStatistics().hitRate()).isEqualTo(0.5);
        }
    }

    @Test
    void whatIsKnownOfEntriesTakesFewBytes() {
        int entries = 30_000;
        try (OffHeapStringCache cache = builder().maximumSize(entries).build();
                ConcurrentOffHeapStringMap map = new ConcurrentOffHeapStringMap(checked.heap())) {
            assertThat(cache.sizeInBytes()).isZero();
            for (int i = 0; i < 2 * entries; i++) {
                cache.put("key " + i, "value " + i);
            }
            cache.compact();
            cache.keySet().forEach(key -> map.put(key, "value " + key.substring(4)));
            assertThat((double) (cache.sizeInBytes() - map.sizeInBytes()) / cache.size())
                .as("bytes an entry more than a map takes").isBetween(18.0, 34.0);
        }
    }

    static List<OffHeapStringCache.Builder> kinds() {
        return List.of(OffHeapStringCache.builder().maximumSize(50),
            OffHeapStringCache.builder().maximumBytes(2000),
            OffHeapStringCache.builder().maximumSize(100).expireAfterAccess(Duration.ofSeconds(3)),
            OffHeapStringCache.builder().maximumBytes(5000).maximumSize(100).expireAfterWrite(Duration.ofSeconds(3)),
            OffHeapStringCache.builder().expireAfterWrite(Duration.ofSeconds(3))
                .expireAfterAccess(Duration.ofSeconds(2)));
    }

    /** An entry may be gone; but one that is there has the value that it was given last. */
    @ParameterizedTest
    @MethodSource("kinds")
    void aWalkBesideAModel(OffHeapStringCache.Builder settings) {
        SplittableRandom random = Seed.random();
        Map<String, String> model = new HashMap<>();
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(60_000));
                OffHeapStringCache cache = settings.heap(heap).ticker(time::get).build()) {
            for (int step = 0; step < 10_000; step++) {
                String key = "key " + random.nextInt(200);
                String value = "v".repeat(random.nextInt(50)) + step;
                String before = model.get(key);
                try {
                    switch (random.nextInt(8)) {
                        case 0 -> model.put(key, cache.merge(key, value, String::concat));
                        case 1 -> {
                            assertThat(cache.remove(key)).isIn(before, null);
                            model.remove(key);
                        }
                        case 2 -> {
                            if (cache.replace(key, value) != null) {
                                model.put(key, value);
                            } else {
                                model.remove(key);
                            }
                        }
                        case 3, 4 -> assertThat(cache.get(key)).isIn(before, null);
                        case 5 -> rarely(cache, random);
                        default -> {
                            assertThat(cache.put(key, value)).isIn(before, null);
                            model.put(key, value);
                        }
                    }
                } catch (OutOfMemoryError e) {
                    assertThat(cache.get(key)).isIn(before, null);
                }
                if (step % 100 == 0) {
                    cache.check();
                    cache.forEach((k, v) -> assertThat(v).isEqualTo(model.get(k)));
                    heap.check();
                }
            }
        } catch (Throwable e) {
            throw Seed.failure(0, e);
        }
    }

    private void rarely(OffHeapStringCache cache, SplittableRandom random) {
        switch (random.nextInt(100)) {
            case 0 -> cache.clear();
            case 1 -> cache.cleanUp();
            case 2 -> cache.compact();
            default -> pass(random.nextDouble() / 10);
        }
    }

    @Test
    void settingsAreChecked() {
        OffHeapStringCache.Builder builder = OffHeapStringCache.builder();
        Stream.<ThrowingCallable>of(() -> builder.maximumSize(0), () -> builder.maximumBytes(-1),
            () -> builder.expireAfterWrite(Duration.ZERO), () -> builder.expireAfterAccess(Duration.ofNanos(-1)))
            .forEach(call -> assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be positive"));
        Stream.<ThrowingCallable>of(() -> builder.heap(null), () -> builder.ticker(null),
            () -> builder.evictionListener(null), () -> builder.expireAfterWrite(null))
            .forEach(call -> assertThatThrownBy(call).isInstanceOf(NullPointerException.class));
        try (OffHeapStringCache cache = builder().expireAfterWrite(Duration.ofSeconds(Long.MAX_VALUE)).build()) {
            cache.put("a", "b");
            pass(1e9);
            assertThat(cache.get("a")).isEqualTo("b");
        }
    }

    @Test
    void aClosedCache() {
        OffHeapStringCache cache = builder().maximumSize(10).build();
        cache.put("a", "b");
        cache.close();
        List<ThrowingCallable> uses = new ArrayList<>(List.of(() -> cache.get("a"), () -> cache.put("a", "b"),
            cache::size, cache::cleanUp, cache::clear, () -> cache.containsValue("b"), cache::statistics));
        for (ThrowingCallable use : uses) {
            assertThatThrownBy(use).isInstanceOf(IllegalStateException.class).hasMessage("the map is closed");
        }
        cache.close();
    }
}
