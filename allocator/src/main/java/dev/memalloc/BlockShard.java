package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;

/**
 * Blocks in a region, behind one lock: a heap has several of them, so that its threads seldom wait for each other.
 *
 * <p>Sizes are those of requests; what they take of the {@link Budget}, by way of an {@link Allowance}, includes
 * rounding. A call that throws has changed nothing. Thread-safe; the lock is this object's, and who has it can be sure
 * that no block is freed.
 */
final class BlockShard {
    /**
     * What a block keeps at least that is made smaller: then the tags of a free block that it may become a part of do
     * not reach those of its neighbours, which say that they were freed.
     */
    private static final int GRANULES_KEPT = Tags.LISTED_MIN + 1;

    /** How many blocks a walk looks at in one go. */
    private static final int WALK_STEP = 1024;

    private final MemorySegment memory;
    private final Budget budget;
    private final Allowance allowance;
    private final Region region;
    private final FreeLists freeLists;
    private final Blocks blocks;
    private long bytesLive;
    private long blocksLive;
    private volatile boolean worthPurging;
    private boolean closed;

    /** {@code memory} is all memory, as long as the heap is open. */
    BlockShard(Region region, MemorySegment memory, Budget budget) {
        this.region = region;
        this.memory = memory;
        this.budget = budget;
        allowance = new Allowance(budget);
        freeLists = new FreeLists(region);
        blocks = new Blocks(region, freeLists);
    }

    boolean contains(long address) {
        return region.contains(address);
    }

    long bytesReserved() {
        return Region.bytes(region.end - 1);
    }

    /**
     * The address of {@code size} bytes, a multiple of {@code alignment}, which is a power of two; all zero, if
     * {@code zeroed}. 0 if there are none within the limit and the region.
     */
    long allocate(long size, long alignment, boolean zeroed) {
        long address;
        long dirty;
        synchronized (this) {
            requireOpen();
            long clean = region.address(region.clean());
            address = allocate(size, alignment);
            dirty = address == 0 || !zeroed ? 0 : Math.clamp(clean - address, 0, size);
        }
        if (dirty > 0) {
            RawMemory.zero(memory, address, dirty);
        }
        return address;
    }

    synchronized void free(long address) {
        requireOpen();
        int block = blocks.requireLive(address);
        long size = bytes(block);
        blocks.free(block);
        bytesLive -= size;
        blocksLive--;
        allowance.give(size);
        noteFree();
    }

    /**
     * Resizes a live block where it is; returns false, having changed nothing, if there is no room for that, or none
     * within the limit.
     */
    boolean resize(long address, long newSize) {
        return hasAsMany(address, newSize) || resizeLocked(address, newSize);
    }

    /** The bytes that may be used of the live block at an address. */
    long requireLive(long address) {
        int size = sizeIfLive(address);
        return size > 0 ? Region.bytes(size) : requireLiveLocked(address);
    }

    boolean isWorthPurging() {
        return worthPurging;
    }

    /** As {@link Bulk#purge}. */
    void purge(boolean now) {
        worthPurging = false;
        purgeTop(now);
        int block = 1;
        while (block > 0) {
            block = purgeBlocks(block, now);
        }
    }

    synchronized void endAllowance() {
        allowance.end();
    }

    synchronized BulkStats stats() {
        long largestFree = Math.max(Region.bytes(freeLists.largest()), region.bytesUnused());
        return BulkStats.ofBlocks(region.bytesCommitted(), bytesLive, blocksLive, allowance.left(), largestFree);
    }

    /** Shows all live blocks, some at a time. */
    void walk(BlockVisitor visitor) {
        long[] addresses = new long[WALK_STEP];
        long[] sizes = new long[WALK_STEP];
        int next = 1;
        while (next > 0) {
            int count = 0;
            synchronized (this) {
                int block = closed ? 0 : blocks.nextLive(next);
                while (block > 0 && count < WALK_STEP) {
                    addresses[count] = region.address(block);
                    sizes[count++] = bytes(block);
                    block = blocks.nextLive(block + region.tags.size(block));
                }
                next = block;
            }
            for (int i = 0; i < count; i++) {
                visitor.visit(addresses[i], sizes[i]);
            }
        }
    }

    /** Verifies every invariant; the first that is broken is thrown as an {@link IllegalStateException}. */
    synchronized void check() {
        requireOpen();
        HeapCheck check = new HeapCheck(region, freeLists);
        check.run();
        long bytes = check.granulesLive() * Region.GRANULE;
        check.require(bytes == bytesLive, 1,
            "the live blocks have " + bytes + " bytes, but " + bytesLive + " are counted");
        check.require(check.blocksLive() == blocksLive, 1,
            "there are " + check.blocksLive() + " live blocks, but " + blocksLive + " are counted");
    }

    /** Gives everything back; throws {@link OsException} if the operating system refuses, to be called again then. */
    synchronized void close() {
        if (!closed) {
            region.release();
            closed = true;
        }
    }

    private long allocate(long size, long alignment) {
        int granules = Region.granules(size);
        long bytes = Region.bytes(granules);
        if (!allowance.take(bytes)) {
            return 0;
        }
        int block = 0;
        try {
            block = blocks.allocate(granules, alignment);
        } finally {
            if (block == 0) {
                allowance.give(bytes);
            }
            noteFree();
        }
        if (block == 0) {
            return 0;
        }
        bytesLive += bytes;
        blocksLive++;
        budget.notePeak();
        return region.address(block);
    }

    private synchronized boolean resizeLocked(long address, long newSize) {
        requireOpen();
        int block = blocks.requireLive(address);
        long size = bytes(block);
        int granules = Math.max(Region.granules(newSize), Math.min(Region.granules(size), GRANULES_KEPT));
        long most = Math.max(size, Region.bytes(granules));
        if (!allowance.take(most - size)) {
            return false;
        }
        try {
            boolean resized = blocks.resize(block, granules);
            if (resized) {
                budget.notePeak();
            }
            return resized;
        } finally {
            bytesLive += bytes(block) - size;
            allowance.give(most - bytes(block));
            noteFree();
        }
    }

    private boolean hasAsMany(long address, long newSize) {
        return Region.granules(newSize) == sizeIfLive(address);
    }

    /**
     * How many granules the live block has that starts at an address; 0 if there is none, or none that this thread,
     * which does not have the lock, knows of.
     */
    private int sizeIfLive(long address) {
        return region.isStart(address) ? region.tags.sizeIfLive(region.granuleAt(address)) : 0;
    }

    private synchronized long requireLiveLocked(long address) {
        requireOpen();
        return bytes(blocks.requireLive(address));
    }

    private synchronized void purgeTop(boolean now) {
        worthPurging |= !closed && blocks.purgeTop(now);
    }

    /** Purges some blocks from that one on; returns where to go on, or 0. */
    private synchronized int purgeBlocks(int from, boolean now) {
        if (closed) {
            return 0;
        }
        int next = blocks.purge(from, now);
        worthPurging |= blocks.isWorthPurging();
        return next;
    }

    private void noteFree() {
        if (!worthPurging && blocks.isWorthPurging()) {
            worthPurging = true;
            Purger.wake();
        }
    }

    private long bytes(int block) {
        return Region.bytes(region.tags.size(block));
    }

    private void requireOpen() {
        if (closed) {
            throw Damage.closed();
        }
    }
}
