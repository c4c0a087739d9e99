package dev.memalloc;

/**
 * One walk over a heap's blocks and free lists that verifies every invariant between them, and counts.
 *
 * <p>The invariants are those that {@link Region}, {@link Tags}, {@link Blocks} and {@link FreeLists} state. The first
 * that does not hold is thrown as an {@link IllegalStateException}, with the place.
 */
final class HeapCheck {
    private final Region region;
    private final Tags tags;
    private final FreeLists freeLists;
    private long granulesLive;
    private long blocksLive;
    private long blocksListed;

    HeapCheck(Region region, FreeLists freeLists) {
        this.region = region;
        this.tags = region.tags;
        this.freeLists = freeLists;
    }

    void run() {
        checkRegion();
        checkBlocks();
        checkFreeLists();
    }

    long granulesLive() {
        return granulesLive;
    }

    long blocksLive() {
        return blocksLive;
    }

    void require(boolean holds, int block, String invariant) {
        if (!holds) {
            throw new IllegalStateException(
                "broken invariant at the block " + Damage.hex(region.address(block)) + ": " + invariant);
        }
    }

    private void checkRegion() {
        require(1 <= region.top() && region.top() <= region.clean(), region.top(),
            "the region's start, top and clean end are in order");
        require(Region.bytes(region.clean() - 1) <= region.bytesCommitted(), region.clean(),
            "what was used is committed");
        require(region.bytesCommitted() <= Region.bytes(region.end - 1), region.top(),
            "no more is committed than was reserved");
    }

    private void checkBlocks() {
        boolean previousFree = false;
        int size;
        for (int block = 1; block < region.top(); block += size) {
            boolean free = tags.isFree(block);
            require(free || tags.isLive(block), block, "a block begins where the one before it ends");
            size = tags.size(block);
            require(size > 0 && size <= region.top() - block, block, "it ends within the region");
            require(!free || !previousFree, block, "no two free blocks are neighbours");
            require(!free || tags.isWhole(block), block, "a free block ends with its size");
            for (int inside = block + 1; inside < block + size; inside++) {
                require(!tags.isLive(inside) && !tags.isFree(inside), inside, "no block begins in another");
                require(!tags.isEnd(inside) || free && inside == block + size - 1, inside, "no block ends in another");
            }
            if (!free) {
                granulesLive += size;
                blocksLive++;
            } else if (size >= Tags.LISTED_MIN) {
                blocksListed++;
            }
            previousFree = free;
        }
        require(!previousFree, region.top(), "the last block is live");
        require(!tags.isFree(region.top()), region.top(), "no block begins at the top");
    }

    private void checkFreeLists() {
        long listed = 0;
        for (int list = 0; list < FreeLists.listCount(); list++) {
            int previous = 0;
            require(freeLists.isMarkedInUse(list) == (freeLists.head(list) != 0), freeLists.head(list),
                "the bitmaps say which free lists have a block");
            for (int block = freeLists.head(list); block != 0; block = tags.next(block)) {
                require(block > 0 && block < region.top() && tags.isFree(block), block, "a free block is in a list");
                require(tags.previous(block) == previous, block, "a free block links back to the one before");
                require(FreeLists.listOf(tags.size(block)) == list, block, "a free block is in the list of its size");
                previous = block;
                listed++;
                require(listed <= blocksListed, block, "the free lists hold the region's free blocks and no other");
            }
        }
        require(listed == blocksListed, 1, "each free block that can be is in a free list");
    }
}
