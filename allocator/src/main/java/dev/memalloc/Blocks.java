package dev.memalloc;

import dev.memalloc.internal.StackRoom;

/**
 * The blocks of one shard: allocating, freeing and resizing within its region.
 *
 * <p>Invariants: the blocks tile the region from its first granule to its top; of two neighbours at most one is free;
 * the last one is live, since a free one there is given back to the unused part above the top; each free block is in
 * the list of its size.
 *
 * <p>Each operation takes a bounded number of steps, and touches no block's memory: what is known about blocks is
 * among the {@link Tags}. One that throws has changed nothing, if there was {@link StackRoom}. A block is the number of
 * its first granule; sizes are in granules. Not thread-safe.
 */
final class Blocks {
    /** The blocks that {@link #purge} looks at in one go, */
    private static final int PURGE_STEPS = 1000;
    /** and as how many it counts one whose pages it gives back. */
    private static final int PURGE_COST = 50;

    private final Region region;
    private final Tags tags;
    private final FreeLists freeLists;
    /** Whether so much has become free in one place that it has an age, since {@link #purgeTop} was called last. */
    private boolean worthPurging;

    Blocks(Region region, FreeLists freeLists) {
        this.region = region;
        this.tags = region.tags;
        this.freeLists = freeLists;
    }

    /**
     * A live block of {@code size} granules, contents unspecified, whose address is a multiple of {@code alignment}
     * bytes, a power of two; 0 if the region has no room for it. What has to be passed over to get there stays free.
     */
    int allocate(int size, long alignment) {
        if (alignment <= Region.GRANULE) {
            return allocate(size);
        }
        int block = allocate(size + (int) (alignment / Region.GRANULE) - 1);
        if (block == 0) {
            return 0;
        }
        int start = region.granuleAt(region.address(block) + alignment - 1 & -alignment);
        resize(block, start - block + size);
        if (start > block) {
            tags.setLive(start, size);
            release(block, start - block);
        }
        return start;
    }

    private int allocate(int size) {
        if (size >= region.end) {
            return 0;
        }
        int block = freeLists.find(size);
        if (block == 0) {
            return allocateAtTop(size);
        }
        int room = tags.size(block);
        freeLists.remove(block, room);
        occupy(block, room, size);
        return block;
    }

    /** Frees a live block and merges it with free neighbours. */
    void free(int block) {
        int end = block + tags.size(block);
        int first = tags.isEnd(block - 1) ? block - tags.size(block - 1) : block;
        int restSize = freeSizeAt(end);
        if (first != block) {
            freeLists.remove(first, block - first);
            tags.clear(block - 1);
            tags.bury(block);
        }
        if (restSize > 0) {
            freeLists.remove(end, restSize);
            tags.bury(end);
        }
        release(first, end + restSize - first);
    }

    /**
     * Makes a live block larger or smaller where it is: returns false, having changed nothing, where that cannot
     * be.
     */
    boolean resize(int block, int newSize) {
        int size = tags.size(block);
        int end = block + size;
        if (end == region.top() && newSize > size) {
            return growAtTop(block, newSize);
        }
        int restSize = freeSizeAt(end);
        if (size + restSize < newSize) {
            return false;
        }
        if (newSize != size) {
            if (restSize > 0) {
                freeLists.remove(end, restSize);
                tags.bury(end);
            }
            occupy(block, size + restSize, newSize);
        }
        return true;
    }

    /**
     * The live block at {@code address}, which is in the region.
     *
     * @throws IllegalArgumentException if no live block starts there
     * @throws IllegalStateException if it was freed already
     */
    int requireLive(long address) {
        int block = region.granuleAt(address);
        if (block >= region.clean()) {
            throw Damage.notABlock(address, "nothing was ever allocated there");
        }
        if (!region.isStart(address) || !tags.isLive(block)) {
            throw explain(address, block);
        }
        return block;
    }

