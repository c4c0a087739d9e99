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
import java.util.function.LongConsumer;
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
    /** What was found in blocks that left quarantine. */
    private final AtomicReference<IllegalStateException> untold = new AtomicReference<>();

    Guards(MemorySegment memory, RawHeap raw, HeapOptions options) {
        this.memory = memory;
        this.raw = raw;
        interval = options.guardInterval();
        quarantine = new Quarantine(options.limit());
        if (!areOff()) {
            tryOut();
        }
    }

    /** All that guards go through, once: what the JVM links for it must not fail at a bad moment. */
    private void tryOut() {
        try {
            long block = allocateGuarded(1, SlotSizes.UNIT, false);
            RawMemory.zero(memory, block + 1, 1);
            for (int i = 0; i < 2; i++) {
                try {
                    free(block);
                } catch (IllegalStateException e) {
                    // First for the byte that was written, and then for the second free.
                }
            }
            endQuarantine();
        } catch (OutOfMemoryError e) {
            // The limit is too small for any block.
        }
    }

    boolean areOff() {
        return interval == 0;
    }

    /** Whether each block is guarded. */
    boolean areForAll() {
        return interval == 1;
    }

    /**
     * The address of at least {@code size} bytes, a multiple of {@code alignment}, which is a power of two; of exactly
     * as many, if it is this block's turn to be guarded.
     */
    long allocate(long size, long alignment, boolean zeroed) {
        boolean guarded = isDue();
        return withRoom(new LongSupplier() {
            @Override
            public long getAsLong() {
                return guarded ? allocateGuarded(size, alignment, zeroed) : raw.allocate(size, alignment, zeroed);
            }
        });
    }

    /**
     * Frees a block.
     *
     * @throws IllegalArgumentException if there is none at that address
     * @throws IllegalStateException if it was freed already; or if somebody wrote to its guards: it is freed then
     */
    void free(long address) {
        GuardedBlock block = find(address);
        if (block == null) {
            raw.free(address);
            return;
        }
        IllegalStateException damage = block.free();
        try {
            throwIf(named(block, damage));
        } finally {
            retire(block);
        }
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
        return withRoom(new LongSupplier() {
            @Override
            public long getAsLong() {
                return raw.resize(address, newSize);
            }
        });
    }

    void retire(long address) {
        if (find(address) == null) {
            raw.retire(address);
        }
    }

    /** As {@link Heap#memrelocate}. */
    long relocate(long address, long newSize) {
        GuardedBlock block = find(address);
        if (block == null) {
            return withRoom(new LongSupplier() {
                @Override
                public long getAsLong() {
                    return raw.relocate(address, newSize);
                }
            });
        }
        if (newSize <= block.size) {
            return address;
        }
        long moved = allocate(newSize, SlotSizes.UNIT, false);
        RawMemory.copy(memory, address, moved, block.size);
        return moved;
    }

    /** The bytes that may be used of the live block at an address. */
    long requireLive(long address) {
        GuardedBlock block = find(address);
        return block != null ? block.size : raw.requireLive(address);
    }

    /**
     * Runs what uses the bytes of the live block at an address: it is neither freed nor unmapped meanwhile.
     *
     * @param action is given how many they are
     */
    void whileLive(long address, LongConsumer action) {
        GuardedBlock block = find(address);
        if (block != null) {
            block.whileLive(() -> action.accept(block.size));
        } else {
            raw.whileLive(address, action);
        }
    }

    /** Shows all live blocks. */
    void walk(Consumer<LiveBlock> visitor) {
        raw.walk((address, size) -> {
            if (at(address) == null) {
                visitor.accept(new LiveBlock(address, size, List.of()));
            }
        });
        live().forEach(block -> visitor.accept(
            new LiveBlock(block.address, block.size, block.allocated().stack())));
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
        IllegalStateException all = takeUntold();
        for (GuardedBlock block : blocks.values()) {
            all = joined(all, named(block, block.damage()));
        }
        return all;
    }

    /** Ends the quarantine of all blocks; returns the damage to them, as one exception, or null. */
    IllegalStateException endQuarantine() {
        IllegalStateException all = null;
        for (int left = quarantine.count(); left > 0; left--) {
            GuardedBlock leaving = quarantine.leave();
            if (leaving != null) {
                all = joined(all, release(leaving));
            }
        }
        return all;
    }

    /** Damage in blocks that have left quarantine by themselves, which nobody was told yet; null if there is none. */
    IllegalStateException takeUntold() {
        return untold.getAndSet(null);
    }

    /** The heap is closed: what is known of its blocks may fill the Java heap, and is of no use any more. */
    void forget() {
        blocks.clear();
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
        if (!own.isGuardDue()) {
            own.untilGuard--;
            return false;
        }
        own.untilGuard = ThreadLocalRandom.current().nextInt(2 * interval - 1);
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
        long moved;
        try {
            moved = allocate(newSize, SlotSizes.UNIT, false);
        } catch (OutOfMemoryError e) {
            if (newSize <= block.size) {
                return block.address;
            }
            throw e;
        }
        IllegalStateException damage;
        try {
            block.whileLive(() -> RawMemory.copy(memory, block.address, moved, Math.min(block.size, newSize)));
            damage = block.free();
        } catch (RuntimeException | Error e) {
            free(moved);
            throw e;
        }
        note(named(block, damage));
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
        GuardedBlock block = at(address);
        if (block != null) {
            block.requireLive(address);
        }
        return block;
    }

    /** The guarded block, live or in quarantine, whose room an address is in; null if it is in none. */
    private GuardedBlock at(long address) {
        Map.Entry<Long, GuardedBlock> before = blocks.floorEntry(address);
        GuardedBlock block = before == null ? null : before.getValue();
        return block == null || !block.contains(address) || block.isReleased() ? null : block;
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

    /** Puts a freed block into quarantine, which others may leave for it; an Error leaves it, or them, there. */
    private void retire(GuardedBlock block) {
        try {
            if (!quarantine.takes(block)) {
                note(release(block));
                return;
            }
            quarantine.enter(block);
            GuardedBlock overdue = quarantine.leaveIfOverdue();
            while (overdue != null) {
                note(release(overdue));
                overdue = quarantine.leaveIfOverdue();
            }
        } catch (VirtualMachineError e) {
            // The block that was to be freed is freed.
        }
    }

    /** Gives the memory of a block back, and returns its damage, or null. After an Error it is in quarantine. */
    private IllegalStateException release(GuardedBlock block) {
        IllegalStateException damage = null;
        try {
            damage = named(block, block.damage());
            block.setReleased(true);
            raw.slots().setGuarded(block.base, false);
            raw.free(block.base);
        } catch (VirtualMachineError e) {
            raw.slots().setGuarded(block.base, true);
            block.setReleased(false);
            quarantine.enter(block);
            note(damage);
            throw e;
        }
        // Last: whoever has the memory by now finds nothing here, or has replaced it.
        blocks.remove(block.base, block);
        return damage;
    }

    /** Whoever asks next is told of damage; if nobody does, the purger writes it to the log. */
    private void note(IllegalStateException damage) {
        if (damage != null) {
            untold.accumulateAndGet(damage, Guards::joined);
            Purger.wake();
        }
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
    static IllegalStateException joined(IllegalStateException first, IllegalStateException other) {
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
                if (quarantine.count() > 0) {
                    note(endQuarantine());
                    return request.getAsLong();
                }
            } catch (OutOfMemoryError again) {
                throw withOrigins(again);
            }
            throw withOrigins(e);
        }
    }
}
