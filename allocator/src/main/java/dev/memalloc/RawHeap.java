package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/**
 * All blocks of a heap, slots and others as one: which part serves a request, and moving a block from one to another.
 *
 * <p>What is asked for was looked at by {@link Heap}: sizes are positive, alignments are what it takes, the heap is
 * open. A call that throws has changed nothing. Thread-safe.
 */
final class RawHeap {
    private final MemorySegment memory;
    private final Budget budget;
    private final Slots slots;
    private final Bulk bulk;

    /**
     * Reserves the address ranges. {@code memory} is all memory, as long as the heap is open.
     *
     * @throws OsException if the operating system refuses even small ones
     */
    RawHeap(Os os, MemorySegment memory, HeapOptions options) {
        this.memory = memory;
        budget = new Budget(options.limit());
        slots = Slots.reserve(os, memory, options, budget);
        try {
            bulk = new Bulk(os, memory, options, budget, slots);
        } catch (OsException | Error e) {
            slots.classes().close();
            throw e;
        }
    }

    Slots slots() {
        return slots;
    }

    Bulk bulk() {
        return bulk;
    }

    /** The address of {@code size} bytes, a multiple of {@code alignment}, which is a power of two from 16 on. */
    long allocate(long size, long alignment, boolean zeroed) {
        // Slots of as many bytes are all aligned: each class begins with a page, and has one size.
        long rounded = size + alignment - 1 & -alignment;
        long address = alignment <= Os.PAGE_SIZE && slots.serves(rounded) ? allocateSlot(rounded) : 0;
        if (address == 0) {
            address = bulk.allocate(size, alignment, zeroed);
        } else if (zeroed) {
            RawMemory.zero(memory, address, size);
        }
        assert address % alignment == 0 : "the address is a multiple of the alignment";
        return address;
    }

    void free(long address) {
        if (slots.contains(address)) {
            slots.free(address);
        } else {
            bulk.free(address);
        }
    }

    long resize(long address, long newSize) {
        return slots.contains(address) ? resizeSlot(address, newSize) : bulk.resize(address, newSize);
    }

    void retire(long address) {
        if (slots.contains(address)) {
            slots.requireLive(address);
        } else {
            bulk.retire(address);
        }
    }

    /** As {@link Heap#memrelocate}. */
    long relocate(long address, long newSize) {
        long moved = slots.contains(address) ? 0 : bulk.relocate(address, newSize);
        if (moved == 0) {
            long size = requireLive(address);
            if (newSize <= size) {
                return address;
            }
            moved = allocate(newSize, SlotSizes.UNIT, false);
            RawMemory.copy(memory, address, moved, size);
        }
        return moved;
    }

    /** The bytes that may be used of the live block at an address. */
    long requireLive(long address) {
        return slots.contains(address) ? slots.requireLive(address) : bulk.requireLive(address);
    }

    /**
     * Runs what uses the bytes of the live block at an address. Meanwhile no other thread can free it, and make a
     * mapping go away, or have what is written into a block taken for zero later. Slots stay what they are.
     *
     * @param action is given how many bytes may be used
     */
    void whileLive(long address, LongConsumer action) {
        if (slots.contains(address)) {
            action.accept(slots.requireLive(address));
            return;
        }
        synchronized (bulk.lockOf(address)) {
            action.accept(bulk.requireLive(address));
        }
    }

    HeapStats stats() {
        return bulk.withStats(this::stats);
    }

    void walk(BlockVisitor visitor) {
        slots.classes().walk(visitor);
        bulk.walk(visitor);
    }

    void check() {
        bulk.check();
        slots.classes().check();
    }

    /** Gives all back to the operating system that is not in use. */
    void trim() {
        slots.flushCaches();
        try {
            slots.classes().purge(true);
            bulk.purge(true);
        } catch (OsException e) {
            throw bulk.refusal(0, e.getMessage(), e);
        }
    }

    /** Gives back what was free for a while; returns whether there will be more. */
    boolean purge() {
        try {
            slots.flushIdle();
            slots.classes().purge(false);
            bulk.purge(false);
        } catch (OsException | IllegalStateException e) {
            // Nobody is here to be told. What is damaged is found by the next call that comes near it.
        }
        return slots.classes().isWorthPurging() || bulk.isWorthPurging();
    }

    /** Nothing is handed out any more, and what is freed is not taken back. */
    void refuse() {
        slots.refuse();
    }

    /** Gives everything back; what the operating system refuses, by calling again. */
    void close() {
        try {
            bulk.close();
            slots.classes().close();
        } catch (OsException e) {
            throw bulk.refusal(0, e.getMessage(), e);
        }
    }

    private HeapStats stats(BulkStats inBulk) {
        long cached = slots.bytesCached();
        long live = Math.max(0, budget.taken() - cached - inBulk.bytesAllowed());
        long inSlots = live - inBulk.bytesInBlocks() - inBulk.bytesMapped();
        return new HeapStats(
            live,
            inBulk.bytesCommitted() + slots.classes().bytesCommitted(),
            inBulk.bytesMapped(),
            inBulk.bytesSpare(),
            inBulk.bytesFree() + slots.classes().bytesCommitted() - inSlots,
            slots.live() + inBulk.blocksLive() + inBulk.mappingsLive(),
            inBulk.mappingsLive(),
            budget.peak(),
            inBulk.largestFree(),
            budget.limit());
    }

    /** The address of a slot; 0 if there is none within the limit and the range. */
    private long allocateSlot(long size) {
        try {
            return slots.allocate(SlotSizes.classOf(size));
        } catch (OsException e) {
            throw bulk.refusal(size, e.getMessage(), e);
        }
    }

    private long resizeSlot(long address, long newSize) {
        long size = slots.requireLive(address);
        if (newSize <= size && (newSize > size / 2 || size == SlotSizes.UNIT)) {
            return address;
        }
        long moved;
        try {
            moved = allocate(newSize, SlotSizes.UNIT, false);
        } catch (OutOfMemoryError e) {
            if (newSize <= size) {
                return address;
            }
            throw e;
        }
        try {
            RawMemory.copy(memory, address, moved, Math.min(size, newSize));
            slots.free(address);
        } catch (RuntimeException | Error e) {
            free(moved);
            throw e;
        }
        return moved;
    }
}
