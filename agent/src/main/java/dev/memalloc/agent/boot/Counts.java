package dev.memalloc.agent.boot;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How much was allocated and freed, of each {@link Kind}.
 *
 * <p>What is allocated is counted before it is handed out, so frees never overtake allocations. The thread that
 * allocates or frees never waits: it counts in a {@link Ledger} of its own, and whoever wants to read waits for it.
 *
 * <p>For a reader to see both the count and the bytes of an allocation or neither, and each thread as it is at one
 * moment, each ledger has two sides, and a writer writes to the one that is open when it begins. A reader closes that
 * side, which opens the other one, and waits for the writers that have begun on it. What the other side holds stood
 * still until a moment ago, and was read when it was closed. The sum is what was counted by the writers that began
 * before the side was closed, by all of them and by no others.
 *
 * <p>That a writer sees which side is open, or the reader that it has begun, takes an ordering of its two accesses
 * that would cost it as much as all else here. The reader brings it about for all threads: to close a shared arena
 * is a handshake of the JVM with each of them (JEP 454; as the system call {@code membarrier} is).
 */
public final class Counts {
    /** The counts of this JVM. */
    public static final Counts OF_JVM = new Counts();

    private static final VarHandle OPEN_SIDE;
    private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    static {
        try {
            OPEN_SIDE = MethodHandles.lookup().findVarHandle(Counts.class, "openSide", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Callers callers = Callers.none();
    /** Changes in {@link #snapshots} only. */
    private int openSide;
    private final AtomicLong failedFrees = new AtomicLong();
    private final AtomicLong lostBuffers = new AtomicLong();
    private final AtomicLong lostBytes = new AtomicLong();
    /** Of direct buffers: what the peak is the peak of. Readers use the bytes of the ledgers. */
    private final LiveBytes liveBytes = new LiveBytes();

    /** Counts from zero. */
    Counts() {
    }

    /**
     * The counts of a kind at one moment.
     *
     * @param allocations how much was served
     * @param frees how much of it was freed
     * @param liveBytes the bytes of what was not
     * @param peakBytes the most that {@code liveBytes} has been; of direct buffers only, 0 of others
     * @param failedFrees how many frees of direct buffers the allocator refused: they count as live, their memory is
     *     lost
     */
    public record Snapshot(long allocations, long frees, long liveBytes, long peakBytes, long failedFrees) {
        static final Snapshot NOTHING = new Snapshot(0, 0, 0, 0, 0);

        /** How much is live. */
        public long live() {
            return allocations - frees;
        }

        private Snapshot plus(Snapshot other) {
            return new Snapshot(allocations + other.allocations, frees + other.frees, liveBytes + other.liveBytes,
                0, 0);
        }
    }

    Callers callers() {
        return callers;
    }

    /** Which side writers write to. */
    int openSide() {
        return (int) OPEN_SIDE.getOpaque(this);
    }

    /** Counts what the current thread, which is {@code caller}, allocates. */
    void allocated(Caller caller, Kind kind, long bytes) {
        caller.ledger.allocated(this, kind, bytes);
        if (kind == Kind.DIRECT) {
            liveBytes.add(bytes);
        }
    }

    /** Counts a free, before the bytes can be another's. */
    void freed(Caller caller, Kind kind, long bytes) {
        if (kind == Kind.DIRECT) {
            liveBytes.subtract(bytes);
        }
        caller.ledger.freed(this, kind, bytes);
    }

    /** Notes that a free of a direct buffer that was counted has failed: the buffer is live after all, for good. */
    void lost(long bytes) {
        lostBuffers.getAndIncrement();
        lostBytes.getAndAdd(bytes);
        liveBytes.add(bytes);
    }

    void freeFailed() {
        failedFrees.getAndIncrement();
    }

    /** How many frees there were, of all kinds, more or less: whoever is about to count is not waited for. */
    long roughFrees() {
        long frees = 0;
        for (Ledger ledger : callers.ledgers()) {
            frees += ledger.frees();
        }
        return frees;
    }

    /** The counts of one kind, as {@link #snapshots} has them. */
    public Snapshot snapshot(Kind kind) {
        return snapshots().get(kind.ordinal());
    }

    /**
     * The counts of all kinds, in their order, at one moment of this call, exactly: of nothing is only a part counted.
     *
     * <p>It waits for the writers that are about to count. Should one of them be held up for a second, by a debugger
     * say, the figures are read as they are, and may be one apart from each other.
     */
    public synchronized List<Snapshot> snapshots() {
        int open = openSide;
        List<Snapshot> before = sums(1 - open);
        OPEN_SIDE.setVolatile(this, 1 - open);
        Arena.ofShared().close();
        awaitWriters();
        List<Snapshot> since = sums(open);
        return Arrays.stream(Kind.values())
            .map(kind -> finished(kind, before.get(kind.ordinal()).plus(since.get(kind.ordinal()))))
            .toList();
    }

    /** The sums over all ledgers on a side. */
    private List<Snapshot> sums(int side) {
        List<Ledger> ledgers = callers.ledgers();
        return Arrays.stream(Kind.values())
            .map(kind -> ledgers.stream().map(ledger -> ledger.read(side, kind))
                .reduce(Snapshot.NOTHING, Snapshot::plus))
            .toList();
    }

    /** Adds what no ledger counts. */
    private Snapshot finished(Kind kind, Snapshot sum) {
        if (kind != Kind.DIRECT) {
            return sum;
        }
        // The peak is of another order of concurrent calls, which may have been live with fewer bytes than this one.
        liveBytes.raisePeak(sum.liveBytes);
        return new Snapshot(sum.allocations, sum.frees - lostBuffers.get(), sum.liveBytes + lostBytes.get(),
            liveBytes.peak(), failedFrees.get());
    }

    /** Waits until each writer was seen not to write; or for a second. */
    private void awaitWriters() {
        long start = System.nanoTime();
        for (Ledger ledger : callers.ledgers()) {
            while (ledger.isBeingWritten() && System.nanoTime() - start < WAIT_NANOS_MAX) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
