package dev.memalloc;

/**
 * The blocks of one heap: allocating, freeing and resizing within its region.
 *
 * <p>Invariants: the blocks tile the region from its start to its top; of two neighbours at most one is free; the
 * last one is live, since a free one there is given back to the unused part above the top; each free block is in
 * the list of its size.
 *
 * <p>Each operation takes a bounded number of steps. It reads and verifies every header that it will change
 * before it changes the first, so one that throws has changed nothing. Blocks are passed as the address of their
 * header, sizes include it. Not thread-safe.
 */
final class Blocks {
    private final Region region;
    private final FreeLists freeLists;
    /** Whether whole pages have become free since {@link #purge} was called last. */
    private boolean worthPurging;

    Blocks(Region region, FreeLists freeLists) {
        this.region = region;
        this.freeLists = freeLists;
    }

    /** A live block of {@code size} bytes or 16 more, contents unspecified; 0 if the region has no room for it. */
    long allocate(long size) {
        long block = freeLists.find(size);
        return block == 0 ? allocateAtTop(size) : allocateFree(block, size);
    }

    /** Frees a live block and merges it with free neighbours. */
    void free(long block) {
        long first = Block.isPreviousFree(block) ? freeBlockBefore(block) : block;
        long next = Block.next(block);
        long end = next;
        requireNeighbour(block, next);
        if (isFreeBlock(next)) {
            end = requireMergeable(next);
        }
        if (first != block) {
            freeLists.remove(first);
        }
        if (end != next) {
            freeLists.remove(next);
            Block.bury(next);
        }
        if (first != block) {
            Block.bury(block);
        }
        release(first, end - first);
    }

    /**
     * Makes a live block larger or smaller where it is: returns false, having changed nothing, where that cannot
     * be. Afterwards the block has {@code newSize} bytes, or 16 more.
     */
    boolean resize(long block, long newSize) {
        long size = Block.size(block);
        long next = Block.next(block);
        requireNeighbour(block, next);
        if (next == region.top() && newSize > size) {
            return growAtTop(block, newSize);
        }
        boolean nextFree = isFreeBlock(next);
        long room = (nextFree ? requireMergeable(next) : next) - block;
        if (room < newSize) {
            return false;
        }
        if (newSize <= size && size - newSize < Block.MIN_SIZE && !nextFree) {
            return true;
        }
        if (nextFree) {
            freeLists.remove(next);
            Block.bury(next);
        }
        occupy(block, room, newSize, Block.isPreviousFree(block));
        return true;
    }

    /**
     * The live block at {@code address}.
     *
     * @throws IllegalArgumentException if no live block starts there
     * @throws IllegalStateException if it was freed already, or its header was overwritten
     */
    long requireLive(long address) {
        if (!Block.isAligned(address)) {
            throw Damage.notABlock(address, "it is not a multiple of 16");
        }
        long block = Block.ofAddress(address);
        if (!region.wasUsed(block)) {
            throw Damage.notABlock(address, "nothing was ever allocated there");
        }
        if (Block.isSealed(block)) {
            if (Block.isFree(block)) {
                throw Damage.freedAlready(address);
            }
            if (Block.size(block) >= Block.MIN_SIZE && Block.next(block) <= region.top()) {
                return block;
            }
        }
        throw explain(address, block);
    }

    /** Whether pages have become free that {@link #purge} has not seen. */
    boolean isWorthPurging() {
        return worthPurging;
    }

    /**
     * Gives the pages of free blocks back that no call since they became free has seen; of all, if {@code now}.
     * Returns whether there will be more to give back.
     */
    boolean purge(boolean now) {
        worthPurging = false;
        boolean more = region.purgeTop(now);
        for (int list = FreeLists.listOf(Block.PURGEABLE_SIZE); list < FreeLists.listCount(); list++) {
            for (long block = freeLists.head(list); block != 0; block = Block.nextFree(block)) {
                freeLists.requireLinked(block);
                if (Block.age(block) == Block.FRESH && !now) {
                    Block.setAge(block, Block.AGED);
                    more = true;
                } else if (Block.age(block) != Block.PURGED) {
                    region.discard(Block.unusedStart(block), Block.unusedEnd(block));
                    Block.setAge(block, Block.PURGED);
                }
            }
        }
        return more;
    }