    /** Whether pages have become free, or have not been for long enough, since {@link #purgeTop} was called last. */
    boolean isWorthPurging() {
        return worthPurging;
    }

    /** Begins giving pages back, with those above the top, as {@link Region#purgeTop}. */
    boolean purgeTop(boolean now) {
        worthPurging = false;
        return region.purgeTop(now);
    }

    /**
     * Goes on giving pages back: those of free blocks from granule {@code from} on that no such round since they
     * became free has seen; of all, if {@code now}. Stops after some blocks, and returns where to go on; 0 at the top.
     * Blocks that one round has seen for the first time are {@linkplain #isWorthPurging worth} another.
     */
    int purge(int from, boolean now) {
        int block = from;
        for (int step = 0; block < region.top() && step < PURGE_STEPS; step++) {
            if (!tags.isFree(block)) {
                block += tags.isLive(block) ? tags.size(block) : 1;
                continue;
            }
            int size = tags.size(block);
            if (size >= Tags.AGEING_MIN && tags.age(block) != Tags.PURGED) {
                step += purgeBlock(block, size, now) ? PURGE_COST : 0;
            }
            block += size;
        }
        return block < region.top() ? block : 0;
    }

    /** The first live block from granule {@code from} on, which need not be a block's any more; 0 if there is none. */
    int nextLive(int from) {
        int block = from;
        while (block < region.top() && !tags.isLive(block)) {
            block += tags.isFree(block) ? tags.size(block) : 1;
        }
        return block < region.top() ? block : 0;
    }

    private boolean purgeBlock(int block, int size, boolean now) {
        if (tags.age(block) == Tags.FRESH && !now) {
            tags.setAge(block, Tags.AGED);
            worthPurging = true;
            return false;
        }
        region.discard(block, block + size);
        tags.setAge(block, Tags.PURGED);
        return true;
    }

    private int allocateAtTop(int size) {
        int block = region.top();
        if (!region.raise(block + size)) {
            return 0;
        }
        tags.setLive(block, size);
        return block;
    }

    private boolean growAtTop(int block, int newSize) {
        if (!region.raise(block + newSize)) {
            return false;
        }
        tags.setLive(block, newSize);
        return true;
    }

    /** Makes a live block of {@code size} out of {@code room} granules, and a free one of what is over. */
    private void occupy(int block, int room, int size) {
        tags.clear(block + room - 1);
        tags.setLive(block, size);
        if (room > size) {
            release(block + size, room - size);
        }
    }

    /** Gives granules that belong to no block any more to a free list, or back to the unused part of the region. */
    private void release(int block, int size) {
        if (block + size == region.top()) {
            tags.bury(block);
            region.lower(block);
            worthPurging |= region.clean() - block >= Tags.AGEING_MIN;
            return;
        }
        worthPurging |= size >= Tags.AGEING_MIN;
        tags.setFree(block, size);
        freeLists.insert(block, size);
    }

    /** The size of the free block that starts here; 0 if there is none. */
    private int freeSizeAt(int block) {
        return tags.isFree(block) ? tags.size(block) : 0;
    }

    /** What is at an address in the region where no live block starts. */
    private RuntimeException explain(long address, int granule) {
        if (region.isStart(address) && tags.isTombstone(granule)) {
            return Damage.freedAlready(address);
        }
        int block = granule;
        while (block > 0 && !tags.isLive(block) && !tags.isFree(block)) {
            block--;
        }
        long inside = address - region.address(block);
        if (block == 0 || granule >= region.top() || inside >= Region.bytes(tags.size(block))) {
            return Damage.notABlock(address, "nothing is allocated there");
        }
        return inside == 0 ? Damage.freedAlready(address) : Damage.notABlock(address, "it is " + inside
            + " bytes into a " + (tags.isLive(block) ? "live" : "free") + " block of "
            + Region.bytes(tags.size(block)) + " bytes");
    }
}
