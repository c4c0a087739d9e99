package dev.memalloc;

/**
 * A part of the {@link Budget} that its holder has taken in advance, so that it seldom has to touch what all threads
 * share. What is left of it is no more than a 500th of the limit, and 2 MiB. Not thread-safe.
 */
final class Lease {
    private static final long PORTION_MAX = 1 << 20;
    private static final int LIMIT_SHARE = 1024;

    private final Budget budget;
    private final long portion;
    private long left;

    Lease(Budget budget) {
        this.budget = budget;
        this.portion = Math.min(PORTION_MAX, budget.limit() / LIMIT_SHARE);
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
        long more = missing <= budget.limit() - portion && budget.take(missing + portion) ? missing + portion
            : budget.take(missing) ? missing : 0;
        left += more;
        return more > 0;
    }
}
