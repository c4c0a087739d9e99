package dev.memalloc;

import java.util.Arrays;

/**
 * The boundary tags of a region (Knuth, The Art of Computer Programming 1, 2.5): four bytes for each granule, on the
 * Java heap, so that nothing written to a block, or anywhere else off the heap, can reach them. The only class that
 * knows their bits.
 *
 * <pre>
 *            live block of 5 granules           free block of 6 granules
 *  granules  +-----+-----+-----+-----+-----+    +-----+-----+-----+-----+-----+-----+
 *  tags      | L 5 |  -  |  -  |  -  |  -  |    | F 6 |next |prev.| age |  -  | E 6 |
 *            +-----+-----+-----+-----+-----+    +-----+-----+-----+-----+-----+-----+
 * </pre>
 *
 * <p>The upper two bits of a tag are its kind. <em>Live</em> and <em>free</em> say that a block begins here, and how
 * many granules it has; an <em>end</em>, that a free one ends here, so that the block behind it finds where it begins
 * (one of a single granule has no other end than its beginning). An end of size 0 is a <em>tombstone</em>: a block
 * began here once, and is no more. Everything else, links included, is of the fourth kind. Links are numbers of
 * granules, 0 for none; blocks of less than {@link #LISTED_MIN} granules have no room for them.
 *
 * <p>They are in pieces, which are never moved: more granules need no more than another piece. Not thread-safe.
 */
final class Tags {
    /** The fewest granules of a free block that has links. */
    static final int LISTED_MIN = 4;
    /** The highest number of a granule, and of a block's granules. */
    static final int NUMBER_MAX = (1 << 30) - 1;

    /** Ages of a free block: since it became free no purge has seen it, one has, its pages were given back. */
    static final int FRESH = 0;
    static final int AGED = 1;
    static final int PURGED = 2;
    /** The fewest granules of a free block that has an age. */
    static final int AGEING_MIN = 16;

    private static final int KIND = 3 << 30;
    private static final int FREE = 1 << 30;
    private static final int LIVE = 2 << 30;
    private static final int END = 3 << 30;
    private static final int TOMBSTONE = END;

    private static final int NEXT = 1;
    private static final int PREVIOUS = 2;
    private static final int AGE = 3;

    private static final int PIECE_LOG2 = 12;
    private static final int PIECE = 1 << PIECE_LOG2;

    private int[][] pieces = {new int[PIECE]};
    private int pieceCount = 1;

    /** Makes sure that there are tags for all granules up to that number; may run out of Java heap, and keeps none. */
    void makeRoom(int granule) {
        int needed = (granule >>> PIECE_LOG2) + 1;
        if (needed > pieceCount) {
            int[][] more = Arrays.copyOf(pieces, Math.max(needed, pieceCount + pieceCount / 2));
            for (int i = pieceCount; i < needed; i++) {
                more[i] = new int[PIECE];
            }
            pieces = more;
            pieceCount = needed;
        }
    }

    boolean isLive(int granule) {
        return (get(granule) & KIND) == LIVE;
    }

    boolean isFree(int granule) {
        return (get(granule) & KIND) == FREE;
    }

    /** Whether a free block ends with this granule. */
    boolean isEnd(int granule) {
        int tag = get(granule);
        return Integer.compareUnsigned(tag, END) > 0 || tag == (FREE | 1);
    }

    boolean isTombstone(int granule) {
        return get(granule) == TOMBSTONE;
    }

    /** How many granules the block has that begins here, or the free one that ends here. */
    int size(int granule) {
        return get(granule) & ~KIND;
    }

    /**
     * The size of the live block that begins here; 0 if there is none. May be called without the lock: then by a thread
     * that does not know of a block it may be 0 as well.
     */
    int sizeIfLive(int granule) {
        int[][] known = pieces;
        int piece = granule >>> PIECE_LOG2;
        int[] tags = piece < known.length ? known[piece] : null;
        if (tags == null) {
            return 0;
        }
        int tag = tags[granule & PIECE - 1];
        return (tag & KIND) == LIVE ? tag & ~KIND : 0;
    }

    /** Makes a live block. */
    void setLive(int block, int size) {
        set(block, LIVE | size);
    }

    /** Makes a free block; it has no links yet. */
    void setFree(int block, int size) {
        set(block + size - 1, END | size);
        set(block, FREE | size);
        if (size >= AGEING_MIN) {
            setAge(block, FRESH);
        }
    }

    /** A block does not begin here any more. */
    void bury(int block) {
        set(block, TOMBSTONE);
    }

    /** A free block does not end here any more. */
    void clear(int granule) {
        set(granule, 0);
    }

    /** Whether both ends of the free block that begins here say so. */
    boolean isWhole(int block) {
        int size = size(block);
        return size == 1 || get(block + size - 1) == (END | size);
    }

    int next(int block) {
        return get(block + NEXT);
    }

    int previous(int block) {
        return get(block + PREVIOUS);
    }

    void setNext(int block, int next) {
        set(block + NEXT, next);
    }

    void setPrevious(int block, int previous) {
        set(block + PREVIOUS, previous);
    }

    int age(int block) {
        return get(block + AGE);
    }

    void setAge(int block, int age) {
        set(block + AGE, age);
    }

    private int get(int granule) {
        return pieces[granule >>> PIECE_LOG2][granule & PIECE - 1];
    }

    private void set(int granule, int tag) {
        pieces[granule >>> PIECE_LOG2][granule & PIECE - 1] = tag;
    }
}
