package dev.memalloc.benchmarks.workloads;

import java.util.function.DoubleUnaryOperator;

/** A distribution of request sizes, in bytes. */
interface Sizes {
    /** How many quantiles stand for a distribution whose inverse is slow to compute. */
    int QUANTILES = 4096;

    /** The next size. */
    int next(RandomSequence random);

    /** Always the same size. */
    static Sizes constant(int size) {
        return random -> size;
    }

    /** Every size from {@code min} to {@code max}, both included, equally likely. */
    static Sizes uniform(int min, int max) {
        return random -> random.between(min, max);
    }

    /** Each of these, equally likely. */
    static Sizes oneOf(int... sizes) {
        return random -> sizes[random.below(sizes.length)];
    }

    /** The logarithm is uniform: as many blocks from 16 to 32 bytes as from 64 to 128 KiB. */
    static Sizes logUniform(int min, int max) {
        return quantiles(u -> min * Math.pow((double) max / min, u));
    }

    /** Twice the size is a quarter as dense. */
    static Sizes inverseSquare(int min, int max) {
        return quantiles(u -> 1 / (1.0 / min - u * (1.0 / min - 1.0 / max)));
    }

    /** The density falls in a line from its most at {@code min} to 0 at {@code max}. */
    static Sizes falling(int min, int max) {
        return quantiles(u -> max - (max - min) * Math.sqrt(1 - u));
    }

    /**
     * A power of two, 1 to 512, each half as likely as the one before, and up to its double, excluded, uniformly from
     * there.
     */
    static Sizes halvingPowers() {
        return random -> {
            int power = 1 << Math.min(random.halving(), 9);
            return power + random.below(power);
        };
    }

    /** {@link #QUANTILES} sizes, equally likely: {@code inverse} of (i + 1/2) / QUANTILES, rounded down. */
    private static Sizes quantiles(DoubleUnaryOperator inverse) {
        int[] sizes = new int[QUANTILES];
        for (int i = 0; i < QUANTILES; i++) {
            sizes[i] = (int) inverse.applyAsDouble((i + 0.5) / QUANTILES);
        }
        return oneOf(sizes);
    }
}
