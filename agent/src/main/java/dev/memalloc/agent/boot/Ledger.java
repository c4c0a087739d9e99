package dev.memalloc.agent.boot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jdk.internal.vm.annotation.Contended;

/**
 * What one thread has allocated and freed, or what those have that share it; for each {@link Kind}, and on two sides,
 * see {@link Counts}.
 *
 * <p>The thread that has it to itself writes to it without a lock or an atomic operation. What it has begun to write
 * shows in {@link #isBeingWritten}. Those that share one take turns.
 */
@Contended
final class Ledger {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle WRITING;
    private static final int KINDS = Kind.values().length;
    private static final int ALLOCATIONS = 0;
    private static final int FREES = 1;
    private static final int BYTES = 2;
    private static final int FIGURES = 3;
    private static final int SIDE = KINDS * FIGURES;
    /** Before and behind the cells, so that no other thread's are on a line of the processor's caches with them. */
    private static final int PADDING = 16;

    static {
        try {
            WRITING = MethodHandles.lookup().findVarHandle(Ledger.class, "writing", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] cells = new long[PADDING + 2 * SIDE + PADDING];
    private final boolean shared;
    private boolean writing;

    Ledger(boolean shared) {
        this.shared = shared;
    }

    /** Counts an allocation on the side that is open. */
    void allocated(Counts counts, Kind kind, long bytes) {
        if (shared) {
            synchronized (this) {
                add(counts, kind, ALLOCATIONS, bytes);
            }
        } else {
            add(counts, kind, ALLOCATIONS, bytes);
        }
    }

    /** Counts a free. */
    void freed(Counts counts, Kind kind, long bytes) {
        if (shared) {
            synchronized (this) {
                add(counts, kind, FREES, -bytes);
            }
        } else {
            add(counts, kind, FREES, -bytes);
        }
    }

    /** Whether a thread is about to write to a side that may be closed by now. */
    boolean isBeingWritten() {
        return (boolean) WRITING.getAcquire(this);
    }

    /** The figures of a kind on a side. */
    Counts.Snapshot read(int side, Kind kind) {
        int at = index(side, kind);
        // Frees first, so that they do not exceed allocations where a writer is under way.
        long frees = (long) CELL.getAcquire(cells, at + FREES);
        return new Counts.Snapshot((long) CELL.getAcquire(cells, at + ALLOCATIONS), frees,
            (long) CELL.getAcquire(cells, at + BYTES), 0, 0);
    }

    /** The frees of all kinds, on both sides. */
    long frees() {
        long frees = 0;
        for (int at = PADDING + FREES; at < PADDING + 2 * SIDE; at += FIGURES) {
            frees += (long) CELL.getAcquire(cells, at);
        }
        return frees;
    }

    private void add(Counts counts, Kind kind, int figure, long bytes) {
        WRITING.setOpaque(this, true);
        int at = index(counts.openSide(), kind);
        add(at + figure, 1);
        add(at + BYTES, bytes);
        WRITING.setRelease(this, false);
    }

    /** Nobody else writes; others read. */
    private void add(int at, long more) {
        CELL.setOpaque(cells, at, cells[at] + more);
    }

    private static int index(int side, Kind kind) {
        return PADDING + side * SIDE + kind.ordinal() * FIGURES;
    }
}
