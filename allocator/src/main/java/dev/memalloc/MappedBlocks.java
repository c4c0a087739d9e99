package dev.memalloc;

import java.lang.foreign.MemorySegment;

/**
 * Large blocks, each a mapping, behind one lock, which is held while the operating system maps and unmaps.
 *
 * <p>Sizes, failures and threads are as in {@link BlockShard}.
 */
final class MappedBlocks {
    /** The most bytes that are unmapped while others wait. */
    private static final long PURGE_STEP = 32L << 20;

    private final Budget budget;
    private final Allowance allowance;
    private final Mappings mappings;
    private final Zeroing zeroing;
    /** Whether the mapping that was allocated last had been used before. */
    private boolean reusedSpare;
    private volatile boolean worthPurging;
    private boolean closed;

    /** {@code memory} is all memory, as long as the heap is open. */
    MappedBlocks(Os os, MemorySegment memory, HeapOptions options, Budget budget) {
        this.budget = budget;
        allowance = new Allowance(budget);
        mappings = new Mappings(os, options.hugePageThreshold());
        zeroing = new Zeroing(os, memory);
    }

    /**
     * The address of {@code size} bytes, a multiple of {@code alignment}, which is a power of two; all zero, if
     * {@code zeroed}. 0 if there are none within the limit.
     *
     * @throws OsException if the operating system has none
     */
    long allocate(long size, long alignment, boolean zeroed) {
        long address;
        boolean dirty;
        synchronized (this) {
            address = allocate(size, alignment);
            dirty = address != 0 && reusedSpare;
        }
        if (zeroed && dirty) {
            zeroing.zero(address, size);
        }
        return address;
    }

    synchronized void free(long address) {
        requireOpen();
        if (mappings.isRetired(address)) {
            mappings.freeRetired(address);
        } else {
            long size = requireLive(address);
            mappings.free(address);
            allowance.give(size);
        }
        limitSpares();
        noteSpares();
    }

    /** Resizes a mapping; returns its address, which may be another; 0, having changed nothing, if over the limit. */
    synchronized long resize(long address, long newSize) {
        long size = requireLive(address);
        long bytes = Os.toPages(newSize);
        if (!allowance.take(Math.max(0, bytes - size))) {
            return 0;
        }
        long now = size;
        try {
            long moved = mappings.resize(address, bytes);
            now = bytes;
            tryToLimitSpares();
            budget.notePeak();
            return moved;
        } finally {
            allowance.give(Math.max(size, bytes) - now);
            noteSpares();
        }
    }

    /** As {@link Heap#memrelocate}; 0, having changed nothing, if over the limit. */
    synchronized long relocate(long address, long newSize) {
        long size = requireLive(address);
        long bytes = Os.toPages(newSize);
        if (bytes <= size) {
            return address;
        }
        if (!allowance.take(bytes - size)) {
            return 0;
        }
        try {
            long moved = mappings.relocate(address, bytes);
            budget.notePeak();
            return moved;
        } catch (OsException | Error e) {
            allowance.give(bytes - size);
            throw e;
        }
    }

    /** As {@link Heap#memretire}. */
    synchronized void retire(long address) {
        long size = requireLive(address);
        mappings.retire(address);
        allowance.give(size);
    }

    /** The bytes of the live mapping at an address. */
    synchronized long requireLive(long address) {
        requireOpen();
        if (!mappings.contains(address)) {
            throw mappings.explain(address);
        }
        return mappings.size(address);
    }

    /** Whether an address is in memory that is mapped for blocks. */
    synchronized boolean owns(long address) {
        return mappings.owns(address);
    }

    boolean isWorthPurging() {
        return worthPurging;
    }

    /** As {@link Bulk#purge}. */
    void purge(boolean now) {
        long excess = sparesUnneeded(now);
        while (excess > 0) {
            shrinkSpares(Math.min(excess, PURGE_STEP));
            excess -= PURGE_STEP;
            Thread.yield();
        }
    }

    /** Gives all spares back. */
    synchronized void dropSpares() {
        mappings.spares().shrinkTo(0);
    }

    synchronized void endAllowance() {
        allowance.end();
    }

    synchronized BulkStats stats() {
        long spare = mappings.spares().bytes();
        return BulkStats.ofMappings(mappings.bytes(), mappings.count(), spare, allowance.left());
    }

    /** Shows all mappings. */
    void walk(BlockVisitor visitor) {
        long[] all;
        synchronized (this) {
            all = closed ? new long[0] : mappings.all();
        }
        for (int i = 0; i < all.length / 2; i++) {
            visitor.visit(all[i], all[all.length / 2 + i]);
        }
    }

    /** As {@link BlockShard#check}. */
    synchronized void check() {
        requireOpen();
        mappings.check();
    }

    /** As {@link BlockShard#close}. */
    synchronized void close() {
        if (!closed) {
            mappings.unmapAll();
            closed = true;
        }
    }

    private long allocate(long size, long alignment) {
        requireOpen();
        long bytes = Os.toPages(size);
        if (!allowance.take(bytes)) {
            return 0;
        }
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
            noteSpares();
        }
        tryToLimitSpares();
        budget.notePeak();
        return address;
    }

    /** Spares are memory as well: mappings are not to take more than blocks leave of the limit, even with them. */
    private void limitSpares() {
        try {
            mappings.spares().shrinkTo(budget.limit() - budget.taken() + allowance.left());
        } catch (OsException e) {
            // They are kept, then: the purger tries again.
        }
    }

    /** The same where an Error would keep from the caller where the mapping is. */
    private void tryToLimitSpares() {
        try {
            limitSpares();
        } catch (VirtualMachineError e) {
            // The next free tries again, or the purger.
        }
    }

    /** How much need not stay spare. */
    private synchronized long sparesUnneeded(boolean now) {
        if (closed) {
            return 0;
        }
        Spares spares = mappings.spares();
        long needed = now ? 0 : spares.needed();
        worthPurging = spares.bytes() > 0;
        return spares.bytes() - needed;
    }

    private synchronized void shrinkSpares(long bytes) {
        if (!closed) {
            Spares spares = mappings.spares();
            spares.shrinkTo(Math.max(0, spares.bytes() - bytes));
            worthPurging = spares.bytes() > 0;
        }
    }

    /** There may be some after an allocation as well: what is over of a mapping that had to be aligned. */
    private void noteSpares() {
        if (!worthPurging && mappings.spares().bytes() > 0) {
            worthPurging = true;
            Purger.wake();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw Damage.closed();
        }
    }
}
