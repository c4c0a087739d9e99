package dev.memalloc;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of a heap are handed out, and how many may be: the one place where the limit is enforced.
 *
 * <p>Handed out are live blocks, with their rounding, live mappings, the slots that caches hold ready, and what is left
 * of allowances. Thread-safe; nothing here waits.
 *
 * <p>Invariant, when no call is under way: {@code 0 <= taken <= peak <= limit}.
 */
final class Budget {
    private final long limit;
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();

    Budget(long limit) {
        this.limit = limit;
    }

    long limit() {
        return limit;
    }

    long taken() {
        return taken.get();
    }

    /** How much more may be taken. */
    long left() {
        return limit - taken.get();
    }

    /** The most that was ever taken at once. */
    long peak() {
        return peak.get();
    }

    /** Takes {@code bytes}, unless that would exceed the limit; {@link #notePeak} or {@link #give} is to follow. */
    boolean take(long bytes) {
        long before = taken.get();
        while (bytes <= limit - before) {
            long witness = taken.compareAndExchange(before, before + bytes);
            if (witness == before) {
                return true;
            }
            before = witness;
        }
        return false;
    }

    void give(long bytes) {
        long left = taken.addAndGet(-bytes);
        assert left >= 0 : "no more is given back than was taken";
    }

    /** Takes note of the bytes taken now, when they are handed out for good. */
    void notePeak() {
        long bytes = taken.get();
        long highest = peak.get();
        while (bytes > highest && !peak.compareAndSet(highest, bytes)) {
            highest = peak.get();
        }
    }

    /** The error for a request that cannot be met; {@code holders} as {@link Holders} says it. */
    OutOfMemoryError refusal(long size, String why, String holders, OsException cause) {
        OutOfMemoryError error = new OutOfMemoryError("off-heap memory: " + size + " bytes asked for, " + taken()
            + " bytes live, limit " + (limit == Long.MAX_VALUE ? "none" : limit + " bytes") + ": " + why + "; "
            + holders);
        error.initCause(cause);
        return error;
    }
}
