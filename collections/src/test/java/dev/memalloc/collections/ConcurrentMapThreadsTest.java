package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What threads do to each other: nothing, but that they wait. */
@Timeout(60)
class ConcurrentMapThreadsTest {
    private static final Duration TIME = Duration.ofMillis(1200);
    private static final int KEYS = 600;
    private static final List<StringTable.Sizes> SMALL = List.of(new StringTable.Sizes(128, 4, 400, 1 << 20));

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    static Stream<Arguments> maps() {
        ThreadFactory platform = Thread.ofPlatform().factory();
        return Stream.of(
            run("64 stripes", heap -> new ConcurrentOffHeapStringMap(heap), platform, 4),
            run("1 stripe", heap -> new ConcurrentOffHeapStringMap(heap, StringTable.Sizes.DEFAULT, 1), platform, 4),
            run("2 stripes of small shards", heap -> new ConcurrentOffHeapStringMap(heap, SMALL, 2), platform, 4),
            run("1 stripe, virtual threads",
                heap -> new ConcurrentOffHeapStringMap(heap, StringTable.Sizes.DEFAULT, 1),
                Thread.ofVirtual().factory(), 40),
            run("a cache of 200 entries", heap -> OffHeapStringCache.builder().heap(heap).maximumSize(200).build(),
                platform, 4),
            run("a cache that is small and expires", heap -> OffHeapStringCache.builder().heap(heap)
                .maximumBytes(50_000).expireAfterAccess(Duration.ofMillis(1)).expireAfterWrite(Duration.ofMillis(10))
                .evictionListener((key, value, cause) -> requireWhole(key, value)).build(), platform, 4));
    }

    private static Arguments run(String name, Function<Heap, StripedStringMap> map, ThreadFactory factory,
            int threads) {
        return Arguments.of(name, map, factory, threads);
    }

    /** Values belong to their keys, and are whole: text that belongs to no value would be seen. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("maps")
    void valuesAreWholeWhateverOthersDo(String name, Function<Heap, StripedStringMap> made, ThreadFactory factory,
            int threads) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        SplittableRandom random = Seed.random();
        try (StripedStringMap map = made.apply(heap);
                ExecutorService running = Executors.newThreadPerTaskExecutor(factory)) {
            List<Future<?>> ended = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                SplittableRandom own = random.split();
                boolean writes = i % 2 == 0;
                ended.add(running.submit(() -> {
                    long i2 = 0;
                    while (!over.get()) {
                        if (writes) {
                            write(map, own);
                        } else {
                            read(map, own, i2++);
                        }
                    }
                    return null;
                }));
            }
            Thread.sleep(TIME);
            over.set(true);
            for (Future<?> each : ended) {
                try {
                    each.get();
                } catch (ExecutionException e) {
                    throw Seed.failure(0, e.getCause());
                }
            }
            map.check();
            map.forEach(ConcurrentMapThreadsTest::requireWhole);
        }
    }

    private static void write(StripedStringMap map, SplittableRandom random) {
        String key = "key " + random.nextInt(KEYS);
        String value = value(key, random);
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> requireWhole(key, map.remove(key));
            case 4 -> requireWhole(key, map.replace(key, value));
            case 5 -> requireWhole(key, map.putIfAbsent(key, value));
            case 6 -> requireWhole(key, map.merge(key, value, (old, now) -> requireWhole(key, old) ? now : old));
            case 7 -> requireWhole(key, map.compute(key, (k, old) -> requireWhole(key, old) ? value : null));
            case 8 -> map.remove(key, value);
            case 9 -> rarely(map, random.nextInt(1000));
            default -> requireWhole(key, map.put(key, value));
        }
    }

    private static void rarely(StripedStringMap map, int which) {
        switch (which) {
            case 0 -> map.clear();
            case 1, 2, 3 -> map.compact();
            case 4 -> map.entrySet().removeIf(entry -> requireWhole(entry.getKey(), entry.getValue())
                && entry.getKey().endsWith("7"));
            default -> assertThat(map.size()).isBetween(0, KEYS);
        }
    }

    private static void read(StripedStringMap map, SplittableRandom random, long i) {
        String key = "key " + random.nextInt(KEYS);
        requireWhole(key, map.get(key));
        if (i % 1000 == 0) {
            map.forEach(ConcurrentMapThreadsTest::requireWhole);
            assertThat(map.statistics().entries()).isBetween(0L, (long) KEYS);
            assertThat(map.containsValue("none")).isFalse();
        } else if (i % 1000 == 500) {
            String[] keys = IntStream.range(0, KEYS).mapToObj(k -> "key " + k).toArray(String[]::new);
            String[] values = new String[KEYS];
            map.getAll(keys, values);
            for (int k = 0; k < KEYS; k++) {
                requireWhole(keys[k], values[k]);
            }
        } else if (i % 1000 == 700) {
            map.keySet().forEach(some -> assertThat(some).startsWith("key "));
        }
    }

    /** The key, text of any length and width, and a checksum of that. */
    private static String value(String key, SplittableRandom random) {
        int which = random.nextInt(1000);
        int length = which == 0 ? 100_000 : which < 20 ? random.nextInt(5000) : random.nextInt(60);
        String text = (which % 5 == 1 ? "ж" : "x").repeat(length);
        return key + ":" + text + ":" + (key + text).hashCode();
    }

