package dev.memalloc.collections;

import java.util.SplittableRandom;

/** The seed of a random walk, new each time; a walk that failed is repeated with -Dwalk.seed=N. */
final class Seed {
    private static final long SEED = Long.getLong("walk.seed", System.nanoTime());

    private Seed() {
    }

    static SplittableRandom random() {
        return new SplittableRandom(SEED);
    }

    /** The failure of a walk, with what it takes to repeat it. */
    static AssertionError failure(long operation, Throwable cause) {
        return new AssertionError("operation " + operation + " of the walk with seed " + SEED, cause);
    }
}
