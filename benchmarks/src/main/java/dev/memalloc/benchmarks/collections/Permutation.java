package dev.memalloc.benchmarks.collections;

/**
 * The numbers from 0 to less than {@code count} in another order, without a table of them.
 *
 * <p>Numbers of just as many bits as the largest one has are mixed by steps that can each be undone, so that no two
 * become the same; what comes out too large is mixed once more.
 */
final class Permutation {
    private static final long MULTIPLIER_1 = 0xBF58_476D_1CE4_E5B9L;
    private static final long MULTIPLIER_2 = 0x94D0_49BB_1331_11EBL;

    private final int count;
    private final long mask;
    private final int half;
    private final long addend;

    Permutation(int count, long seed) {
        this.count = count;
        int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(count - 1));
        mask = (1L << bits) - 1;
        half = (bits + 1) / 2;
        addend = (seed + 1) * 0x9E37_79B9_7F4A_7C15L >>> 20;
    }

    /** The number at a place. */
    int at(int place) {
        long x = place;
        do {
            x = x + addend & mask;
            x = x * MULTIPLIER_1 & mask;
            x ^= x >>> half;
            x = x * MULTIPLIER_2 & mask;
            x ^= x >>> half;
        } while (x >= count);
        return (int) x;
    }
}
