package dev.memalloc.agent.boot;

import dev.memalloc.Memory;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory within the limits, for which room is made where there is none.
 *
 * <p>At {@code -XX:MaxDirectMemorySize} and at {@code memalloc.limit}, buffers that nobody can reach any more may hold
 * the memory. So what is being freed is waited for, then a collection is asked for, and then it is tried again for as
 * long as there are frees, half a second at most. Where a collection has run and nothing was freed for some
 * milliseconds after it, nothing is left to wait for, and an {@link OutOfMemoryError} is thrown: a limit that was set
 * is to hold, and nothing is served from elsewhere.
 */
final class Room {
    /** Waits of 1, 2, 4 … milliseconds, as many as the JVM makes at its own limit, */
    private static final int WAITS_MAX = 9;
    /** and those among them after which it is over, if nothing was freed: for what threads free that clean up. */
    private static final int QUIET_WAITS_MAX = 3;
    /** How many threads wait for a collection that they asked for. */
    private static final AtomicInteger COLLECTING = new AtomicInteger();

    private Room() {
    }

    /**
     * Counts memory as direct memory of the JVM.
     *
     * @throws OutOfMemoryError if that would exceed the maximum, in the JVM's words
     */
    static void reserve(long size, int capacity) {
        if (JavaNio.lent().capacityLeft() >= capacity) {
            JavaNio.lent().reserve(size, capacity);
        } else {
            make(new Reservation(size, capacity));
        }
    }

    static long memalloc(long size) {
        try {
            return Memory.memalloc(size);
        } catch (OutOfMemoryError e) {
            return make(new Allocation(size, false, e));
        }
    }

    static long defalloc(long size) {
        try {
            return Memory.defalloc(1, size);
        } catch (OutOfMemoryError e) {
            return make(new Allocation(size, true, e));
        }
    }

    private static long make(Request request) {
        if (!request.canBeMet()) {
            throw request.refusal();
        }
        boolean interrupted = false;
        WeakReference<Object> witness = null;
        long frees = frees();
        int waits = 0;
        int quietWaits = 0;
        try {
            while (true) {
                boolean isFreeing = false;
                try {
                    isFreeing = JavaNio.lent().waitForFrees();
                    if (!isFreeing && witness != null) {
                        Thread.sleep(1L << waits++);
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                long served = request.attempt();
                if (served != 0) {
                    return served;
                }
                boolean isQuiet = !isFreeing && COLLECTING.get() == 0 && frees == frees();
                quietWaits = isQuiet ? quietWaits + 1 : 0;
                frees = frees();
                if (witness == null && !isFreeing) {
                    witness = new WeakReference<>(new Object());
                    collect();
                    quietWaits = 0;
                } else if (waits >= WAITS_MAX
                        || witness != null && witness.refersTo(null) && quietWaits >= QUIET_WAITS_MAX) {
                    throw request.refusal();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void collect() {
        COLLECTING.incrementAndGet();
        try {
            System.gc();
        } finally {
            COLLECTING.decrementAndGet();
        }
    }

    /** A figure that changes with each free of ours, and with most of the JVM's. */
    private static long frees() {
        return Counts.OF_JVM.roughFrees() - JavaNio.lent().buffers();
    }

    /** What is asked for again and again. */
    private sealed interface Request {
        /** Whether it might be met if all were freed. */
        boolean canBeMet();

        /** What it is served; 0 if it cannot be at the moment. */
        long attempt();

        OutOfMemoryError refusal();
    }

    private record Reservation(long size, int capacity) implements Request {
        @Override
        public boolean canBeMet() {
            return capacity <= JavaNio.lent().capacityMax();
        }

        @Override
        public long attempt() {
            if (JavaNio.lent().capacityLeft() < capacity) {
                return 0;
            }
            // Should another thread have been quicker, the JVM waits as it always does.
            JavaNio.lent().reserve(size, capacity);
            return 1;
        }

        @Override
        public OutOfMemoryError refusal() {
            return new OutOfMemoryError("Cannot reserve " + size + " bytes of direct buffer memory (allocated: "
                + JavaNio.lent().bytesReserved() + ", limit: " + JavaNio.lent().capacityMax() + ")");
        }
    }

    private static final class Allocation implements Request {
        private final long size;
        private final boolean zeroed;
        private OutOfMemoryError latest;

        Allocation(long size, boolean zeroed, OutOfMemoryError first) {
            this.size = size;
            this.zeroed = zeroed;
            latest = first;
        }

        @Override
        public boolean canBeMet() {
            return size <= Memory.stats().limit();
        }

        @Override
        public long attempt() {
            try {
                return zeroed ? Memory.defalloc(1, size) : Memory.memalloc(size);
            } catch (OutOfMemoryError e) {
                latest = e;
                return 0;
            }
        }

        @Override
        public OutOfMemoryError refusal() {
            return latest;
        }
    }
}
