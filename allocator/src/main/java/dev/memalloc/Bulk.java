package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What is not a slot: blocks in shards, as many as slots have, and from the threshold on mappings.
 *
 * <p>Has no lock itself: each part has its own. Who holds one asks for no other, but for the figures, which need all,
 * that of mappings first. A thread allocates from the shard of its cache, and from another where that has no room;
 * where the limit or the system leaves none either, room is made, and all is tried once more. A call that throws has
 * changed nothing.
 */
final class Bulk {
    /** How many of the largest blocks a shard has room for at least, if it is not the only one. */
    private static final long SHARD_BLOCKS = 4;

    private final MemorySegment memory;
    private final long mmapThreshold;
    private final Budget budget;
    private final Slots slots;
    private final BlockShard[] shards;
    private final MappedBlocks mapped;

    /**
     * Reserves the regions. {@code memory} is all memory, as long as the heap is open; {@code slots} has caches, whose
     * shards are those here, and which are flushed where the budget is exceeded, before that is believed.
     *
     * @throws OsException if the operating system refuses even small regions
     */
    Bulk(Os os, MemorySegment memory, HeapOptions options, Budget budget, Slots slots) {
        this.memory = memory;
        this.budget = budget;
        this.slots = slots;
        mmapThreshold = options.mmapThreshold();
        mapped = new MappedBlocks(os, memory, options, budget);
        shards = new BlockShard[shardCount(options, slots.layout().shards())];
        int made = 0;
        try {
            for (; made < shards.length; made++) {
                Region region = Region.reserve(os, options.addressRange() / shards.length);
                shards[made] = new BlockShard(region, memory, budget);
            }
        } finally {
            if (made < shards.length) {
                Arrays.stream(shards, 0, made).forEach(BlockShard::close);
            }
        }
    }

    /** How many shards of such a heap there are: a power of two, as {@code most} is. */
    static int shardCount(HeapOptions options, int most) {
        long fitting = options.addressRange() / SHARD_BLOCKS / options.mmapThreshold();
        return (int) Long.highestOneBit(Math.clamp(fitting, 1, most));
    }

    /**
     * The address of {@code size} bytes, a multiple of {@code alignment}, which is a power of two; all zero if
     * {@code zeroed}.
     */
    long allocate(long size, long alignment, boolean zeroed) {
        requireAddressable(size);
        return withRoom(size, new LongSupplier() {
            @Override
            public long getAsLong() {
                return size >= mmapThreshold
                    ? mapped.allocate(size, alignment, zeroed) : allocateBlock(size, alignment, zeroed);
            }
        });
    }

    void free(long address) {
        BlockShard shard = shardOf(address);
        if (shard != null) {
            shard.free(address);
        } else {
            mapped.free(address);
        }
    }

    /** As {@link Heap#memretire}: a block stays as it is. */
    void retire(long address) {
        BlockShard shard = shardOf(address);
        if (shard != null) {
            shard.requireLive(address);
        } else {
            try {
                mapped.retire(address);
            } catch (OsException e) {
                throw refusal(0, e.getMessage(), e);
            }
        }
    }

    /** As {@link Heap#memrelocate}, of a mapping; 0 if there is a block at the address, which cannot be moved away. */
    long relocate(long address, long newSize) {
        if (shardOf(address) != null) {
            return 0;
        }
        requireAddressable(newSize);
        return withRoom(newSize, new LongSupplier() {
            @Override
            public long getAsLong() {
                return mapped.relocate(address, newSize);
            }
        });
    }

    /** Resizes in place, or by moving; returns the address then. */
    long resize(long address, long newSize) {
        BlockShard shard = shardOf(address);
        requireAddressable(newSize);
        if (shard == null) {
            return withRoom(newSize, new LongSupplier() {
                @Override
                public long getAsLong() {
                    return mapped.resize(address, newSize);
                }
            });
        }
        if (newSize < mmapThreshold && resizeInPlace(shard, address, newSize)) {
            return address;
        }
        long kept = Math.min(shard.requireLive(address), newSize);
        long moved = allocate(newSize, 1, false);
        try {
            RawMemory.copy(memory, address, moved, kept);
            shard.free(address);
        } catch (RuntimeException | Error e) {
            free(moved);
            throw e;
        }
        return moved;
    }

    /** The bytes that may be used of the live block or mapping at an address. */
    long requireLive(long address) {
        BlockShard shard = shardOf(address);
        return shard != null ? shard.requireLive(address) : mapped.requireLive(address);
    }

    /** Whether an address is in memory for blocks. */
    boolean owns(long address) {
        return shardOf(address) != null || mapped.owns(address);
    }

    /** The lock without which the block at an address can be freed by another thread at any time. */
    Object lockOf(long address) {
        BlockShard shard = shardOf(address);
        return shard != null ? shard : mapped;
    }

