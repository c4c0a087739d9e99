package dev.memalloc;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many arenas have memory of a heap. Thread-safe; nothing here waits.
 *
 * <p>The count is spread over a few places a cache line apart, so that threads do not compete for one; each lease
 * knows its own, and is given back there, by whatever thread. So no place is ever below the number of its leases: once
 * no more are taken, {@link #none} is true only if there is none.
 */
final class Leases {
    private static final int PLACES = 16;
    /** Two lines: processors load neighbouring lines in pairs. */
    private static final int PLACE_LONGS = 128 / Long.BYTES;

    private final AtomicLongArray counts = new AtomicLongArray((PLACES + 1) * PLACE_LONGS);

    /** Takes a lease and returns it. */
    int take() {
        int lease = (1 + ((int) Thread.currentThread().threadId() & PLACES - 1)) * PLACE_LONGS;
        counts.getAndIncrement(lease);
        return lease;
    }

    void give(int lease) {
        long before = counts.getAndDecrement(lease);
        assert before > 0 : "no more leases are given back than were taken";
    }

    boolean none() {
        for (int place = 1; place <= PLACES; place++) {
            if (counts.get(place * PLACE_LONGS) != 0) {
                return false;
            }
        }
        return true;
    }
}
