package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The guarded blocks of a heap: one of so many blocks, or all. What sampling a few finds in production, as GWP-ASan
 * does (Serebryany et al., 2023), without its pages that end the process when they are touched.
 *
 * <p>A guarded block begins where no other does, so the quick way passes it on to here, and takes no longer for the
 * others. Freed ones wait in quarantine: their addresses are not used again for a while, and what is written to them is
 * found when they leave it. Thread-safe.
 *
 * <p>Each takes about 1 KiB of the Java heap, for the stack of who allocated it, and as much for who freed it.
 */
final class Guards {
    /** The fewest bytes of a guard. */
    private static final long GUARD_MIN = 16;
    /** So many places where memory was allocated are in the error where there is none. */
    private static final int ORIGINS_MAX = 5;
    /** Of so many blocks: it shall not take long. */
    private static final int ORIGIN_BLOCKS_MAX = 2048;

    private final MemorySegment memory;
    private final RawHeap raw;
    private final int interval;
    /** By base; those in quarantine as well. */
    private final ConcurrentSkipListMap<Long, GuardedBlock> blocks = new ConcurrentSkipListMap<>();
    private final Quarantine quarantine;
    /** What was found in blocks that left quarantine: the next call that may tell will. */
    private final AtomicReference<IllegalStateException> untold = new AtomicReference<>();

    Guards(MemorySegment memory, RawHeap raw, HeapOptions options) {
        this.memory = memory;
        this.raw = raw;
        interval = options.guardInterval();
        quarantine = new Quarantine(options.limit());
    }

    boolean areOff() {
        return interval == 0;
    }

    /**
     * The address of at least {@code size} bytes, a multiple of {@code alignment}, which is a power of two; of exactly
     * as many, if it is this block's turn to be guarded.
     */
    long allocate(long size, long alignment, boolean zeroed) {
        boolean guarded = isDue();
        return withRoom(() -> guarded
            ? allocateGuarded(size, alignment, zeroed) : raw.allocate(size, alignment, zeroed));
    }

    /**
     * Frees a block.
     *
     * @throws IllegalArgumentException if there is none at that address
     * @throws IllegalStateException if it was freed already; or if somebody wrote to the guards of this block, or to
     *     another in quarantine: this one is freed then
     */
    void free(long address) {
        GuardedBlock block = find(address);
        if (block == null) {
            raw.free(address);
            return;
        }
        block.free();
        IllegalStateException damage = named(block, block.damage());
        retire(block);
        throwIf(joined(damage, untold.getAndSet(null)));
    }

    /**
     * Makes a live block larger or smaller. A guarded one is always moved, so that whoever keeps its old address is
     * found.
     *
     * @throws IllegalStateException if somebody wrote to its guards; it is as it was then
     */
    long resize(long address, long newSize) {
        GuardedBlock block = find(address);
        if (block != null) {
            return resize(block, newSize);
        }
        return withRoom(() -> raw.resize(address, newSize));
    }

    /** The bytes that may be used of the live block at an address. */
    long requireLive(long address) {
        GuardedBlock block = find(address);
        return block != null ? block.size : raw.requireLive(address);
    }

    /** Runs what uses the bytes of the live block at an address: it is neither freed nor unmapped meanwhile. */
    void whileLive(long address, Runnable action) {
        GuardedBlock block = find(address);
        if (block != null) {
            block.whileLive(action);
            return;
        }
        synchronized (raw.lockOf(address)) {
            action.run();
        }
    }

    /** Shows all live blocks. */
    void walk(Consumer<LiveBlock> visitor) {
        raw.walk((address, size) -> {
            if (!blocks.containsKey(address)) {
                visitor.accept(new LiveBlock(address, size, List.of()));
            }
        });
        live().forEach(block -> visitor.accept(
            new LiveBlock(block.address, block.size, List.of(block.allocated().getStackTrace()))));
    }

    /** Where the live ones were allocated. */
    Origins origins() {
        return new Origins(live());
    }

    /** Throws an {@link IllegalStateException} if somebody wrote where nobody may, or the heap is damaged. */
    void check() {
        raw.check();
        throwIf(damage());
    }

    /** All damage to the bytes of guarded blocks that was not told yet, as one exception; null if there is none. */
    IllegalStateException damage() {
        IllegalStateException all = untold.getAndSet(null);
        for (GuardedBlock block : blocks.values()) {
            all = joined(all, named(block, block.damage()));
        }
        return all;
    }

    /**
     * Ends the quarantine of all blocks; returns false if there were none.
     *
     * @throws IllegalStateException if somebody wrote to one of them; it has ended all the same
     */
    boolean endQuarantine() {
        int count = quarantine.count();
        for (int i = 0; i < count; i++) {
            GuardedBlock leaving = quarantine.leave();
            if (leaving != null) {
                release(leaving);
            }
        }
        throwIf(untold.getAndSet(null));
        return count > 0;
    }

    /** Whether the block that the current thread is about to allocate shall be guarded. */
    private boolean isDue() {
        if (interval <= 1) {
            return interval == 1;
        }
        ThreadCache own = raw.slots().caches().own();
        if (own == null) {
            return ThreadLocalRandom.current().nextInt(interval) == 0;
        }
        boolean begins = own.untilGuard == ThreadCache.NOT_COUNTING;
        if (begins || own.countDown()) {
            own.untilGuard = ThreadLocalRandom.current().nextInt(2 * interval - 1);
        } else {
            return false;
        }
        return !begins || ThreadLocalRandom.current().nextInt(interval) == 0;
    }

