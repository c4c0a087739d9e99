package dev.memalloc;

/**
 * The address range that is reserved once for the blocks of a shard, in granules, and the committed front of it.
 *
 * <pre>
 *  granule 1               top              clean            (committed)                end
 *   +-----------------------+----------------+--------------------+----------------------+
 *   | blocks, without a gap | unused         | unused, still zero | reserved only        |
 *   +-----------------------+----------------+--------------------+----------------------+
 * </pre>
 *
 * <p>Granules are numbered from 1 on, so that 0 can mean none. Invariant: {@code 1 <= top <= clean}, all below
 * {@code clean} is committed, and there are {@link Tags} for it and one more. No byte from there on was ever written.
 * Not thread-safe.
 */
final class Region {
    /** The size of a granule, in bytes. */
    static final long GRANULE = 1L << Region.GRANULE_LOG2;
    private static final int GRANULE_LOG2 = 10;
    /** As many whole pages as there are numbers for. */
    private static final int GRANULES_MAX = Tags.NUMBER_MAX - 1 & -1024;
    private static final long COMMIT_UNIT = 1L << 20;

    final long base;
    /** The number behind the last granule. */
    final int end;
    final Tags tags = new Tags();
    private final Os os;
    private int top = 1;
    private int clean = 1;
    private long bytesCommitted;
    /** Whether the top has moved since {@link #purgeTop} was called last. */
    private boolean topMoved;

    private Region(Os os, long base, int end) {
        this.os = os;
        this.base = base;
        this.end = end;
    }

    /** Reserves {@code size} bytes or, where the operating system refuses, the largest half of a half of it. */
    static Region reserve(Os os, long size) {
        try {
            int granules = granules(Math.min(Os.toPages(size), bytes(GRANULES_MAX)));
            return new Region(os, os.reserve(bytes(granules)), granules + 1);
        } catch (OsException e) {
            if (size <= COMMIT_UNIT) {
                throw e;
            }
            return reserve(os, size / 2);
        }
    }

    /** How many granules {@code bytes} need. */
    static int granules(long bytes) {
        return (int) (bytes + GRANULE - 1 >>> GRANULE_LOG2);
    }

    static long bytes(int granules) {
        return (long) granules << GRANULE_LOG2;
    }

    boolean contains(long address) {
        return Long.compareUnsigned(address - base, bytes(end - 1)) < 0;
    }

    long address(int granule) {
        return base + bytes(granule - 1);
    }

    /** The granule that an address in the region is in. */
    int granuleAt(long address) {
        return (int) (address - base >>> GRANULE_LOG2) + 1;
    }

    /** Whether a granule begins at an address in the region. */
    boolean isStart(long address) {
        return (address - base & GRANULE - 1) == 0;
    }

    int top() {
        return top;
    }

    /** The first granule from which on no byte was ever written. */
    int clean() {
        return clean;
    }

    long bytesCommitted() {
        return bytesCommitted;
    }

    /** Committed bytes that a block at the top could take. */
    long bytesUnused() {
        return bytesCommitted - bytes(top - 1);
    }

    /** Moves the top up, committing what that needs; returns false, changing nothing, past the range's end. */
    boolean raise(int newTop) {
        if (newTop > end || newTop < top) {
            return false;
        }
        tags.makeRoom(newTop);
        long used = bytes(newTop - 1);
        if (used > bytesCommitted) {
            long wanted = Math.min(bytes(end - 1), used + COMMIT_UNIT - 1 & -COMMIT_UNIT);
            os.commit(base + bytesCommitted, wanted - bytesCommitted);
            bytesCommitted = wanted;
        }
        top = newTop;
        topMoved = true;
        clean = Math.max(clean, top);
        return true;
    }

    /** Moves the top down to a block that is no more. */
    void lower(int newTop) {
        assert newTop >= 1 && newTop < top : "the top is lowered to the start of the last block";
        top = newTop;
        topMoved = true;
    }

    /** Gives the whole pages of granules back; what is read there next is zero. */
    void discard(int from, int to) {
        long firstPage = Os.toPages(address(from));
        long end = address(to) & -Os.PAGE_SIZE;
        if (firstPage < end) {
            os.discard(firstPage, end - firstPage);
        }
    }

    /**
     * Gives the pages above the top back, if it has not moved since the last call, or {@code now}; returns whether that
     * is still to be done.
     */
    boolean purgeTop(boolean now) {
        int unused = granuleAt(Os.toPages(address(top)));
        if (clean <= unused) {
            return false;
        }
        if (topMoved && !now) {
            topMoved = false;
            return true;
        }
        discard(unused, granuleAt(Os.toPages(address(clean))));
        clean = unused;
        return false;
    }

    void release() {
        os.unmap(base, bytes(end - 1));
    }
}
