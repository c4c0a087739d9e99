package dev.memalloc.agent.boot;

import dev.memalloc.Memory;

/**
 * Memory within the limits, for which room is made where there is none: at {@code -XX:MaxDirectMemorySize} as the JVM
 * makes it, at {@code memalloc.limit} in the same way.
 *
 * <p>Buffers that nobody can reach any more may hold the memory, or some thread may be about to free it. So what is
 * being freed is waited for, then a collection is asked for, then there are longer waits, for half a second in all.
 * Only then an {@link OutOfMemoryError} is thrown: a limit that was set is to hold, and nothing is served from
 * elsewhere. Who asks again when nothing was freed since then is refused some milliseconds after another collection.
 */
final class Room {
    /** Waits of 1, 2, 4 … milliseconds, as many as the JVM makes at its own limit, */
    private static final int WAITS = 9;
    /** and where waiting was in vain, and nothing was freed since. */
    private static final int WAITS_AGAIN = 3;

    /** What {@link #frees} was when somebody was refused last; -1 if nobody was. Two limits share it: a guess. */
    private static volatile long freesWhenRefused = -1;

    private Room() {
    }

    /**
     * Counts memory as direct memory of the JVM.
     *
     * @throws OutOfMemoryError if that would exceed the maximum, in the JVM's words
     */
    static void reserve(long size, int capacity) {
        if (JavaNio.lent().capacityLeft() < capacity && wasInVain()) {
            make(new Reservation(size, capacity));
            return;
        }
        try {
            JavaNio.lent().reserve(size, capacity);
        } catch (OutOfMemoryError e) {
            freesWhenRefused = frees();
            throw e;
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
        int waitsMax = wasInVain() ? WAITS_AGAIN : WAITS;
        boolean collected = false;
        boolean interrupted = false;
        int waits = 0;
        try {
            while (true) {
                try {
                    if (!JavaNio.lent().waitForFrees()) {
                        if (!collected) {
                            System.gc();
                            collected = true;
                        } else if (waits < waitsMax) {
                            Thread.sleep(1L << waits++);
                        } else {
                            freesWhenRefused = frees();
                            throw request.refusal();
                        }
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                long served = request.attempt();
                if (served != 0) {
                    return served;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean wasInVain() {
        return freesWhenRefused >= 0 && freesWhenRefused == frees();
    }

    /** A figure that grows with each free of ours. */
    private static long frees() {
        return Counts.OF_JVM.roughFrees();
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