    private long allocateGuarded(long size, long alignment, boolean zeroed) {
        long front = Math.max(GUARD_MIN, alignment);
        long enough = size + front + GUARD_MIN;
        if (enough < 0) {
            return raw.allocate(size, alignment, zeroed);
        }
        long base = allocateWithGuards(enough, front, zeroed, size);
        try {
            GuardedBlock block = new GuardedBlock(memory, base, raw.requireLive(base), base + front, size);
            blocks.put(base, block);
            raw.slots().setGuarded(base, true);
            return block.address;
        } catch (Throwable e) {
            try {
                blocks.remove(base);
            } finally {
                raw.free(base);
            }
            throw e;
        }
    }

    /** The error is about what the caller asked for. */
    private long allocateWithGuards(long enough, long front, boolean zeroed, long size) {
        try {
            return raw.allocate(enough, front, zeroed);
        } catch (OutOfMemoryError e) {
            OutOfMemoryError error = new OutOfMemoryError(size + " bytes and " + (enough - size)
                + " of guards: " + e.getMessage());
            error.initCause(e.getCause());
            throw error;
        }
    }

    private long resize(GuardedBlock block, long newSize) {
        throwIf(named(block, block.damage()));
        long moved = allocate(newSize, SlotSizes.UNIT, false);
        try {
            block.whileLive(() -> RawMemory.copy(memory, block.address, moved, Math.min(block.size, newSize)));
            block.free();
        } catch (RuntimeException | Error e) {
            free(moved);
            throw e;
        }
        retire(block);
        return moved;
    }

    /**
     * The live guarded block at an address; null if it is in none.
     *
     * @throws IllegalStateException if it was freed already
     * @throws IllegalArgumentException if the address is in the middle of one, or in its guards
     */
    private GuardedBlock find(long address) {
        if (areOff()) {
            return null;
        }
        Map.Entry<Long, GuardedBlock> before = blocks.floorEntry(address);
        if (before == null || !before.getValue().contains(address)) {
            return null;
        }
        before.getValue().requireLive(address);
        return before.getValue();
    }

    /** The live ones. */
    Collection<GuardedBlock> live() {
        List<GuardedBlock> live = new ArrayList<>();
        for (GuardedBlock block : blocks.values()) {
            if (block.isLive()) {
                live.add(block);
            }
        }
        return live;
    }

    /** Puts a freed block into quarantine, which others may leave for it; where the Java heap is full, none does. */
    private void retire(GuardedBlock block) {
        quarantine.enter(block);
        try {
            GuardedBlock overdue = quarantine.leaveIfOverdue();
            while (overdue != null) {
                release(overdue);
                overdue = quarantine.leaveIfOverdue();
            }
        } catch (VirtualMachineError e) {
            // It is in quarantine again: the block that was to be freed is freed.
        }
    }

    /** Gives the memory of a block back, and notes its damage. An Error leaves it in quarantine. */
    private void release(GuardedBlock block) {
        try {
            IllegalStateException damage = named(block, block.damage());
            if (damage != null) {
                untold.accumulateAndGet(damage, Guards::joined);
            }
            blocks.remove(block.base);
        } catch (VirtualMachineError e) {
            quarantine.enter(block);
            throw e;
        }
        block.release();
        raw.slots().setGuarded(block.base, false);
        raw.free(block.base);
    }

    /** Damage of a block, with the blocks beside it: who wrote too far may have been theirs. */
    private IllegalStateException named(GuardedBlock block, IllegalStateException damage) {
        if (damage != null) {
            Map.Entry<Long, GuardedBlock> before = blocks.lowerEntry(block.base);
            if (before != null && before.getValue().base + before.getValue().room == block.base) {
                damage.addSuppressed(before.getValue().described("the block before it"));
            }
            GuardedBlock after = blocks.get(block.base + block.room);
            if (after != null) {
                damage.addSuppressed(after.described("the block behind it"));
            }
        }
        return damage;
    }

    /** An error with where most of the memory was allocated, as far as is known. */
    private OutOfMemoryError withOrigins(OutOfMemoryError error) {
        if (!areOff()) {
            new Origins(blocks.values().stream().filter(GuardedBlock::isLive).limit(ORIGIN_BLOCKS_MAX).toList())
                .addTo(error, ORIGINS_MAX);
        }
        return error;
    }

    /** The first of two, with the other in it: what was found is told once, and all of it. */
    private static IllegalStateException joined(IllegalStateException first, IllegalStateException other) {
        if (first == null || other == null) {
            return first == null ? other : first;
        }
        first.addSuppressed(other);
        return first;
    }

    private static void throwIf(IllegalStateException damage) {
        if (damage != null) {
            throw damage;
        }
    }

    /** What {@code request} returns; where there is no memory, that of blocks in quarantine is what can be missed. */
    private long withRoom(LongSupplier request) {
        try {
            return request.getAsLong();
        } catch (OutOfMemoryError e) {
            if (areOff()) {
                throw e;
            }
            try {
                if (endQuarantine()) {
                    return request.getAsLong();
                }
            } catch (OutOfMemoryError again) {
                throw withOrigins(again);
            }
            throw withOrigins(e);
        }
    }
}
