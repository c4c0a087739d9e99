package dev.memalloc;

/**
 * The free blocks of a shard, in doubly-linked lists by size class.
 *
 * <p>The classes have two levels, as in TLSF (Masmano, Ripoll, Crespo, Real: "TLSF: a new dynamic memory allocator for
 * real-time systems", ECRTS 2004): a power of two, and 64 equal steps within it; up to 128 granules each size is a
 * class of its own. A bitmap for the powers and one for the steps of each say which lists are not empty, so that
 * finding, inserting and removing take a bounded number of steps. Blocks of less than {@link Tags#LISTED_MIN} granules
 * are in no list: they are used again once a neighbour becomes free.
 *
 * <p>Links are among the {@link Tags}, out of reach of who uses a block after freeing it. Not thread-safe.
 */
final class FreeLists {
    private static final int STEPS_LOG2 = 6;
    private static final int STEPS = 1 << STEPS_LOG2;
    /** Sizes have up to 30 bits; those of the first 6 share one level. */
    private static final int LEVELS = 30 - STEPS_LOG2 + 1;

    private final Tags tags;
    private final int[] heads = new int[LEVELS * STEPS];
    private final long[] stepsInUse = new long[LEVELS];
    private int levelsInUse;

    FreeLists(Region region) {
        this.tags = region.tags;
    }

    /** Adds a block to the list of its size, if it is to be in one. */
    void insert(int block, int size) {
        if (size < Tags.LISTED_MIN) {
            return;
        }
        int list = listOf(size);
        int head = heads[list];
        tags.setNext(block, head);
        tags.setPrevious(block, 0);
        if (head != 0) {
            tags.setPrevious(head, block);
        }
        heads[list] = block;
        stepsInUse[list / STEPS] |= 1L << list;
        levelsInUse |= 1 << list / STEPS;
    }

    /** Takes a block out of the list of its size, if it is in one. */
    void remove(int block, int size) {
        if (size < Tags.LISTED_MIN) {
            return;
        }
        int next = tags.next(block);
        int previous = tags.previous(block);
        if (next != 0) {
            tags.setPrevious(next, previous);
        }
        if (previous != 0) {
            tags.setNext(previous, next);
        } else {
            int list = listOf(size);
            heads[list] = next;
            if (next == 0) {
                markEmpty(list);
            }
        }
    }

    /**
     * A block of at least {@code size} granules, still in its list; 0 if there is none in the classes whose every
     * block is large enough, nor at the head of the class of {@code size} itself.
     */
    int find(int size) {
        int own = listOf(size);
        int block = heads[own];
        if (block != 0 && tags.size(block) >= size) {
            return block;
        }
        int list = firstInUse(own + 1);
        return list < 0 ? 0 : heads[list];
    }

    /** The granules of the largest block; 0 if all lists are empty. */
    int largest() {
        if (levelsInUse == 0) {
            return 0;
        }
        int level = 31 - Integer.numberOfLeadingZeros(levelsInUse);
        int list = level * STEPS + 63 - Long.numberOfLeadingZeros(stepsInUse[level]);
        int largest = 0;
        for (int block = heads[list]; block != 0; block = tags.next(block)) {
            largest = Math.max(largest, tags.size(block));
        }
        return largest;
    }

    /** The first block of a list, for the checker. */
    int head(int list) {
        return heads[list];
    }

    /** Whether the bitmaps say that a list has a block, for the checker. */
    boolean isMarkedInUse(int list) {
        boolean step = (stepsInUse[list / STEPS] & 1L << list) != 0;
        boolean level = (levelsInUse & 1 << list / STEPS) != 0;
        return step && level;
    }

    static int listCount() {
        return LEVELS * STEPS;
    }

    /** The list for blocks of {@code size} granules: level times {@link #STEPS}, plus step. */
    static int listOf(int size) {
        int level = Math.max(0, 32 - STEPS_LOG2 - Integer.numberOfLeadingZeros(size));
        return level == 0 ? size : (level << STEPS_LOG2) + (size >>> level - 1) - STEPS;
    }

    private int firstInUse(int from) {
        int level = from / STEPS;
        if (level >= LEVELS) {
            return -1;
        }
        long steps = stepsInUse[level] & -1L << from;
        if (steps == 0) {
            int levels = levelsInUse & -2 << level;
            if (levels == 0) {
                return -1;
            }
            level = Integer.numberOfTrailingZeros(levels);
            steps = stepsInUse[level];
        }
        return level * STEPS + Long.numberOfTrailingZeros(steps);
    }

    private void markEmpty(int list) {
        int level = list / STEPS;
        stepsInUse[level] &= ~(1L << list);
        if (stepsInUse[level] == 0) {
            levelsInUse &= ~(1 << level);
        }
    }
}