    /** Whether there is memory to give back to the operating system, now or later. */
    boolean isWorthPurging() {
        boolean worth = mapped.isWorthPurging();
        for (BlockShard shard : shards) {
            worth |= shard.isWorthPurging();
        }
        return worth;
    }

    /**
     * Gives memory back that was free for a while; all, if {@code now}. That is done in steps, and locks are released
     * between them, for those who wait.
     *
     * @throws OsException if the operating system refuses; the rest is kept until something is freed again
     */
    void purge(boolean now) {
        for (BlockShard shard : shards) {
            shard.purge(now);
        }
        mapped.purge(now);
    }

    /** What {@code figures} makes of the figures here while none of them can change. */
    <T> T withStats(Function<BulkStats, T> figures) {
        // First: who fills a mapping holds its lock for long, in which blocks shall not wait.
        synchronized (mapped) {
            return withShards(0, mapped.stats(), figures);
        }
    }

    /** Shows all live blocks. */
    void walk(BlockVisitor visitor) {
        for (BlockShard shard : shards) {
            shard.walk(visitor);
        }
        mapped.walk(visitor);
    }

    /** Verifies every invariant; the first that is broken is thrown as an {@link IllegalStateException}. */
    void check() {
        for (BlockShard shard : shards) {
            shard.check();
        }
        mapped.check();
    }

    /** Gives everything back; throws {@link OsException} if the operating system refuses, to be called again then. */
    void close() {
        mapped.close();
        for (BlockShard shard : shards) {
            shard.close();
        }
    }

    private <T> T withShards(int from, BulkStats sum, Function<BulkStats, T> figures) {
        if (from == shards.length) {
            return figures.apply(sum);
        }
        synchronized (shards[from]) {
            return withShards(from + 1, sum.plus(shards[from].stats()), figures);
        }
    }

    /** The shard that an address is in; null if it is in none. */
    private BlockShard shardOf(long address) {
        for (BlockShard shard : shards) {
            if (shard.contains(address)) {
                return shard;
            }
        }
        return null;
    }

    /** From the thread's own shard, or else from any; 0 if none has room within the limit. */
    private long allocateBlock(long size, long alignment, boolean zeroed) {
        int own = slots.shard() & shards.length - 1;
        long address = 0;
        for (int i = 0; address == 0 && i < shards.length; i++) {
            address = shards[own ^ i].allocate(size, alignment, zeroed);
        }
        return address;
    }

    /**
     * Near the limit, room is made before a move is tried, which would need more. Where the system refuses, the block
     * may still be moved into room that is there.
     */
    private boolean resizeInPlace(BlockShard shard, long address, long newSize) {
        try {
            if (shard.resize(address, newSize)) {
                return true;
            }
            if (newSize <= budget.left()) {
                return false;
            }
            makeRoom(null);
        } catch (OsException e) {
            makeRoom(e);
        }
        try {
            return shard.resize(address, newSize);
        } catch (OsException e) {
            return false;
        }
    }

    /** What {@code attempt} returns, unless it is 0 or the system refuses: then room is made, and it is run again. */
    private long withRoom(long size, LongSupplier attempt) {
        boolean again = false;
        while (true) {
            OsException refused = null;
            try {
                long address = attempt.getAsLong();
                if (address != 0) {
                    return address;
                }
            } catch (OsException e) {
                refused = e;
            }
            if (again) {
                endAllowances();
                throw refusal(size, why(size, refused), refused);
            }
            makeRoom(refused);
            again = true;
        }
    }

    /** Gives back what caches hold and what was allowed; and spares, where the system has no memory. */
    private void makeRoom(OsException refused) {
        slots.flushCaches();
        endAllowances();
        if (refused != null) {
            try {
                mapped.dropSpares();
            } catch (OsException e) {
                refused.addSuppressed(e);
            }
        }
    }

    private void endAllowances() {
        for (BlockShard shard : shards) {
            shard.endAllowance();
        }
        mapped.endAllowance();
    }

    /** What no system has is not even asked for: the budget for it would be missing for others in the meantime. */
    private void requireAddressable(long size) {
        if (size > Os.ADDRESSES) {
            makeRoom(null);
            throw refusal(size, "no address space is that large", null);
        }
    }

    private long bytesReserved() {
        long bytes = 0;
        for (BlockShard shard : shards) {
            bytes += shard.bytesReserved();
        }
        return bytes;
    }

    /** The error for a request that cannot be met; once room was made, it has the bytes of callers only. */
    OutOfMemoryError refusal(long size, String why, OsException refused) {
        return budget.refusal(size, why, Holders.of(slots.classes(), withStats(Function.identity())), refused);
    }

    private String why(long size, OsException refused) {
        if (refused != null) {
            return refused.getMessage();
        }
        return size > budget.left() || size >= mmapThreshold
            ? "the limit would be exceeded" : "the address range of " + bytesReserved() + " bytes is full";
    }
}
