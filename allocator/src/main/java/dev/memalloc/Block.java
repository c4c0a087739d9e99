package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.security.SecureRandom;

/**
 * The layout of a block: the only class that reads or writes a header.
 *
 * <pre>
 *            live                                   free
 *  block  ─► +---------------------------+          +---------------------------+
 *            | header                    |          | header                    |
 *  address ─►+---------------------------+          +---------------------------+
 *  (16 n)    | payload                   |          | next free block, or 0     |
 *            |                           |          +---------------------------+
 *            |                           |          | previous free block, or 0 |
 *            |                           |          +---------------------------+
 *            |                           |          | age, if it is purgeable   |
 *            |                           |          +---------------------------+
 *            |                           |          | (unused)                  |
 *            |                           |          +---------------------------+
 *            |                           |          | size                      |
 *            +---------------------------+          +---------------------------+
 *  block + size: the next block, or the region's top
 *
 *  header    63                    38 37                           2    1      0
 *            +-----------------------+------------------------------+--------+------+
 *            | check                 | size in units of 16 bytes    | p.free | free |
 *            +-----------------------+------------------------------+--------+------+
 * </pre>
 *
 * <p>A block starts 8 bytes before a multiple of 16, so that its payload is aligned. {@code p.free} says that
 * the block before this one is free, so that its size may be read from the 8 bytes before this header
 * (boundary tags: Knuth, The Art of Computer Programming 1, 2.5). The check is mixed from the block's place, the
 * other bits and a secret of the process: a header that was overwritten, or 8 bytes that never were one, pass
 * for a header once in 2<sup>26</sup> times.
 *
 * <p>Two headers have a size of 0. A <em>tombstone</em>, marked free, is what is left where a block was merged into
 * the one before it: it lets a second free of that address be told from a free of an address that never was one. An
 * <em>end</em>, either a tombstone or marked live, stands at the region's top, so that the last block has a neighbour
 * as well.
 */
final class Block {
    static final long HEADER_SIZE = 8;
    static final long ALIGNMENT = 16;
    /** A header, two links and the size at the end. */
    static final long MIN_SIZE = 32;
    /** What a block may have more than it was asked to: a rest that is too small to be a block of its own. */
    static final long SLACK = MIN_SIZE - ALIGNMENT;

    /** The size from which on a free block's pages are worth being given back. */
    static final long PURGEABLE_SIZE = 16L << 10;
    /** Ages of a purgeable block: since it became free no purge has seen it, one has, its pages were given back. */
    static final long FRESH = 0;
    static final long AGED = 1;
    static final long PURGED = 2;

    private static final long FREE = 1;
    private static final long PREVIOUS_FREE = 2;
    private static final int SIZE_SHIFT = 2;
    private static final int CHECK_SHIFT = 38;
    private static final long FIELDS = (1L << CHECK_SHIFT) - 1;

    private static final long NEXT_LINK = 8;
    private static final long PREVIOUS_LINK = 16;
    private static final long AGE = 24;

    private static final long SECRET = new SecureRandom().nextLong();

    private Block() {
    }

    /** The size of the block that a request of {@code bytes} needs. */
    static long sizeFor(long bytes) {
        return Math.max(MIN_SIZE, (bytes + HEADER_SIZE + ALIGNMENT - 1) & -ALIGNMENT);
    }

    static long address(long block) {
        return block + HEADER_SIZE;
    }

    static long ofAddress(long address) {
        return address - HEADER_SIZE;
    }

    static boolean isAligned(long address) {
        return (address & (ALIGNMENT - 1)) == 0;
    }

    /** The bytes that a caller may use. */
    static long payloadSize(long block) {
        return size(block) - HEADER_SIZE;
    }

    static long size(long block) {
        return (header(block) & FIELDS) >>> SIZE_SHIFT << 4;
    }

    static long next(long block) {
        return block + size(block);
    }

    static boolean isFree(long block) {
        return (header(block) & FREE) != 0;
    }

    static boolean isPreviousFree(long block) {
        return (header(block) & PREVIOUS_FREE) != 0;
    }

    /** Whether the header is as this class wrote it. */
    static boolean isSealed(long block) {
        long header = header(block);
        return header == seal(block, header & FIELDS);
    }

    static boolean isTombstone(long block) {
        return header(block) == seal(block, FREE);
    }

    static boolean isEnd(long block) {
        return isSealed(block) && size(block) == 0;
    }

    static void setEnd(long block) {
        setHeader(block, 0, 0);
    }

    static void setLive(long block, long size, boolean previousFree) {
        setHeader(block, size, previousFree ? PREVIOUS_FREE : 0);
    }

    /** Makes a free block, header and closing size; the block before a free one is always live. */
    static void setFree(long block, long size) {
        setHeader(block, size, FREE);
        RawMemory.putLong(block + size - 8, size);
        if (size >= PURGEABLE_SIZE) {
            setAge(block, FRESH);
        }
    }

    /** The age of a free block that is purgeable; it is not believed for more than when to purge it. */
    static long age(long block) {
        return RawMemory.getLong(block + AGE);
    }

    static void setAge(long block, long age) {
        RawMemory.putLong(block + AGE, age);
    }

    /** Where the unused part of a purgeable block begins. */
    static long unusedStart(long block) {
        return block + AGE + 8;
    }

    /** Where the unused part of a purgeable block ends. */
    static long unusedEnd(long block) {
        return next(block) - 8;
    }

    static void setPreviousFree(long block, boolean free) {
        long fields = header(block) & FIELDS & ~PREVIOUS_FREE;
        RawMemory.putLong(block, seal(block, free ? fields | PREVIOUS_FREE : fields));
    }

    static void bury(long block) {
        RawMemory.putLong(block, seal(block, FREE));
    }

    /** What a free block that ends here has written as its size; anything, if it was overwritten. */
    static long sizeBefore(long block) {
        return RawMemory.getLong(block - 8);
    }

    static long nextFree(long block) {
        return RawMemory.getLong(block + NEXT_LINK);
    }

    static long previousFree(long block) {
        return RawMemory.getLong(block + PREVIOUS_LINK);
    }

    static void setNextFree(long block, long next) {
        RawMemory.putLong(block + NEXT_LINK, next);
    }

    static void setPreviousFreeLink(long block, long previous) {
        RawMemory.putLong(block + PREVIOUS_LINK, previous);
    }

    private static long header(long block) {
        return RawMemory.getLong(block);
    }

    private static void setHeader(long block, long size, long flags) {
        RawMemory.putLong(block, seal(block, size >>> 4 << SIZE_SHIFT | flags));
    }

    /** Multiply-and-shift hashing; the constants are the first odd 64 bits of the golden ratio and of √2. */
    private static long seal(long block, long fields) {
        long mixed = ((block ^ SECRET) * 0x9E3779B97F4A7C15L) ^ fields;
        mixed = (mixed ^ (mixed >>> 29)) * 0x6A09E667F3BCC909L;
        return fields | (mixed & ~FIELDS);
    }
}
