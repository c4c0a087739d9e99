package dev.memalloc.collections;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The blocks that wait until nobody refers to them any more. Only the collector finds that out: where too many wait, or
 * memory is needed, it is asked to, as the JDK does for direct buffers.
 */
final class Retired {
    /** Of mappings, of which Linux allows 65,530: their memory goes back at once, so their bytes do not count. */
    private static final long MAPPINGS_MAX = 8192;
    /** Of other blocks, whose memory waits. */
    private static final long BYTES_MAX = 64 << 20;
    /** From here on a block is a mapping, unless its heap has another threshold: then one counts as the other. */
    private static final long MAPPING_MIN = 256 << 10;
    /** How often what was collected is waited for: 1 ms, 2 ms, and so on, half a second in all. */
    private static final int WAITS = 9;

    private static final AtomicLong COUNT = new AtomicLong();
    private static final AtomicLong MAPPINGS = new AtomicLong();
    private static final AtomicLong BYTES = new AtomicLong();

    private Retired() {
    }

    /** Has this class ready: where it is needed first there may be no stack left for that. */
    static void load() {
        COUNT.get();
    }

    /** Counts a block of that many bytes, and returns with how many {@link #remove} is to be called. */
    static long add(long size) {
        long bytes = Math.max(size, 1);
        COUNT.incrementAndGet();
        boolean isMany;
        if (bytes >= MAPPING_MIN) {
            isMany = MAPPINGS.incrementAndGet() % MAPPINGS_MAX == 0;
        } else {
            long sum = BYTES.addAndGet(bytes);
            isMany = sum / BYTES_MAX != (sum - bytes) / BYTES_MAX;
        }
        if (isMany) {
            System.gc();
        }
        return bytes;
    }

    /** Takes a block out, which is freed; nothing, if it is counted with no bytes. */
    static void remove(long bytes) {
        if (bytes > 0) {
            COUNT.decrementAndGet();
        }
        if (bytes >= MAPPING_MIN) {
            MAPPINGS.decrementAndGet();
        } else {
            BYTES.addAndGet(-bytes);
        }
    }

    /** Has the collector find out which of them can be freed; returns whether any was. */
    static boolean collect() {
        long before = COUNT.get();
        if (before == 0) {
            return false;
        }
        System.gc();
        boolean interrupted = false;
        for (int wait = 0; wait < WAITS && COUNT.get() >= before; wait++) {
            // No thread that is interrupted can be parked.
            interrupted |= Thread.interrupted();
            LockSupport.parkNanos(1_000_000L << wait);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return COUNT.get() < before;
    }
}
