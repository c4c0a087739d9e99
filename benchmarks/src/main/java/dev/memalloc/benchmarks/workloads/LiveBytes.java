package dev.memalloc.benchmarks.workloads;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes are live, as requested, and the most that were.
 *
 * <p>Each worker counts in a {@link Share} of its own and passes on only what has come together there, so the peak
 * is exact to {@link #EXACT_TO} bytes per worker.
 */
final class LiveBytes {
    /** How many bytes a share may hold back. */
    static final int EXACT_TO = 16 << 10;

    private final AtomicLong live = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();

    /** The most bytes that were live at once. */
    long peak() {
        return peak.get();
    }

    /** A share for one thread at a time. */
    Share share() {
        return new Share();
    }

    private void add(long bytes) {
        long now = live.addAndGet(bytes);
        if (now > peak.get()) {
            peak.accumulateAndGet(now, Math::max);
        }
    }

    /** A worker's part of the count. */
    final class Share {
        private long pending;

        /** Counts bytes that were allocated or, if negative, freed. */
        void add(long bytes) {
            pending += bytes;
            if (pending > EXACT_TO || pending < -EXACT_TO) {
                flush();
            }
        }

        /** Passes on what was held back. */
        void flush() {
            LiveBytes.this.add(pending);
            pending = 0;
        }
    }
}
