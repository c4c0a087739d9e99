package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Expected;
import dev.memalloc.benchmarks.collections.Contestant.Maker;
import dev.memalloc.benchmarks.collections.Timing.Lap;
import java.util.Arrays;
import java.util.function.Consumer;

/** What is done to all elements of an array of ints, or to single ones at random. */
final class IntArrayTrial {
    private static final int WARM_UP_MAX = 1_000_000;
    private static final int LAP = 10_000;
    /** The element of an index is as many times this. */
    private static final int FACTOR = 0x9E37_79B9;

    private final int count;
    private final Maker<IntArray> maker;
    private final double seconds;
    private final Consumer<Figure> out;

    IntArrayTrial(int count, Maker<IntArray> maker, double seconds, Consumer<Figure> out) {
        this.count = count;
        this.maker = maker;
        this.seconds = seconds;
        this.out = out;
    }

    /** Sums up, fills and copies. */
    void bulk() {
        Timing.warmUp(seconds, () -> some().measureBulk());
        measureBulk();
    }

    /** Reads elements at random. */
    void random() {
        Timing.warmUp(seconds, () -> some().measureRandom());
        measureRandom();
    }

    private IntArrayTrial some() {
        return new IntArrayTrial(Math.min(count, WARM_UP_MAX), maker, seconds / 10, figure -> { });
    }

    private void measureBulk() {
        int[] ints = new int[count];
        long expected = 0;
        for (int i = 0; i < count; i++) {
            ints[i] = i * FACTOR;
            expected += ints[i];
        }
        long sum = expected;
        try (IntArray array = maker.make(Expected.of(count))) {
            time("copy from int[]", () -> {
                array.copyFrom(ints);
                return count;
            });
            time("sum", () -> {
                if (array.sum() != sum) {
                    throw new IllegalStateException("the sum is wrong");
                }
                return count;
            });
            int[] copy = new int[count];
            time("copy to int[]", () -> {
                array.copyTo(copy);
                return count;
            });
            if (!Arrays.equals(copy, ints)) {
                throw new IllegalStateException("the copy is wrong");
            }
            time("fill", () -> {
                array.fill(FACTOR);
                return count;
            });
            if (array.sum() != (long) FACTOR * count) {
                throw new IllegalStateException("the fill is wrong");
            }
        }
    }

    private void measureRandom() {
        try (IntArray array = maker.make(Expected.of(count))) {
            for (int i = 0; i < count; i++) {
                array.set(i, i * FACTOR);
            }
            Lap lap = new Lap() {
                private long random = 1;

                @Override
                public int run() {
                    long differences = 0;
                    for (int i = 0; i < LAP; i++) {
                        // An index by the high bits of a linear congruential generator (Knuth's MMIX).
                        random = random * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
                        long index = (random >>> Integer.SIZE) * count >>> Integer.SIZE;
                        differences += array.get(index) - (int) index * FACTOR;
                    }
                    if (differences != 0) {
                        throw new IllegalStateException("an element is wrong");
                    }
                    return LAP;
                }
            };
            time("random get", lap);
        }
    }

    private void time(String name, Lap lap) {
        out.accept(Figure.nanos(name, Timing.nanosPerOperation(seconds, lap)));
    }
}
