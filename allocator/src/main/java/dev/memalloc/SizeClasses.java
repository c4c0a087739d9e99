package dev.memalloc;

/**
 * The size classes of a heap, and their address ranges, as long as it is open. Thread-safe.
 */
final class SizeClasses {
    private final Os os;
    private final SlotLayout layout;
    private final SizeClass[] classes = new SizeClass[SlotSizes.COUNT + 1];
    private volatile boolean closed;
    private boolean unmapped;
    private boolean retired;

    SizeClasses(Os os, SlotLayout layout, Budget budget) {
        this.os = os;
        this.layout = layout;
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            classes[n] = new SizeClass(n, layout, os, budget);
        }
    }

    SizeClass get(int n) {
        return classes[n];
    }

    boolean isClosed() {
        return closed;
    }

    void releaseReady() {
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            classes[n].releaseReady();
        }
    }

    /** Whether there is memory to give back to the operating system, now or later. */
    boolean isWorthPurging() {
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            if (classes[n].isWorthPurging()) {
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
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            try {
                if (classes[n].isWorthPurging()) {
                    classes[n].purge(now);
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
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            bytes += classes[n].bytesCommitted();
        }
        return bytes;
    }

    /** Verifies all that {@link SizeClass} states. */
    void check() {
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            classes[n].check();
        }
    }

    /** No slot is handed out any more. */
    void refuse() {
        closed = true;
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            classes[n].close();
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
}
