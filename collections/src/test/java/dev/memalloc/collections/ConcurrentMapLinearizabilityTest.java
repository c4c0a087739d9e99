package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several threads do operations on few keys at the same time, while the table grows and shrinks. For what each of them
 * returned there must be an order in which a {@link HashMap} returns the same, and in which whatever had ended before
 * something else began comes first: linearizability (Herlihy and Wing, "Linearizability: a correctness condition for
 * concurrent objects", ACM TOPLAS 1990). It is local, so each key is searched by itself.
 */
class ConcurrentMapLinearizabilityTest {
    private static final int THREADS = 3;
    private static final int ROUNDS = 1000;
    private static final int OPERATIONS = 12;
    private static final int KEYS = 2;
    private static final List<StringTable.Sizes> SMALL = List.of(new StringTable.Sizes(128, 2, 100, 1 << 20));

    private final AtomicInteger waiting = new AtomicInteger();

    /** What was done to a key, what came back, and between which moments. */
    private record Done(String key, Function<Map<String, String>, Object> what, Object result, long from, long to,
            String name) {
        @Override
        public String toString() {
            return from + " to " + to + ": " + name + " = " + result;
        }
    }

    @ParameterizedTest(name = "{0} stripes; 0 is a cache")
    @ValueSource(ints = {0, 1, 64})
    void thereIsAnOrderThatExplainsAllResults(int stripes) throws Exception {
        SplittableRandom random = Seed.random();
        try (Heap heap = new Heap(); ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            try (StripedStringMap map = stripes > 0 ? new ConcurrentOffHeapStringMap(heap, SMALL, stripes)
                    : OffHeapStringCache.builder().heap(heap).maximumSize(250).build()) {
                for (int round = 0; round < ROUNDS; round++) {
                    round(map, threads, random, round);
                }
                map.check();
            }
            CheckedHeap.requireAllFreed(heap);
        }
    }

    private void round(StripedStringMap map, ExecutorService threads, SplittableRandom random, int round)
            throws Exception {
        for (int i = 0; i < KEYS; i++) {
            map.remove("key " + i);
        }
        waiting.set(THREADS);
        List<Future<List<Done>>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom own = random.split();
            running.add(threads.submit(() -> run(map, own)));
        }
        List<Done> history = new ArrayList<>();
        for (Future<List<Done>> thread : running) {
            history.addAll(thread.get());
        }
        for (int i = 0; i < KEYS; i++) {
            String key = "key " + i;
            List<Done> ofKey = new ArrayList<>(history.stream().filter(done -> done.key.equals(key)).toList());
            ofKey.add(new Done(key, some -> some.get(key), map.get(key), Long.MAX_VALUE, Long.MAX_VALUE, "at last"));
            assertThat(isExplained(ofKey, 0, null, new HashSet<>())).as(() -> Seed.failure(round, null) + ", " + key
                + ":\n" + String.join("\n", ofKey.stream().map(Done::toString).toList())).isTrue();
        }
    }

    private List<Done> run(StripedStringMap map, SplittableRandom random) {
        List<Done> done = new ArrayList<>();
        waiting.decrementAndGet();
        while (waiting.get() > 0) {
            Thread.yield();
        }
        for (int i = 0; i < OPERATIONS; i++) {
            String key = "key " + random.nextInt(KEYS);
            String value = "v".repeat(random.nextInt(70)) + i;
            if (random.nextInt(4) == 0) {
                disturb(map, random);
            }
            int kind = random.nextInt(12);
            Function<Map<String, String>, Object> what = operation(kind, key, value, random.nextInt(3));
            long from = System.nanoTime();
            Object result = what.apply(map);
            done.add(new Done(key, what, result, from, System.nanoTime(), kind + " " + key + " " + value));
        }
        return done;
    }

    /** What has nothing to do with the keys, but moves their entries. */
    private static void disturb(StripedStringMap map, SplittableRandom random) {
        int other = random.nextInt(100);
        switch (random.nextInt(12)) {
            case 0 -> map.compact();
            case 1 -> map.keySet().removeIf(key -> key.startsWith("other"));
            case 2, 3, 4, 5 -> map.remove("other " + other);
            default -> map.put("other " + other, "x".repeat(other));
        }
    }

    private static Function<Map<String, String>, Object> operation(int kind, String key, String value, int much) {
        return switch (kind) {
            case 0 -> map -> map.get(key);
            case 1 -> map -> map.containsKey(key);
            case 2 -> map -> map.remove(key);
            case 3 -> map -> map.putIfAbsent(key, value);
            case 4 -> map -> map.computeIfAbsent(key, absent -> value);
            case 5 -> map -> map.computeIfPresent(key, (k, old) -> old.length() > 100 ? null : old + value);
            case 6 -> map -> map.compute(key, (k, old) -> old == null ? value : much == 0 ? null : old + much);
            case 7 -> map -> map.merge(key, value, (old, now) -> much == 0 ? null : now);
            case 8 -> map -> map.replace(key, value);
            case 9 -> map -> map.replace(key, "0", value);
            case 10 -> map -> map.remove(key, "v" + much);
            default -> map -> map.put(key, value);
        };
    }

    /** Whether those that are not in the set {@code past} can follow, in some order, on {@code value}. */
    private static boolean isExplained(List<Done> history, long past, String value, Set<List<Object>> vain) {
        if (past == (1L << history.size()) - 1) {
            return true;
        }
        if (!vain.add(List.of(past, String.valueOf(value)))) {
            return false;
        }
        long firstEnd = Long.MAX_VALUE;
        for (int i = 0; i < history.size(); i++) {
            firstEnd = (past >> i & 1) != 0 ? firstEnd : Math.min(firstEnd, history.get(i).to);
        }
        for (int i = 0; i < history.size(); i++) {
            Done next = history.get(i);
            if ((past >> i & 1) == 0 && next.from <= firstEnd) {
                Map<String, String> model = new HashMap<>();
                if (value != null) {
                    model.put(next.key, value);
                }
                if (Objects.equals(next.what.apply(model), next.result)
                        && isExplained(history, past | 1L << i, model.get(next.key), vain)) {
                    return true;
                }
            }
        }
        return false;
    }
}
