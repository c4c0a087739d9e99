package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;

/**
 * What is not a slot: blocks in a region, and mappings beside it, behind one lock.
 *
 * <p>Requests from the threshold on get a mapping. Sizes are those of requests; what they take of the
 * {@link Budget}, by way of an {@link Allowance}, includes rounding. A call that throws has changed nothing.
 * Thread-safe; the lock is this object's, and is held while the operating system maps and unmaps.
 */
final class Bulk {
    /**
     * What a block keeps at least that is made smaller: then the tags of a free block that it may become a part of do
     * not reach those of its neighbours, which say that they were freed.
     */
    private static final int GRANULES_KEPT = Tags.LISTED_MIN + 1;
    /** The most bytes that are unmapped while others wait. */
    private static final long PURGE_STEP = 32L << 20;

    private final MemorySegment memory;
    private final long mmapThreshold;
    private final Budget budget;
    private final Allowance allowance;
    private final Runnable reclaim;
    private final Region region;
    private final FreeLists freeLists;
    private final Blocks blocks;
    private final Mappings mappings;
    private long bytesInBlocks;
    private long blocksLive;
    /** Whether the mapping that was allocated last had been used before. */
    private boolean reusedSpare;
    private volatile boolean worthPurging;
    private boolean closed;

    /**
     * Reserves the region. {@code memory} is all memory, as long as the heap is open; {@code reclaim} is run where the
     * budget is exceeded, before that is believed.
     *
     * @throws OsException if the operating system refuses even a small region
     */
    Bulk(Os os, MemorySegment memory, HeapOptions options, Budget budget, Runnable reclaim) {
        this.memory = memory;
        this.mmapThreshold = options.mmapThreshold();
        this.budget = budget;
        this.allowance = new Allowance(budget);
        this.reclaim = reclaim;
        region = Region.reserve(os, options.addressRange());
        freeLists = new FreeLists(region);
        blocks = new Blocks(region, freeLists);
        mappings = new Mappings(os);
    }

    /** The address of {@code size} bytes, contents unspecified. */
    long allocate(long size) {
        return allocate(size, 1);
    }

    /** The same, a multiple of {@code alignment}, which is a power of two. */
    synchronized long allocate(long size, long alignment) {
        requireOpen();
        while (true) {
            try {
                return size >= mmapThreshold ? allocateMapping(size, alignment) : allocateBlock(size, alignment);
            } catch (OsException e) {
                giveSparesBackInstead(size, e);
            } finally {
                noteFree();
            }
        }
    }

    /** The address of {@code size} bytes, all zero. */
    long allocateZeroed(long size) {
        long address;
        long dirty;
        synchronized (this) {
            long clean = region.address(region.clean());
            address = allocate(size);
            dirty = region.contains(address) ? Math.clamp(clean - address, 0, size) : reusedSpare ? size : 0;
        }
        RawMemory.fill(memory, address, dirty, (byte) 0);
        return address;
    }

    synchronized void free(long address) {
        requireOpen();
        if (region.contains(address)) {
            int block = blocks.requireLive(address);
            long size = bytes(block);
            blocks.free(block);
            bytesInBlocks -= size;
            blocksLive--;
            allowance.give(size);
        } else {
            requireMapping(address);
            long size = mappings.size(address);
            mappings.free(address);
            allowance.give(size);
            limitSpares();
        }
        noteFree();
    }

    /** Resizes in place, or by moving; returns the address then. */
    synchronized long resize(long address, long newSize) {
        requireOpen();
        while (true) {
            try {
                return resizeOnce(address, newSize);
            } catch (OsException e) {
                giveSparesBackInstead(newSize, e);
            } finally {
                noteFree();
            }
        }
    }

    /** The bytes that may be used of the live block or mapping at an address. */
    synchronized long requireLive(long address) {
        requireOpen();
        if (region.contains(address)) {
            return bytes(blocks.requireLive(address));
        }
        requireMapping(address);
        return mappings.size(address);
    }

    /** Whether there is memory to give back to the operating system, now or later. */
    boolean isWorthPurging() {
        return worthPurging;
    }

    /**
     * Gives memory back that was free for a while; all, if {@code now}. That is done in steps, and the lock is
     * released between them, for those who wait.
     *
     * @throws OsException if the operating system refuses; the rest is kept until something is freed again
     */
    void purge(boolean now) {
        worthPurging = false;
        purgeTop(now);
        int block = 1;
        while (block > 0) {
            block = purgeBlocks(block, now);
        }
        long spareMax = now ? 0 : sparesNeeded();
        while (shrinkSpares(spareMax)) {
            Thread.yield();
        }
    }

    long bytesCommitted() {
        return region.bytesCommitted();
    }

    long bytesInBlocks() {
        return bytesInBlocks;
    }

    long bytesMapped() {
        return mappings.bytes();
    }

    /** Committed bytes in no block. */
    long bytesFree() {
        return region.bytesCommitted() - bytesInBlocks;
    }

    long largestFree() {
        return Math.max(Region.bytes(freeLists.largest()), region.bytesUnused());
    }

    /** Live blocks, without mappings. */
    long blocksLive() {
        return blocksLive;
    }

    /** Bytes that were taken from the budget, and are in no block or mapping. */
    long bytesAllowed() {
        return allowance.left();
    }

    /** Bytes in freed mappings that are kept for a while. */
    long bytesSpare() {
        return mappings.spares().bytes();
    }

    long mappingsLive() {
        return mappings.count();
    }

