package dev.memalloc.agent.boot;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many direct buffers were served and freed, and their bytes.
 *
 * <p>Each count is one atomic variable, so that none is lost under any number of threads and the thread that frees
 * never waits. Bytes are capacities, as the application asked for them. The peak is the highest value that the live
 * bytes took, not a sum of peaks of threads. A buffer is counted before it is handed out, so frees never overtake
 * allocations; figures read while buffers come and go may be one apart from each other.
 *
 * <p>Invariants, when no call is under way: {@code live == allocations - frees}, {@code liveBytes <= peakBytes}.
 */
public final class Counts {
    /** The counts of this JVM. */
    public static final Counts OF_JVM = new Counts();

    private final AtomicLong allocations = new AtomicLong();
    private final AtomicLong frees = new AtomicLong();
    private final AtomicLong failedFrees = new AtomicLong();
    private final AtomicLong liveBytes = new AtomicLong();
    private final AtomicLong peakBytes = new AtomicLong();

    /** Counts from zero. */
    Counts() {
    }

    void allocated(int capacity) {
        allocations.incrementAndGet();
        raisePeak(liveBytes.addAndGet(capacity));
    }

    void freed(int capacity) {
        liveBytes.addAndGet(-capacity);
        frees.incrementAndGet();
    }

    void freeFailed() {
        failedFrees.incrementAndGet();
    }

    /** How many buffers were served. */
    public long allocations() {
        return allocations.get();
    }

    /** How many of them were freed. */
    public long frees() {
        return frees.get();
    }

    /** How many frees the allocator refused: their memory is lost, and counts as live. */
    public long failedFrees() {
        return failedFrees.get();
    }

    /** How many buffers are live: frees are read first, so it is never negative. */
    public long live() {
        long freed = frees.get();
        return allocations.get() - freed;
    }

    /** The capacities of the live buffers, in bytes. */
    public long liveBytes() {
        return liveBytes.get();
    }

    /** The most that {@link #liveBytes} has been. */
    public long peakBytes() {
        return peakBytes.get();
    }

    private void raisePeak(long bytes) {
        long peak = peakBytes.get();
        while (bytes > peak && !peakBytes.compareAndSet(peak, bytes)) {
            peak = peakBytes.get();
        }
    }
}
