package dev.memalloc.benchmarks.workloads;

import java.util.SplittableRandom;

/**
 * Random numbers that are the same for every allocator.
 *
 * <p>A bound is applied by multiplication: the remainder that {@link SplittableRandom#nextInt(int)} takes costs as
 * much as a small allocation.
 */
final class RandomSequence {
    private static final long SEED = 20_250_916;

    private final SplittableRandom random;

    /** The sequence of a worker. */
    RandomSequence(int worker) {
        random = new SplittableRandom(SEED + worker);
    }

    /** A number from 0 on, less than {@code bound}. */
    int below(int bound) {
        return (int) ((random.nextInt() & 0xFFFF_FFFFL) * bound >>> 32);
    }

    /** A number from {@code min} to {@code max}, both included. */
    int between(int min, int max) {
        return min + below(max - min + 1);
    }

    /** 0 with probability 1/2, 1 with 1/4, and so on, up to 32. */
    int halving() {
        return Integer.numberOfTrailingZeros(random.nextInt());
    }

    /** True with a probability of {@code percent} in 100. */
    boolean chance(int percent) {
        return below(100) < percent;
    }
}