    /** Verifies every invariant; the first that is broken is thrown as an {@link IllegalStateException}. */
    synchronized void check() {
        requireOpen();
        HeapCheck check = new HeapCheck(region, freeLists);
        check.run();
        mappings.check();
        long bytesLive = check.granulesLive() * Region.GRANULE;
        check.require(bytesLive == bytesInBlocks, 1,
            "the live blocks have " + bytesLive + " bytes, but " + bytesInBlocks + " are counted");
        check.require(check.blocksLive() == blocksLive, 1,
            "there are " + check.blocksLive() + " live blocks, but " + blocksLive + " are counted");
    }

    /** Gives everything back; throws {@link OsException} if the operating system refuses, to be called again then. */
    synchronized void close() {
        if (!closed) {
            mappings.unmapAll();
            region.release();
            closed = true;
        }
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

    /** How much may stay spare. */
    private synchronized long sparesNeeded() {
        return closed ? 0 : mappings.spares().needed();
    }

    private synchronized boolean shrinkSpares(long bytesMax) {
        Spares spares = mappings.spares();
        if (!closed) {
            spares.shrinkTo(Math.max(bytesMax, spares.bytes() - PURGE_STEP));
            if (spares.bytes() > 0) {
                worthPurging = true;
            }
        }
        return spares.bytes() > bytesMax;
    }

    /** Spares are memory as well: together with what is handed out they shall not take more than the limit. */
    private void limitSpares() {
        try {
            mappings.spares().shrinkTo(budget.limit() - budget.taken() + allowance.left());
        } catch (OsException e) {
            // They are kept, then: the purger tries again.
        }
    }

    private void noteFree() {
        if (!worthPurging && (blocks.isWorthPurging() || mappings.spares().bytes() > 0)) {
            worthPurging = true;
            Purger.wake();
        }
    }

    private long resizeOnce(long address, long newSize) {
        if (region.contains(address)) {
            return resizeBlock(blocks.requireLive(address), newSize);
        }
        requireMapping(address);
        return resizeMapping(address, newSize);
    }

    /** Where the system has no memory, spares are what can be missed; without any, the request cannot be met. */
    private void giveSparesBackInstead(long size, OsException refused) {
        try {
            if (mappings.spares().bytes() > 0) {
                mappings.spares().shrinkTo(0);
                return;
            }
        } catch (OsException e) {
            refused.addSuppressed(e);
        }
        throw refusal(size, refused.getMessage(), refused);
    }

    private long allocateBlock(long size, long alignment) {
        int granules = Region.granules(size);
        long bytes = Region.bytes(granules);
        requireBudget(size, bytes);
        int block = 0;
        try {
            block = blocks.allocate(granules, alignment);
        } finally {
            if (block == 0) {
                allowance.give(bytes);
            }
        }
        if (block == 0) {
            throw refusal(size, "the address range of " + Region.bytes(region.end - 1) + " bytes is full", null);
        }
        bytesInBlocks += bytes;
        blocksLive++;
        budget.notePeak();
        return region.address(block);
    }

    private long allocateMapping(long size, long alignment) {
        long bytes = mappingSize(size);
        requireBudget(size, bytes);
        long address = 0;
        try {
            address = mappings.reuse(bytes, alignment);
            reusedSpare = address != 0;
            if (!reusedSpare) {
                address = mappings.map(bytes, alignment);
            }
        } finally {
            if (address == 0) {
                allowance.give(bytes);
            }
        }
        limitSpares();
        budget.notePeak();
        return address;
    }

    private long resizeBlock(int block, long newSize) {
        if (newSize < mmapThreshold && resizeInPlace(block, newSize)) {
            return region.address(block);
        }
        long address = region.address(block);
        long kept = Math.min(bytes(block), newSize);
        long moved = allocate(newSize);
        RawMemory.copy(address, moved, kept);
        try {
            free(address);
        } catch (IllegalStateException e) {
            free(moved);
            throw e;
        }
        return moved;
    }

    private boolean resizeInPlace(int block, long newSize) {
        long size = bytes(block);
        int granules = Math.max(Region.granules(newSize), GRANULES_KEPT);
        long most = Math.max(size, Region.bytes(granules));
        requireBudget(newSize, most - size);
        try {
            boolean resized = blocks.resize(block, granules);
            budget.notePeak();
            return resized;
        } finally {
            bytesInBlocks += bytes(block) - size;
            allowance.give(most - bytes(block));
        }
    }

    private long resizeMapping(long address, long newSize) {
        long size = mappings.size(address);
        long bytes = mappingSize(newSize);
        requireBudget(newSize, Math.max(0, bytes - size));
        long now = size;
        try {
            long moved = mappings.resize(address, bytes);
            now = bytes;
            limitSpares();
            budget.notePeak();
            return moved;
        } finally {
            allowance.give(Math.max(size, bytes) - now);
        }
    }

    private long mappingSize(long size) {
        if (size > Long.MAX_VALUE - Os.PAGE_SIZE) {
            throw refusal(size, "no address space is that large", null);
        }
        return Os.toPages(size);
    }

    private void requireBudget(long size, long bytes) {
        if (!allowance.take(bytes)) {
            reclaim.run();
            if (!allowance.take(bytes)) {
                throw refusal(size, "the limit would be exceeded", null);
            }
        }
    }

    /** What caches hold and what was allowed is given back first, so that the message has the bytes of callers only. */
    private OutOfMemoryError refusal(long size, String why, OsException cause) {
        reclaim.run();
        allowance.end();
        return budget.refusal(size, why, cause);
    }

    private long bytes(int block) {
        return Region.bytes(region.tags.size(block));
    }

    private void requireMapping(long address) {
        if (!mappings.contains(address)) {
            throw mappings.explain(address);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw Damage.closed();
        }
    }
}
