package dev.memalloc;

/**
 * One walk over a heap's blocks and free lists that verifies every invariant between them, and counts.
 *
 * <p>The invariants are those that {@link Region}, {@link Blocks} and {@link FreeLists} state. The first that does
 * not hold is thrown as an {@link IllegalStateException}, with the place.
 */
final class HeapCheck {
    private final Region region;
    private final FreeLists freeLists;
    private long bytesLive;
    private long blocksLive;
    private long blocksFree;

    HeapCheck(Region region, FreeLists freeLists) {
        this.region = region;
        this.freeLists = freeLists;
    }

    void run() {
        checkRegion();
        checkBlocks();
        checkFreeLists();
    }

    long bytesLive() {
        return bytesLive;
    }

    long blocksLive() {
        return blocksLive;
    }

    void require(boolean holds, long block, String invariant) {
        if (!holds) {
            throw new IllegalStateException(
                "broken invariant at the block " + Damage.hex(Block.address(block)) + ": " + invariant);
        }
    }

    private void checkRegion() {
        long committed = region.base + region.bytesCommitted();
        boolean used = region.clean() > region.start;
        require(region.start <= region.top() && region.top() <= region.clean(), region.top(),
            "the region's start, top and clean end are in order");
        require(!used || region.top() < region.clean() && region.clean() <= committed, region.top(),
            "all blocks and the end behind them are in committed memory");
        require(!used || Block.isEnd(region.top()), region.top(), "an end stands behind the last block");
        require(committed <= region.end, region.top(), "no more is committed than was reserved");
    }

    private void checkBlocks() {
        boolean previousFree = false;
        for (long block = region.start; block < region.top(); block = Block.next(block)) {
            require(Block.isSealed(block), block, "its header is as the allocator wrote it");
            long size = Block.size(block);
            require(size >= Block.MIN_SIZE && size % Block.ALIGNMENT == 0, block, "its size is that of a block");
            require(block + size <= region.top(), block, "it ends within the region");
            require(Block.isPreviousFree(block) == previousFree, block,
                "its header says whether the block before it is free");
            if (Block.isFree(block)) {
                checkFree(block, size, previousFree);
            } else {
                bytesLive += size;
                blocksLive++;
            }
            previousFree = Block.isFree(block);
        }
        require(!previousFree, region.top(), "the last block is live");
    }

    private void checkFree(long block, long size, boolean previousFree) {
        require(!previousFree, block, "no two free blocks are neighbours");
        require(Block.sizeBefore(block + size) == size, block, "a free block ends with its size");
        freeLists.requireLinked(block);
        blocksFree++;
    }

    private void checkFreeLists() {
        long listed = 0;
        for (int list = 0; list < FreeLists.listCount(); list++) {
            long previous = 0;
            require(freeLists.isMarkedInUse(list) == (freeLists.head(list) != 0), freeLists.head(list),
                "the bitmaps say which free lists have a block");
            for (long block = freeLists.head(list); block != 0; block = Block.nextFree(block)) {
                freeLists.requireLinked(block);
                require(Block.previousFree(block) == previous, block, "a free block links back to the one before");
                require(FreeLists.listOf(Block.size(block)) == list, block, "a free block is in the list of its size");
                previous = block;
                listed++;
                require(listed <= blocksFree, block, "the free lists hold the region's free blocks and no other");
            }
        }
        require(listed == blocksFree, region.start, "each free block is in a free list");
    }
}
