package dev.memalloc.agent.boot;

import dev.memalloc.Memory;
import java.util.function.LongSupplier;

/**
 * Memory of the process's heap, for which room is made where there is none.
 *
 * <p>At {@code memalloc.limit}, buffers that nobody can reach any more may hold the memory. So a collection is asked
 * for and the allocation is tried again, for half a second at most, as the JVM does at its own limit. Then the heap's
 * {@link OutOfMemoryError} is thrown: a limit that was set is to hold, and nothing is served from elsewhere.
 */
final class Room {
    private static final int RETRIES = 9;

    private Room() {
    }

    static long memalloc(long size) {
        try {
            return Memory.memalloc(size);
        } catch (OutOfMemoryError e) {
            return afterCollection(() -> Memory.memalloc(size), size, e);
        }
    }

    static long defalloc(long size) {
        try {
            return Memory.defalloc(1, size);
        } catch (OutOfMemoryError e) {
            return afterCollection(() -> Memory.defalloc(1, size), size, e);
        }
    }

    /** First what is being freed anyway is waited for, then a collection is asked for, then there are longer waits. */
    private static long afterCollection(LongSupplier allocation, long size, OutOfMemoryError refusal) {
        if (size > Memory.stats().limit()) {
            throw refusal;
        }
        OutOfMemoryError latest = refusal;
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
                        } else if (waits < RETRIES) {
                            Thread.sleep(1L << waits++);
                        } else {
                            throw latest;
                        }
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                try {
                    return allocation.getAsLong();
                } catch (OutOfMemoryError e) {
                    latest = e;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
