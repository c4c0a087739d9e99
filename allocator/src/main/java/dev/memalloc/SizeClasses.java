package dev.memalloc;

/**
 * The size classes of a heap, and their address ranges, as long as it is open. Thread-safe.
 *
 * <p>Each class exists once for each shard. A thread is filled from one shard, and a slot goes back to the shard that
 * it lies in. So threads of different shards seldom meet at a lock, and the states and blocks that they use tend to
 * lie in different lines of the processor's caches: sharing of lines by two processors costs more than all else.
 */
final class SizeClasses {
    private final Os os;
    private final SlotLayout layout;
    /** All classes of the first shard, then those of the second, and so on. */
    private final SizeClass[] classes;
    private volatile boolean closed;
    private boolean unmapped;
    private boolean retired;

    SizeClasses(Os os, SlotLayout layout, Budget budget) {
        this.os = os;
        this.layout = layout;
        classes = new SizeClass[layout.shards() * SlotSizes.COUNT];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = new SizeClass(i % SlotSizes.COUNT + 1, i / SlotSizes.COUNT, layout, os, budget);
        }
    }

    /** Class {@code n} in the shard that the byte {@code within} bytes behind the beginning of its span is in. */
    SizeClass at(int n, long within) {
        return get(n, layout.shard(within));
    }

    /**
     * Moves slots of class {@code n} into a cache's array as {@link SizeClass#take} does: those of one shard or, if it
     * has none, of another.
     *
     * @throws OsException if the operating system refuses memory and there is no slot at all
     */
    int take(int n, int shard, int[] into, int at, int count) {
        OsException refused = null;
        for (int i = 0; i < layout.shards(); i++) {
            try {
                int taken = get(n, shard ^ i).take(into, at, count);
                if (taken > 0) {
                    return taken;
                }
            } catch (OsException e) {
                refused = e;
            }
        }
        if (refused != null) {
            throw refused;
        }
        return 0;
    }

    /** Takes cached slots of class {@code n} over from a cache, each into its shard. */
    void give(int n, int[] from, int at, int count) {
        int end = at + count;
        for (int first = at, next = at; first < end; first = next) {
            int shard = shard(from[first]);
            while (next < end && shard(from[next]) == shard) {
                next++;
            }
            get(n, shard).give(from, first, next - first);
        }
    }

    /** Whether every slot of class {@code n} is live or in a thread's cache. */
    boolean isFull(int n) {
        for (int shard = 0; shard < layout.shards(); shard++) {
            if (!get(n, shard).isFull()) {
                return false;
            }
        }
        return true;
    }

    /** Shows all live slots. */
    void walk(BlockVisitor visitor) {
        long[] found = new long[SizeClass.GROUP];
        for (SizeClass each : classes) {
            each.walk(found, visitor);
        }
    }

    /** How many slots are live or in a thread's cache. */
    long inUse() {
        long slots = 0;
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            slots += inUse(n);
        }
        return slots;
    }

    /** How many slots of class {@code n} are. */
    long inUse(int n) {
        long slots = 0;
        for (int shard = 0; shard < layout.shards(); shard++) {
            slots += get(n, shard).inUse();
        }
        return slots;
    }

    /** The bytes of the slots that are ready for threads' caches. */
    long bytesReady() {
        long bytes = 0;
        for (SizeClass each : classes) {
            bytes += each.bytesReady();
        }
        return bytes;
    }

    boolean isClosed() {
        return closed;
    }

    void releaseReady() {
        for (SizeClass each : classes) {
            each.releaseReady();
        }
    }

    /** Whether there is memory to give back to the operating system, now or later. */
    boolean isWorthPurging() {
        for (SizeClass each : classes) {
            if (each.isWorthPurging()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Gives memory back that was free for a while; all, if {@code now}.
     *
     * @throws OsException if the operating system refuses it for a class; the others are done all the same
     */
    void purge(boolean now) {
        OsException refused = null;
        for (SizeClass each : classes) {
            try {
                if (now || each.isWorthPurging()) {
                    each.purge(now);
                }
            } catch (OsException e) {
                refused = e;
            }
        }
        if (refused != null) {
            throw refused;
        }
    }

    long bytesCommitted() {
        long bytes = 0;
        for (SizeClass each : classes) {
            bytes += each.bytesCommitted();
        }
        return bytes;
    }

    /** Verifies all that {@link SizeClass} states. */
    void check() {
        for (SizeClass each : classes) {
            each.check();
        }
    }

    /** No slot is handed out any more. */
    void refuse() {
        closed = true;
        for (SizeClass each : classes) {
            each.close();
        }
    }

    /**
     * Gives all memory back. Nobody may reach states through the heap's segment any more.
     *
     * @throws OsException if the operating system refuses; to be called again then
     */
    void close() {
        refuse();
        if (!unmapped) {
            os.unmap(layout.base(), layout.rangeSize());
            unmapped = true;
        }
        if (!retired) {
            StateRange.retire(os, layout.states(), layout.stateRangeSize());
            retired = true;
        }
    }

    private SizeClass get(int n, int shard) {
        return classes[shard * SlotSizes.COUNT + n - 1];
    }

    private int shard(int units) {
        return layout.shard(SlotLayout.within(units));
    }
}