    private long allocateFree(long block, long size) {
        long next = Block.next(block);
        requireNeighbour(block, next);
        long room = Block.size(block);
        freeLists.remove(block);
        occupy(block, room, size, false);
        return block;
    }

    private long allocateAtTop(long size) {
        long block = region.top();
        if (!region.raise(block + size)) {
            return 0;
        }
        Block.setLive(block, size, false);
        return block;
    }

    private boolean growAtTop(long block, long newSize) {
        if (!region.raise(block + newSize)) {
            return false;
        }
        Block.setLive(block, newSize, Block.isPreviousFree(block));
        return true;
    }

    /** Makes a live block of {@code size} out of {@code room} bytes, and a free one of what is over. */
    private void occupy(long block, long room, long size, boolean previousFree) {
        long rest = room - size;
        if (rest >= Block.MIN_SIZE || rest > 0 && block + room == region.top()) {
            Block.setLive(block, size, previousFree);
            release(block + size, rest);
        } else {
            Block.setLive(block, room, previousFree);
            if (block + room < region.top()) {
                Block.setPreviousFree(block + room, false);
            }
        }
    }

    /** Gives bytes that belong to no block any more to a free list, or back to the unused part of the region. */
    private void release(long block, long size) {
        long end = block + size;
        if (end == region.top()) {
            region.lower(block);
            worthPurging |= region.clean() - block >= Block.PURGEABLE_SIZE;
            return;
        }
        worthPurging |= size >= Block.PURGEABLE_SIZE;
        Block.setFree(block, size);
        Block.setPreviousFree(end, true);
        freeLists.insert(block);
    }

    /** The free block that ends where this one starts. */
    private long freeBlockBefore(long block) {
        long size = Block.sizeBefore(block);
        long before = block - size;
        boolean sound = size >= Block.MIN_SIZE && size <= block - region.start
            && Block.isAligned(Block.address(before)) && Block.isSealed(before)
            && Block.isFree(before) && Block.size(before) == size;
        if (!sound) {
            throw new IllegalStateException("damaged heap: the free block before the block at "
                + Damage.hex(Block.address(block)) + " was overwritten, probably used after it was freed");
        }
        freeLists.requireLinked(before);
        return before;
    }

    /** Verifies the header behind a block, and that it agrees with the block. */
    private void requireNeighbour(long block, long next) {
        boolean sound = next < region.top()
            ? Block.isSealed(next) && Block.size(next) >= Block.MIN_SIZE && Block.next(next) <= region.top()
                && Block.isPreviousFree(next) == Block.isFree(block)
            : next == region.top() && Block.isEnd(next) && !Block.isFree(block);
        if (!sound) {
            throw Damage.ofHeader(next, "after the block at " + Damage.hex(Block.address(block))
                + " of " + Block.payloadSize(block) + " bytes");
        }
    }

    /** Whether what stands behind a block is a free one, and not the end. */
    private boolean isFreeBlock(long next) {
        return next != region.top() && Block.isFree(next);
    }

    /** Verifies all that merging a free block changes, and returns where it ends. */
    private long requireMergeable(long free) {
        freeLists.requireLinked(free);
        long end = Block.next(free);
        requireNeighbour(free, end);
        return end;
    }

    /** What is at an address without a sound header: found out by walking the region, which may take long. */
    private RuntimeException explain(long address, long block) {
        long at = region.start;
        while (at < block && at < region.top()) {
            if (!Block.isSealed(at) || Block.size(at) < Block.MIN_SIZE) {
                return Damage.ofHeader(at, "found when looking for " + Damage.hex(address));
            }
            long next = Block.next(at);
            if (next > block) {
                return Damage.notABlock(address, "it is " + (address - Block.address(at)) + " bytes into a "
                    + (Block.isFree(at) ? "free" : "live") + " block of " + Block.payloadSize(at) + " bytes");
            }
            at = next;
        }
        return at == block && at < region.top()
            ? Damage.ofHeader(block, "the one to be freed or resized")
            : Damage.notABlock(address, "nothing is allocated there");
    }

}
