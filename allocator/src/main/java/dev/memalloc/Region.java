package dev.memalloc;

/**
 * The address range that a heap reserves once, and the committed front of it.
 *
 * <pre>
 *  base    start                      top                clean              committed             end
 *   +--------+--------------------------+-----+------------+--------------------+--------------------+
 *   | 8 bytes| blocks, without a gap    | end | unused     | unused, still zero | reserved only      |
 *   +--------+--------------------------+-----+------------+--------------------+--------------------+
 * </pre>
 *
 * <p>Invariant: {@code base < start <= top < clean <= committed <= end} once anything was allocated; before,
 * {@code start == top == clean} and {@code committed == base}. The header at the top is an
 * {@linkplain Block#isEnd end}. No byte between {@code clean} and {@code committed} was ever written. Not thread-safe.
 */
final class Region {
    private static final long COMMIT_UNIT = 1L << 20;

    final long base;
    /** Where the first block stands, so that its payload is aligned. */
    final long start;
    final long end;
    private final Os os;
    private long top;
    private long clean;
    private long committed;
    /** Whether the top has moved since {@link #purgeTop} was called last. */
    private boolean topMoved;

    private Region(Os os, long base, long size) {
        this.os = os;
        this.base = base;
        this.end = base + size;
        this.start = base + Block.ALIGNMENT - Block.HEADER_SIZE;
        this.top = start;
        this.clean = start;
        this.committed = base;
    }

    /** Reserves {@code size} bytes or, where the operating system refuses, the largest half of a half of it. */
    static Region reserve(Os os, long size) {
        try {
            long pages = Os.toPages(size);
            return new Region(os, os.reserve(pages), pages);
        } catch (OsException e) {
            if (size <= COMMIT_UNIT) {
                throw e;
            }
            return reserve(os, size / 2);
        }
    }

    boolean contains(long address) {
        return address >= base && address < end;
    }

    /** Whether a block can start here: every header between start and top may be read. */
    boolean mayHoldBlock(long block) {
        return block >= start && block < top;
    }

    /** Whether there was ever a header here or behind it: the 8 bytes may be read. */
    boolean wasUsed(long block) {
        return block >= start && block < clean;
    }

    long top() {
        return top;
    }

    /** The first address from which on no byte was ever written. */
    long clean() {
        return clean;
    }

    long bytesCommitted() {
        return committed - base;
    }

    /** Committed bytes that a block at the top could take. */
    long bytesUnused() {
        return Math.max(0, committed - top - Block.HEADER_SIZE);
    }

    /** Moves the top up, committing what that needs; returns false, changing nothing, past the range's end. */
    boolean raise(long newTop) {
        assert newTop > top : "the top is raised, not lowered";
        if (clean > top && !Block.isEnd(top)) {
            throw Damage.ofHeader(top, "behind the last one");
        }
        long used = newTop + Block.HEADER_SIZE;
        if (used > end) {
            return false;
        }
        if (used > committed) {
            long wanted = Math.min(end, base + roundUp(used - base));
            os.commit(committed, wanted - committed);
            committed = wanted;
        }
        Block.setEnd(newTop);
        top = newTop;
        topMoved = true;
        clean = Math.max(clean, used);
        return true;
    }

    /** Moves the top down to a block that is no more. */
    void lower(long newTop) {
        assert newTop >= start && newTop < top : "the top is lowered to the start of the last block";
        Block.bury(newTop);
        top = newTop;
        topMoved = true;
    }

    /** Gives the pages of an unused part of a block back; what is read there next is zero. */
    void discard(long from, long to) {
        long firstPage = Os.toPages(from);
        long end = to & -Os.PAGE_SIZE;
        if (firstPage < end) {
            os.discard(firstPage, end - firstPage);
        }
    }

    /**
     * Gives the pages above the top back, if it has not moved since the last call, or {@code now}; returns whether that
     * is still to be done.
     */
    boolean purgeTop(boolean now) {
        long unused = Os.toPages(top + Block.HEADER_SIZE);
        if (clean <= unused) {
            return false;
        }
        if (topMoved && !now) {
            topMoved = false;
            return true;
        }
        discard(unused, Os.toPages(clean));
        clean = unused;
        return false;
    }

    void release() {
        os.unmap(base, end - base);
    }

    private static long roundUp(long bytes) {
        return (bytes + COMMIT_UNIT - 1) & -COMMIT_UNIT;
    }
}
