package dev.memalloc;

/**
 * A part of the {@link Budget} that its holder has taken in advance, so that it seldom has to touch what all threads
 * share: when it takes some, at most a thirtieth of what all have, a 500th of the limit, and 2 MiB; each holder. Not
 * thread-safe.
 */
final class Allowance {
    private static final long PORTION_MAX = 1 << 20;
    private static final int LIMIT_SHARE = 1024;
    private static final int TAKEN_SHARE = 64;

    private final Budget budget;
    /** How much more than is needed is taken, since the last time that some was. */
    private long portion;
    private long left;

    Allowance(Budget budget) {
        this.budget = budget;
    }

    /** The bytes that were taken in advance, and are not in use. */
    long left() {
        return left;
    }

    /** Takes {@code bytes}, unless that would exceed the limit; as {@link Budget#take}. */
    boolean take(long bytes) {
        if (bytes > left && !refill(bytes)) {
            return false;
        }
        left -= bytes;
        return true;
    }

    void give(long bytes) {
        left += bytes;
        if (left > 2 * portion) {
            budget.give(left - portion);
            left = portion;
        }
    }

    /** Gives back what is left. */
    void end() {
        budget.give(left);
        left = 0;
    }

    private boolean refill(long bytes) {
        long missing = bytes - left;
        portion = Math.min(PORTION_MAX, Math.min(budget.limit() / LIMIT_SHARE, budget.taken() / TAKEN_SHARE));
        if (bytes < portion && budget.take(missing + portion)) {
            left += missing + portion;
            return true;
        }
        if (budget.take(missing)) {
            left += missing;
            return true;
        }
        return false;
    }
}
