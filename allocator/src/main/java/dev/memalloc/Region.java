package dev.memalloc;

/**
 * The address range that a heap reserves once, and the committed front of it.
 *
 * <pre>
 *  base    start                      top            clean              committed             end
 *   +--------+--------------------------+--------------+--------------------+--------------------+
 *   | 8 bytes| blocks, without a gap    | unused       | unused, still zero | reserved only      |
 *   +--------+--------------------------+--------------+--------------------+--------------------+
 * </pre>
 *
 * <p>Invariant: {@code base < start <= top <= clean <= committed <= end}, but for {@code committed == base} as
 * long as nothing is committed. No byte between {@code clean} and {@code committed} was ever written.
 * Not thread-safe.
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

    /** Whether memory here was ever written, so that reading it tells something. */
    boolean wasUsed(long address) {
        return address >= start && address < clean;
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

    /** Committed bytes behind the last block. */
    long bytesUnused() {
        return Math.max(0, committed - top);
    }

    /** Moves the top up, committing what that needs; returns false, changing nothing, past the range's end. */
    boolean raise(long newTop) {
        assert newTop >= top : "the top is raised, not lowered";
        if (newTop > end) {
            return false;
        }
        if (newTop > committed) {
            long wanted = Math.min(end, base + roundUp(newTop - base));
            os.commit(committed, wanted - committed);
            committed = wanted;
        }
        top = newTop;
        clean = Math.max(clean, top);
        return true;
    }

    void lower(long newTop) {
        assert newTop >= start && newTop <= top : "the top is lowered to the start of the last block";
        top = newTop;
    }

    void release() {
        os.unmap(base, end - base);
    }

    private static long roundUp(long bytes) {
        return (bytes + COMMIT_UNIT - 1) & -COMMIT_UNIT;
    }
}
