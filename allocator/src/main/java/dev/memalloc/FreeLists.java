package dev.memalloc;

/**
 * The free blocks of a heap, in doubly-linked lists by size class.
 *
 * <p>The classes have two levels, as in TLSF (Masmano, Ripoll, Crespo, Real: "TLSF: a new dynamic memory
 * allocator for real-time systems", ECRTS 2004): a power of two, and 32 equal steps within it; below 512 bytes
 * each size is a class of its own. A bitmap for the powers and one for the steps of each say which lists are not
 * empty, so that finding, inserting and removing take a bounded number of steps. The links are in the free
 * blocks; heads and bitmaps are on the Java heap, out of reach of stray writes.
 *
 * <p>Links may have been overwritten by who used a block after freeing it. So a link is followed only if it leads
 * into the region and to a block that links back. Not thread-safe.
 */
final class FreeLists {
    private static final int STEPS_LOG2 = 5;
    private static final int STEPS = 1 << STEPS_LOG2;
    /** Sizes in units of {@link Block#ALIGNMENT} have up to 37 bits; those of the first 5 share one level. */
    private static final int LEVELS = 37 - STEPS_LOG2 + 1;

    private final Region region;
    private final long[] heads = new long[LEVELS * STEPS];
    private final int[] stepsInUse = new int[LEVELS];
    private long levelsInUse;

    FreeLists(Region region) {
        this.region = region;
    }

    /** Adds a block to the list of its size. */
    void insert(long block) {
        int list = listOf(Block.size(block));
        long head = heads[list];
        Block.setNextFree(block, head);
        Block.setPreviousFreeLink(block, 0);
        if (head != 0) {
            Block.setPreviousFreeLink(head, block);
        }
        heads[list] = block;
        stepsInUse[list / STEPS] |= 1 << list;
        levelsInUse |= 1L << (list / STEPS);
    }

    /**
     * Takes a block out of the list of its size.
     *
     * @throws IllegalStateException if its links were overwritten; nothing has changed then
     */
    void remove(long block) {
        requireLinked(block);
        int list = listOf(Block.size(block));
        long next = Block.nextFree(block);
        long previous = Block.previousFree(block);
        if (next != 0) {
            Block.setPreviousFreeLink(next, previous);
        }
        if (previous != 0) {
            Block.setNextFree(previous, next);
        } else {
            heads[list] = next;
            if (next == 0) {
                markEmpty(list);
            }
        }
    }

    /**
     * A block of at least {@code size} bytes, still in its list; 0 if there is none in the classes whose
     * every block is large enough, nor at the head of the class of {@code size} itself.
     *
     * @throws IllegalStateException if the header of the block found was overwritten
     */
    long find(long size) {
        int own = listOf(size);
        long head = heads[own];
        if (head != 0 && requireFree(head) >= size) {
            return head;
        }
        int list = firstInUse(own + 1);
        if (list < 0) {
            return 0;
        }
        requireFree(heads[list]);
        return heads[list];
    }

    /** The size of the largest block, as far as the list that has it is undamaged; 0 if all lists are empty. */
    long largest() {
        if (levelsInUse == 0) {
            return 0;
        }
        int level = 63 - Long.numberOfLeadingZeros(levelsInUse);
        int list = level * STEPS + 31 - Integer.numberOfLeadingZeros(stepsInUse[level]);
        long largest = 0;
        for (long block = heads[list]; block != 0 && isLinked(block); block = Block.nextFree(block)) {
            largest = Math.max(largest, Block.size(block));
        }
        return largest;
    }

    /** Throws unless the block is in a list and its neighbours there link back to it. */
    void requireLinked(long block) {
        requireFree(block);
        if (!isLinked(block)) {
            throw Damage.ofFreeBlock(block, "its links were overwritten");
        }
    }

    /** The first block of a list, for the checker. */
    long head(int list) {
        return heads[list];
    }

    /** Whether the bitmaps say that a list has a block, for the checker. */
    boolean isMarkedInUse(int list) {
        boolean step = (stepsInUse[list / STEPS] & 1 << list) != 0;
        boolean level = (levelsInUse & 1L << (list / STEPS)) != 0;
        return step && level;
    }

    static int listCount() {
        return LEVELS * STEPS;
    }

    /** The list for blocks of {@code size} bytes: level times {@link #STEPS}, plus step. */
    static int listOf(long size) {
        long units = size / Block.ALIGNMENT;
        if (units < STEPS) {
            return (int) units;
        }
        int log2 = 63 - Long.numberOfLeadingZeros(units);
        int step = (int) (units >>> (log2 - STEPS_LOG2)) - STEPS;
        return (log2 - STEPS_LOG2 + 1) * STEPS + step;
    }

    private int firstInUse(int from) {
        int level = from / STEPS;
        if (level >= LEVELS) {
            return -1;
        }
        int steps = stepsInUse[level] & (-1 << from);
        if (steps == 0) {
            long levels = levelsInUse & (-2L << level);
            if (levels == 0) {
                return -1;
            }
            level = Long.numberOfTrailingZeros(levels);
            steps = stepsInUse[level];
        }
        return level * STEPS + Integer.numberOfTrailingZeros(steps);
    }

    private void markEmpty(int list) {
        int level = list / STEPS;
        stepsInUse[level] &= ~(1 << list);
        if (stepsInUse[level] == 0) {
            levelsInUse &= ~(1L << level);
        }
    }

    private boolean isLinked(long block) {
        if (!isFree(block)) {
            return false;
        }
        long next = Block.nextFree(block);
        long previous = Block.previousFree(block);
        boolean nextLinksBack = next == 0 || isFree(next) && Block.previousFree(next) == block;
        boolean previousLinksHere = previous == 0
            ? heads[listOf(Block.size(block))] == block
            : isFree(previous) && Block.nextFree(previous) == block;
        return nextLinksBack && previousLinksHere;
    }

    /** Whether a sound free block starts here, whatever the address. */
    private boolean isFree(long block) {
        return region.mayHoldBlock(block) && Block.isAligned(Block.address(block))
            && Block.isSealed(block) && Block.isFree(block) && !Block.isTombstone(block);
    }

    private long requireFree(long block) {
        if (!isFree(block)) {
            throw Damage.ofFreeBlock(block, "its header was overwritten");
        }
        return Block.size(block);
    }
}
