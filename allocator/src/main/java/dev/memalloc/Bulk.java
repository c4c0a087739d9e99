package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;

/**
 * What is not a slot: blocks with headers in a region, and mappings beside it, behind one lock.
 *
 * <p>Requests from the threshold on get a mapping. Sizes are those of requests; what they take of the
 * {@link Budget} includes headers and rounding. A call that throws has changed nothing. Thread-safe; the lock is
 * this object's, and is held while the operating system maps and unmaps.
 */
final class Bulk {
    /** The most bytes that are unmapped while others wait. */
    private static final long PURGE_STEP = 32L << 20;

    private final MemorySegment memory;
    private final long mmapThreshold;
    private final Budget budget;
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
        this.reclaim = reclaim;
        region = Region.reserve(os, options.addressRange());
        freeLists = new FreeLists(region);
        blocks = new Blocks(region, freeLists);
        mappings = new Mappings(os);
    }

    /** The address of {@code size} bytes, contents unspecified. */
    synchronized long allocate(long size) {
        requireOpen();
        while (true) {
            try {
                return allocateOnce(size);
            } catch (OsException e) {
                giveSparesBackInstead(size, e);
            }
        }
    }

    /** The address of {@code size} bytes, all zero. */
    long allocateZeroed(long size) {
        long address;
        long dirty;
        synchronized (this) {
            long clean = region.clean();
            address = allocate(size);
            dirty = region.contains(address) ? Math.clamp(clean - address, 0, size) : reusedSpare ? size : 0;
        }
        RawMemory.fill(memory, address, dirty, (byte) 0);
        return address;
    }

    synchronized void free(long address) {
        requireOpen();
        if (region.contains(address)) {
            long block = blocks.requireLive(address);
            long size = Block.size(block);
            blocks.free(block);
            bytesInBlocks -= size;
            blocksLive--;
            budget.give(size);
        } else {
            requireMapping(address);
            long size = mappings.size(address);
            mappings.free(address);
            budget.give(size);
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
            return Block.payloadSize(blocks.requireLive(address));
        }
        requireMapping(address);
        return mappings.size(address);
    }

    /** Whether there is memory to give back to the operating system, now or later. */
    boolean isWorthPurging() {
        return worthPurging;
    }

    /**
     * Gives memory back that was free for a while; all, if {@code now}. Spares go by the piece, and the lock is
     * released between them, for those who wait.
     *
     * @throws OsException if the operating system refuses; the rest is kept until something is freed again
     */
    void purge(boolean now) {
        worthPurging = false;
        long spareMax = purgeBlocks(now);
        while (shrinkSpares(spareMax)) {
            Thread.yield();
        }
    }

    synchronized long bytesCommitted() {
        return region.bytesCommitted();
    }

    synchronized long bytesInBlocks() {
        return bytesInBlocks;
    }

    synchronized long bytesMapped() {
        return mappings.bytes();
    }

    /** Committed bytes in no block, less those that align the first. */
    synchronized long bytesFree() {
        return Math.max(0, region.bytesCommitted() - (region.start - region.base) - bytesInBlocks);
    }

    synchronized long largestFree() {
        return Math.max(freeLists.largest(), region.bytesUnused());
    }

    /** Live blocks, without mappings. */
    synchronized long blocksLive() {
        return blocksLive;
    }

    /** Bytes in freed mappings that are kept for a while. */
    synchronized long bytesSpare() {
        return mappings.spares().bytes();
    }

    synchronized long mappingsLive() {
        return mappings.count();
    }

    /** Verifies every invariant; the first that is broken is thrown as an {@link IllegalStateException}. */
    synchronized void check() {
        requireOpen();
        HeapCheck check = new HeapCheck(region, freeLists);
        check.run();
        mappings.check();
        check.require(check.bytesLive() == bytesInBlocks, region.start,
            "the live blocks have " + check.bytesLive() + " bytes, but " + bytesInBlocks + " are counted");
        check.require(check.blocksLive() == blocksLive, region.start,
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

    /** Returns how much may stay spare. */
    private synchronized long purgeBlocks(boolean now) {
        if (closed) {
            return 0;
        }
        if (blocks.purge(now)) {
            worthPurging = true;
        }
        return now ? 0 : mappings.spares().needed();
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
            mappings.spares().shrinkTo(budget.limit() - budget.taken());
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

    private long allocateOnce(long size) {
        return size >= mmapThreshold ? allocateMapping(size) : allocateBlock(size);
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

    private long allocateBlock(long size) {
        long bytes = Block.sizeFor(size);
        long most = bytes + Block.SLACK;
        requireBudget(size, most);
        long block = 0;
        try {
            block = blocks.allocate(bytes);
        } finally {
            budget.give(block == 0 ? most : most - Block.size(block));
        }
        if (block == 0) {
            throw refusal(size, "the address range of " + (region.end - region.base) + " bytes is full", null);
        }
        bytesInBlocks += Block.size(block);
        blocksLive++;
        budget.notePeak();
        return Block.address(block);
    }

    private long allocateMapping(long size) {
        long bytes = mappingSize(size);
        requireBudget(size, bytes);
        long address = 0;
        try {
            address = mappings.reuse(bytes);
            reusedSpare = address != 0;
            if (!reusedSpare) {
                address = mappings.map(bytes);
            }
        } finally {
            if (address == 0) {
                budget.give(bytes);
            }
        }
        limitSpares();
        budget.notePeak();
        return address;
    }

    private long resizeBlock(long block, long newSize) {
        if (newSize < mmapThreshold && resizeInPlace(block, newSize)) {
            return Block.address(block);
        }
        long address = Block.address(block);
        long kept = Math.min(Block.payloadSize(block), newSize);
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

    private boolean resizeInPlace(long block, long newSize) {
        long size = Block.size(block);
        long bytes = Block.sizeFor(newSize);
        long most = Math.max(size, bytes + Block.SLACK);
        requireBudget(newSize, most - size);
        try {
            return blocks.resize(block, bytes);
        } finally {
            bytesInBlocks += Block.size(block) - size;
            budget.give(most - Block.size(block));
            budget.notePeak();
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
            return moved;
        } finally {
            budget.give(Math.max(size, bytes) - now);
            budget.notePeak();
        }
    }

    private long mappingSize(long size) {
        if (size > Long.MAX_VALUE - Os.PAGE_SIZE) {
            throw refusal(size, "no address space is that large", null);
        }
        return Os.toPages(size);
    }

    private void requireBudget(long size, long bytes) {
        if (!budget.take(bytes)) {
            reclaim.run();
            if (!budget.take(bytes)) {
                throw budget.refusal(size, "the limit would be exceeded", null);
            }
        }
    }

    /** What caches hold is given back first, so that the live bytes in the message are those of callers. */
    private OutOfMemoryError refusal(long size, String why, OsException cause) {
        reclaim.run();
        return budget.refusal(size, why, cause);
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
