package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.memalloc.Heap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rate of hits beside that of Caffeine, whose policy it is, and of plain LRU. */
class CacheHitRateTest {
    private static final int REQUESTS = 200_000;

    private final SplittableRandom random = new SplittableRandom(42);

    @ParameterizedTest(name = "zipf {0}, {1} entries")
    @CsvSource({"0.8, 500", "0.8, 5000", "1.0, 500", "1.0, 5000"})
    void onAZipfDistribution(double exponent, int maximum) {
        Zipf keys = new Zipf(50_000, exponent);
        int[] trace = IntStream.range(0, REQUESTS).map(i -> keys.next(random)).toArray();
        compare(trace, maximum, exponent < 1 && maximum < 5000 ? 7 : 1);
    }

    /** Requests by popularity, interrupted by keys that never come again, and by a loop over somewhat too many keys. */
    @ParameterizedTest(name = "{0} entries")
    @CsvSource({"1000", "3000"})
    void onScansAndLoops(int maximum) {
        Zipf keys = new Zipf(20_000, 0.9);
        int[] trace = new int[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            int phase = i % 17_000;
            trace[i] = phase < 9000 ? keys.next(random) : phase < 13_000 ? 1_000_000 + i : 500_000 + i % 4000;
        }
        compare(trace, maximum, 4);
    }

    private static void compare(int[] trace, int maximum, double betterThanLru) {
        double lru = lru(trace, maximum);
        double caffeine = caffeine(trace, maximum);
        double ours = ours(trace, maximum);
        String rates = String.format("hits of 100: LRU %.2f, Caffeine %.2f, ours %.2f", lru, caffeine, ours);
        System.out.println(rates);
        assertThat(ours).as(rates).isGreaterThan(caffeine - 3).isGreaterThan(lru + betterThanLru);
    }

    private static double ours(int[] trace, int maximum) {
        try (Heap heap = new Heap();
                OffHeapStringCache cache = OffHeapStringCache.builder().heap(heap).maximumSize(maximum).build()) {
            return rate(trace, key -> cache.get(key) != null || cache.put(key, "") != null);
        }
    }

    private static double caffeine(int[] trace, int maximum) {
        Cache<String, String> cache = Caffeine.newBuilder().maximumSize(maximum).executor(Runnable::run).build();
        return rate(trace, key -> cache.getIfPresent(key) != null || cache.asMap().put(key, "") != null);
    }

    private static double lru(int[] trace, int maximum) {
        Map<String, String> cache = new LinkedHashMap<>(16, 0.75f, true);
        return rate(trace, key -> {
            boolean isHit = cache.put(key, "") != null;
            if (cache.size() > maximum) {
                cache.remove(cache.keySet().iterator().next());
            }
            return isHit;
        });
    }

    private static double rate(int[] trace, Predicate<String> request) {
        return Arrays.stream(trace).filter(key -> request.test("key " + key)).count() * 100.0 / trace.length;
    }

    /** Keys whose popularity falls with their rank. */
    private static final class Zipf {
        private final double[] sums;

        Zipf(int keys, double exponent) {
            sums = IntStream.rangeClosed(1, keys).mapToDouble(rank -> Math.pow(rank, -exponent)).toArray();
            Arrays.parallelPrefix(sums, Double::sum);
        }

        int next(SplittableRandom random) {
            int at = Arrays.binarySearch(sums, random.nextDouble() * sums[sums.length - 1]);
            return at < 0 ? -at - 1 : at;
        }
    }
}
