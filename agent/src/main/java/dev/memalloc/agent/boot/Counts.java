package dev.memalloc.agent.boot;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How many direct buffers were served and freed, and their bytes.
 *
 * <p>Bytes are capacities, as the application asked for them. A buffer is counted before it is handed out, so frees
 * never overtake allocations. The thread that allocates or frees never waits: it counts by atomic additions, and
 * whoever wants to read waits for it.
 *
 * <p>For a reader to see both the count and the bytes of a buffer or neither, each writer counts in one of two sides,
 * the one that is open when it enters. A reader closes that side, which opens the other one, and waits for the
 * writers that entered it: then the closed side stands still and can be read. What the other side held stood still
 * until a moment ago, and was read when it was closed. The sum is what was counted by the writers that entered before
 * the side was closed, by all of them and by no others.
 *
 * <pre>
 *   entered           the open side (sign), and how many writers ever entered it (the rest)
 *   Side.bytes        allocated minus freed by the writers of the side; may be negative
 *   Side.allocations  counted last, and so are frees: allocations + frees is how many writers have left the side
 * </pre>
 *
 * <p>Invariant of a closed side that nobody is in any more: {@code allocations + frees == entered}.
 */
public final class Counts {
    /** The counts of this JVM. */
    public static final Counts OF_JVM = new Counts();

    private static final int SIDES = 2;
    private static final long SECOND_SIDE = Long.MIN_VALUE;
    private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final AtomicLong entered = new AtomicLong();
    private final Side first = new Side();
    private final Side second = new Side();
    private final AtomicLong failedFrees = new AtomicLong();
    private final AtomicLong lostBuffers = new AtomicLong();
    private final AtomicLong lostBytes = new AtomicLong();
    /** What the peak is the peak of. Readers use the bytes of the sides. */
    private final AtomicLong liveBytes = new AtomicLong();
    private final AtomicLong peakBytes = new AtomicLong();

    /** How many writers had entered each side when it was closed last; guarded by this. */
    private final long[] enteredWhenClosed = new long[SIDES];

    /** Counts from zero. */
    Counts() {
    }

    /**
     * The counts at one moment.
     *
     * @param allocations how many buffers were served
     * @param frees how many of them were freed
     * @param liveBytes the capacities of those that were not, in bytes
     * @param peakBytes the most that {@code liveBytes} has been
     * @param failedFrees how many frees the allocator refused: their memory is lost, and counts as live
     */
    public record Snapshot(long allocations, long frees, long liveBytes, long peakBytes, long failedFrees) {
        /** How many buffers are live. */
        public long live() {
            return allocations - frees;
        }

        private Snapshot plus(Snapshot other) {
            return new Snapshot(allocations + other.allocations, frees + other.frees, liveBytes + other.liveBytes,
                0, 0);
        }

        private Snapshot with(long lost, long bytesLost, long peak, long failed) {
            return new Snapshot(allocations, frees - lost, liveBytes + bytesLost, peak, failed);
        }
    }

    void allocated(int capacity) {
        Side side = enter();
        side.bytes.getAndAdd(capacity);
        side.allocations.getAndIncrement();
        raisePeak(liveBytes.addAndGet(capacity));
    }

    /** Counts a free, before the bytes can be another buffer's: so the peak is never more than there was. */
    void freed(int capacity) {
        liveBytes.addAndGet(-capacity);
        Side side = enter();
        side.bytes.getAndAdd(-capacity);
        side.frees.getAndIncrement();
    }

    /** Notes that a free that was counted has failed: the buffer is live after all, for good. */
    void lost(int capacity) {
        lostBuffers.getAndIncrement();
        lostBytes.getAndAdd(capacity);
        liveBytes.addAndGet(capacity);
    }

    void freeFailed() {
        failedFrees.getAndIncrement();
    }

    /**
     * The counts at one moment of this call, exactly: of no buffer is only a part counted.
     *
     * <p>It waits for the writers that are about to count. Should one of them be held up for a second, by a debugger
     * say, the figures are read as they are, and may be one apart from each other.
     */
    public synchronized Snapshot snapshot() {
        int open = entered.get() < 0 ? 1 : 0;
        int still = 1 - open;
        // A reader that gave up may have left a writer in it.
        if (!awaitLeft(still)) {
            return asTheyAre();
        }
        Snapshot before = side(still).read();
        long opening = enteredWhenClosed[still] | (still == 1 ? SECOND_SIDE : 0);
        enteredWhenClosed[open] = entered.getAndSet(opening) & ~SECOND_SIDE;
        if (!awaitLeft(open)) {
            return asTheyAre();
        }
        Snapshot sum = before.plus(side(open).read());
        // The peak is of another order of concurrent calls, which may have been live with fewer bytes than this one.
        raisePeak(sum.liveBytes);
        return withOthers(sum);
    }

    private Snapshot asTheyAre() {
        return withOthers(first.read().plus(second.read()));
    }

    /** Adds what no side counts. */
    private Snapshot withOthers(Snapshot sum) {
        return sum.with(lostBuffers.get(), lostBytes.get(), peakBytes.get(), failedFrees.get());
    }

    /** The side that is open; whoever closes it waits until this writer has counted. */
    private Side enter() {
        return entered.getAndIncrement() < 0 ? second : first;
    }

    private Side side(int index) {
        return index == 0 ? first : second;
    }

    /** Waits until all have left a closed side; false if that takes too long. */
    private boolean awaitLeft(int index) {
        long start = System.nanoTime();
        while (side(index).left() != enteredWhenClosed[index]) {
            if (System.nanoTime() - start > WAIT_NANOS_MAX) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }

    private void raisePeak(long bytes) {
        long peak = peakBytes.get();
        while (bytes > peak && !peakBytes.compareAndSet(peak, bytes)) {
            peak = peakBytes.get();
        }
    }

    /** What the writers that met this side open have counted. */
    private static final class Side {
        final AtomicLong bytes = new AtomicLong();
        final AtomicLong allocations = new AtomicLong();
        final AtomicLong frees = new AtomicLong();

        long left() {
            return allocations.get() + frees.get();
        }

        /** Frees are read first, so that they do not exceed allocations where writers are under way. */
        Snapshot read() {
            long freed = frees.get();
            return new Snapshot(allocations.get(), freed, bytes.get(), 0, 0);
        }
    }
}