    private static boolean requireWhole(String key, String value) {
        if (value != null) {
            String[] parts = value.split(":", -1);
            if (parts.length != 3 || !parts[0].equals(key)
                    || Integer.parseInt(parts[2]) != (key + parts[1]).hashCode()) {
                throw new AssertionError(key + " has the value "
                    + (value.length() > 300 ? value.substring(0, 300) : value));
            }
        }
        return true;
    }

    @Test
    void updatesAreNotLost() throws Exception {
        try (ConcurrentOffHeapStringMap map = new ConcurrentOffHeapStringMap(heap);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> ended = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                ended.add(threads.submit(() -> {
                    for (int step = 0; step < 20_000; step++) {
                        map.merge("count " + step % 5, "1",
                            (old, one) -> Integer.toString(Integer.parseInt(old) + 1));
                    }
                }));
            }
            for (Future<?> each : ended) {
                each.get();
            }
            assertThat(map).hasSize(5);
            assertThat(map.values()).containsOnly("16000");
        }
    }

    @Test
    void whoReadsDoesNotWaitForAFunction() throws Exception {
        try (ConcurrentOffHeapStringMap map = new ConcurrentOffHeapStringMap(heap, StringTable.Sizes.DEFAULT, 1);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            map.put("a", "1");
            map.put("b", "2");
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            Future<String> computing = threads.submit(() -> map.compute("a", (key, old) -> {
                begun.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return "3";
            }));
            begun.await();
            assertThat(map.get("a")).isEqualTo("1");
            assertThat(map.putIfAbsent("b", "x")).isEqualTo("2");
            assertThat(map.computeIfAbsent("b", key -> "x")).isEqualTo("2");
            assertThat(map.keySet()).containsExactlyInAnyOrder("a", "b");
            assertThat(map.statistics().entries()).isEqualTo(2);
            Future<String> waiting = threads.submit(() -> map.put("b", "4"));
            assertThatThrownBy(() -> waiting.get(50, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
            goOn.countDown();
            assertThat(computing.get()).isEqualTo("3");
            assertThat(waiting.get()).isEqualTo("2");
            assertThat(map).isEqualTo(Map.of("a", "3", "b", "4"));
        }
    }

    /** Two functions, each under the lock that the other one would need if it did not just read. */
    @Test
    void functionsThatReadAcrossEachOtherDoNotWait() throws Exception {
        try (ConcurrentOffHeapStringMap map = new ConcurrentOffHeapStringMap(heap);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            IntStream.range(0, 200).forEach(i -> map.put("key " + i, "0"));
            List<Future<?>> ended = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SplittableRandom random = Seed.random();
                ended.add(threads.submit(() -> {
                    for (int step = 0; step < 500; step++) {
                        String other = "key " + random.nextInt(200);
                        map.compute("key " + random.nextInt(200), (key, old) -> {
                            int sum = map.get(other).length();
                            for (String some : map.values()) {
                                sum += some.length();
                            }
                            return "0".repeat(sum % 9 + 1);
                        });
                    }
                }));
            }
            for (Future<?> each : ended) {
                each.get();
            }
            assertThat(map).hasSize(200);
        }
    }

    @Test
    void closingBesideReadersAndWritersHarmsNobody() throws Exception {
        try (OffHeapIntArray canary = new OffHeapIntArray(heap, 100_000);
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            canary.fill(0x5A5A5A5A);
            for (int round = 0; round < 30; round++) {
                StripedStringMap map = round % 3 == 2
                    ? OffHeapStringCache.builder().heap(heap).maximumSize(100).expireAfterAccess(TIME).build()
                    : new ConcurrentOffHeapStringMap(heap, round % 2 == 0 ? StringTable.Sizes.DEFAULT : SMALL,
                        round % 3 == 0 ? 64 : 1);
                CountDownLatch begun = new CountDownLatch(3);
                List<Future<?>> ended = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    SplittableRandom random = Seed.random();
                    boolean writes = i == 0;
                    ended.add(threads.submit(() -> {
                        for (long step = 0;; step++) {
                            if (step == 100) {
                                begun.countDown();
                            }
                            if (writes) {
                                write(map, random);
                            } else {
                                read(map, random, step);
                            }
                        }
                    }));
                }
                begun.await();
                map.close();
                for (Future<?> each : ended) {
                    assertThatThrownBy(each::get).cause().isInstanceOf(IllegalStateException.class)
                        .hasMessage("the map is closed");
                }
            }
            assertThat(canary.stream().filter(i -> i != 0x5A5A5A5A).count()).isZero();
        }
    }

    @Test
    @SuppressWarnings("try") // the heap is closed early on purpose
    void closingTheHeapBesideReadersAndWritersIsAnException() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 10; round++) {
                try (Heap closed = new Heap()) {
                    ConcurrentOffHeapStringMap map = new ConcurrentOffHeapStringMap(closed);
                    CountDownLatch begun = new CountDownLatch(2);
                    List<Future<?>> ended = new ArrayList<>();
                    for (int i = 0; i < 2; i++) {
                        SplittableRandom random = Seed.random();
                        boolean writes = i == 0;
                        ended.add(threads.submit(() -> {
                            for (long step = 0;; step++) {
                                if (step == 100) {
                                    begun.countDown();
                                }
                                if (writes) {
                                    write(map, random);
                                } else {
                                    read(map, random, step);
                                }
                            }
                        }));
                    }
                    begun.await();
                    closed.close();
                    for (Future<?> each : ended) {
                        assertThatThrownBy(each::get).cause().isInstanceOf(IllegalStateException.class);
                    }
                    map.close();
                }
            }
        }
    }
}
