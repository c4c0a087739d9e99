package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Expected;
import dev.memalloc.benchmarks.collections.Contestant.Maker;
import dev.memalloc.benchmarks.collections.Filling.Feeder;
import dev.memalloc.benchmarks.collections.Timing.Lap;
import java.util.function.Consumer;

/**
 * The life of a map from longs to longs. Keys are numbers from 0 on whose bits were mixed, so that they are all over
 * the place, and all different; a value is its key's complement.
 */
final class LongTrial {
    private static final int WARM_UP_MAX = 100_000;
    private static final int LAP = 1000;
    private static final int SAMPLE = 1000;
    private static final long GAMMA = 0x9E37_79B9_7F4A_7C15L;

    private final int count;
    private final Maker<LongMap> maker;
    private final double seconds;
    private final Consumer<Figure> out;
    private long random;

    LongTrial(int count, Maker<LongMap> maker, double seconds, Consumer<Figure> out) {
        this.count = count;
        this.maker = maker;
        this.seconds = seconds;
        this.out = out;
    }

    /** Warms the JVM up with some of the entries, then measures. */
    void run() {
        int few = Math.min(count, WARM_UP_MAX);
        Timing.warmUp(3 * seconds, () -> new LongTrial(few, maker, seconds / 10, figure -> { }).measure());
        measure();
    }

    private void measure() {
        Filling<LongMap> filling = new Filling<>(count, seconds, () -> maker.make(Expected.of(count)),
            LongTrial::feeder);
        try (LongMap map = filling.fill("put", out)) {
            get(map);
            miss(map);
            if (map.remembers()) {
                iterate(map);
                removeHalf(map);
            }
        }
    }

    /** The key of a number. */
    static long key(long number) {
        long x = number;
        x = (x ^ x >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        x = (x ^ x >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return x ^ x >>> 33;
    }

    /** A number of those whose keys are there, by chance. */
    private int number() {
        random += GAMMA;
        return (int) Math.unsignedMultiplyHigh(key(random), count);
    }

    private static Feeder feeder(LongMap map) {
        return new Feeder() {
            private int next;

            @Override
            public void feed(int times) {
                for (int end = next + times; next < end; next++) {
                    map.put(key(next), ~key(next));
                }
            }
        };
    }

    private void get(LongMap map) {
        time("get", () -> {
            for (int i = 0; i < LAP; i++) {
                long key = key(number());
                if (map.get(key, key) != ~key) {
                    throw wrong(key);
                }
            }
            return LAP;
        });
    }

    private void miss(LongMap map) {
        time("miss", () -> {
            for (int i = 0; i < LAP; i++) {
                long key = key(~number());
                if (map.get(key, key) != key && map.remembers()) {
                    throw wrong(key);
                }
            }
            return LAP;
        });
    }

    private void iterate(LongMap map) {
        time("iterate", () -> {
            Sum seen = new Sum();
            map.forEach(seen);
            // A number and its complement are -1 together.
            if (seen.entries != count || seen.sum != -count) {
                throw new IllegalStateException("iteration came by other entries: " + seen.entries);
            }
            return count;
        });
    }

    private void removeHalf(LongMap map) {
        int half = Math.max(1, count / 2);
        Permutation order = new Permutation(count, 0);
        long nanos = 0;
        long removed = 0;
        do {
            for (int i = 0; i < half && removed > 0; i++) {
                long key = key(order.at(i));
                map.put(key, ~key);
            }
            long start = System.nanoTime();
            remove(map, order, half);
            nanos += System.nanoTime() - start;
            removed += half;
            map.requireSize(count - half);
        } while (count < Filling.LARGE && nanos < Timing.nanos(seconds));
        out.accept(Figure.nanos("remove half", (double) nanos / removed));
        for (int i = 0; i < Math.min(SAMPLE, half); i++) {
            long gone = key(order.at(i));
            long there = key(order.at(count - 1 - i));
            if (map.get(gone, gone) != gone || count > 1 && map.get(there, there) != ~there) {
                throw wrong(gone);
            }
        }
    }

    private static void remove(LongMap map, Permutation order, int times) {
        for (int i = 0; i < times; i++) {
            long key = key(order.at(i));
            if (!map.remove(key)) {
                throw wrong(key);
            }
        }
    }

    private void time(String name, Lap lap) {
        out.accept(Figure.nanos(name, Timing.nanosPerOperation(seconds, lap)));
    }

    private static IllegalStateException wrong(long key) {
        return new IllegalStateException(key + " has the wrong value");
    }

    private static final class Sum implements LongMap.Action {
        private long entries;
        private long sum;

        @Override
        public void accept(long key, long value) {
            entries++;
            sum += key + value;
        }
    }
}
