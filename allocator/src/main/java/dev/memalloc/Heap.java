package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import dev.memalloc.internal.StackRoom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * A heap of off-heap memory: blocks in an address range of its own, and mappings beside it for large requests.
 *
 * <p>An address is a {@code long}, 0 means none. Each one that a heap hands out is a multiple of 16 and stays
 * the caller's until it is given to {@link #memfree} or {@link #memresize} of the same heap, or the heap is
 * closed. A block of up to 1 KiB takes its size rounded up to a multiple of 16 bytes; one of up to 8 KiB, at most a
 * sixteenth more; a larger one, its size rounded up to a multiple of 1 KiB; a mapping takes whole pages.
 *
 * <p><b>Misuse</b> is found before it does harm, and by every method alike: an address that is not the start of
 * a live block gives {@link IllegalArgumentException}; one that was freed already, {@link IllegalStateException}; and
 * nothing has changed then. (Of an address whose memory went back to the operating system since, it may not be known
 * any more that it was a block's: that is an argument then; so it is of a guarded block that has left quarantine.)
 * What is known of blocks is not in their memory, nor beside it: no write to a block, or beyond it, damages the heap.
 * It may damage another block, and nobody notices.
 *
 * <p><b>Threads.</b> Any thread may call any method at any time. Blocks of up to 8 KiB are served by each thread
 * without a lock; larger ones by one of several, which threads that run at once seldom share; mappings take turns. What
 * is written into a block is not ordered between threads by that.
 *
 * <p><b>Cost.</b> {@code memalloc}, {@code memfree} and an in-place {@code memresize} take a bounded number of
 * steps; a mapping takes a call to the operating system if none can be used again, which rarely copies.
 *
 * {@snippet :
 * try (Heap heap = new Heap(HeapOptions.defaults().withLimit(1L << 30))) {
 *     long p = heap.memalloc(1000);
 *     heap.segment(p).fill((byte) 1);
 *     p = heap.memresize(p, 1_000_000);
 * }                                       // everything is given back
 * }
 */
public final class Heap implements AutoCloseable {
    /** The largest alignment that {@link #memalign} takes: 2 MiB. */
    public static final long ALIGNMENT_MAX = 2L << 20;

    /** Ends with the heap; null for the process's, which does not. */
    private final Arena arena;
    /** All memory, for as long as the heap is open: what {@link #segment} hands out is sliced from it. */
    private final MemorySegment memory;
    private final RawHeap raw;
    /** The same as that of {@link #raw}: the quick way needs it. */
    private final Slots slots;
    private final Guards guards;
    private final Leases leases = new Leases();
    private volatile boolean closed;

    /**
     * A heap with {@link HeapOptions#defaults()}.
     *
     * @throws OutOfMemoryError if the operating system refuses even a small address range
     * @throws IllegalCallerException if native access is not enabled; the message has the flag to pass
     */
    public Heap() {
        this(HeapOptions.defaults());
    }

    /**
     * A heap with settings of its own.
     *
     * @param options the settings
     * @throws OutOfMemoryError if the operating system refuses even a small address range
     * @throws IllegalCallerException if native access is not enabled; the message has the flag to pass
     */
    public Heap(HeapOptions options) {
        this(options, new Os(), Arena.ofShared());
        Purger.register(this);
    }

    /** For tests: the purger leaves it alone. */
    Heap(HeapOptions options, Os os) {
        this(options, os, Arena.ofShared());
    }

    private Heap(HeapOptions options, Os os, Arena arena) {
        this.arena = arena;
        memory = arena == null ? RawMemory.all() : RawMemory.all(arena);
        try {
            raw = new RawHeap(os, memory, options);
        } catch (OsException e) {
            OutOfMemoryError error = new OutOfMemoryError("no address range for a heap: " + e.getMessage());
            error.initCause(e);
            throw error;
        }
        slots = raw.slots();
        guards = new Guards(memory, raw, options);
    }

    /** The heap of {@link Memory}. */
    static Heap ofProcess() {
        Heap heap = new Heap(HeapOptions.fromSystemProperties(), new Os(), null);
        Purger.register(heap);
        if (!heap.guards.areOff()) {
            Thread end = new Thread(() -> Findings.of(heap.guards).print(), "memalloc-findings");
            Runtime.getRuntime().addShutdownHook(end);
        }
        return heap;
    }

    /**
     * Allocates memory. Its contents are unspecified.
     *
     * @param size how many bytes
     * @return the address of at least {@code size} bytes, a multiple of 16; 0 if {@code size} is 0
     * @throws IllegalArgumentException if {@code size} is negative
     * @throws OutOfMemoryError if that would exceed the limit, or the operating system has no memory; nothing
     *     has changed then
     * @throws IllegalStateException if the heap is closed, or damage to it was found
     */
    public long memalloc(long size) {
        return memalloc(slots, size);
    }

    /** The same, on this heap's slots; {@link Memory} has them as a constant, for the JIT. */
    long memalloc(Slots constant, long size) {
        if (constant.serves(size)) {
            long address = constant.tryAllocate(SlotSizes.classOf(size));
            if (address != 0) {
                return address;
            }
        }
        return allocate(size);
    }

    /** Whatever the current thread does not have at hand. A call in the middle of the quick way would slow it down. */
    private long allocate(long size) {
        requireSize(size);
        requireOpen();
        StackRoom.require();
        if (size == 0) {
            return 0;
        }
        return guards.allocate(size, SlotSizes.UNIT, false);
    }

    Slots slots() {
        return slots;
    }

    Guards guards() {
        return guards;
    }

    Bulk bulk() {
        return raw.bulk();
    }

    /**
     * Allocates memory for an array, all zero. Memory fresh from the operating system is not zeroed again.
     *
     * @param count how many elements
     * @param elementSize bytes in each
     * @return the address of at least {@code count * elementSize} bytes, a multiple of 16; 0 if either is 0
     * @throws IllegalArgumentException if {@code count} or {@code elementSize} is negative, or the product is more
     *     than {@link Long#MAX_VALUE}
     * @throws OutOfMemoryError as {@link #memalloc}
     * @throws IllegalStateException as {@link #memalloc}
     */
    public long defalloc(long count, long elementSize) {
        requireSize(count);
        requireSize(elementSize);
        if (Math.multiplyHigh(count, elementSize) != 0 || count * elementSize < 0) {
            throw new IllegalArgumentException(
                count + " elements of " + elementSize + " bytes are more bytes than a long can count");
        }
        long size = count * elementSize;
        if (slots.serves(size)) {
            long address = memalloc(size);
            RawMemory.zero(memory, address, size);
            return address;
        }
        requireOpen();
        StackRoom.require();
        if (size == 0) {
            return 0;
        }
        return guards.allocate(size, SlotSizes.UNIT, true);
    }

    /**
     * Allocates memory at a multiple of an alignment, as C's {@code aligned_alloc} does. Its contents are unspecified.
     * It is freed by {@link #memfree}. {@link #memresize} keeps its contents, but of its alignment only what all blocks
     * have, 16.
     *
     * <p>What is 8 KiB at most, {@code size} rounded up to a multiple of {@code alignment}, takes what a block of that
     * many bytes does, if the alignment is a page at most. A larger one takes no more than it does otherwise; but space
     * for its size and the alignment must be found, of which the rest stays free.
     *
     * @param alignment a power of two from 1 to {@link #ALIGNMENT_MAX}; less than 16 is as 16
     * @param size how many bytes; need not be a multiple of {@code alignment}
     * @return the address of at least {@code size} bytes, a multiple of {@code alignment}; 0 if {@code size} is 0
     * @throws IllegalArgumentException if {@code alignment} is no such power of two, or {@code size} is negative
     * @throws OutOfMemoryError as {@link #memalloc}
     * @throws IllegalStateException as {@link #memalloc}
     */
    public long memalign(long alignment, long size) {
        if (alignment < 1 || alignment > ALIGNMENT_MAX || Long.bitCount(alignment) != 1) {
            throw new IllegalArgumentException(
                "an alignment must be a power of two from 1 to " + ALIGNMENT_MAX + ": " + alignment);
        }
        if (alignment <= SlotSizes.UNIT || size <= 0) {
            return memalloc(size);
        }
        requireOpen();
        StackRoom.require();
        return guards.allocate(size, alignment, false);
    }

    /**
     * Frees a block: its bytes must not be used any more.
     *
     * @param address the address of a live block, or 0, which does nothing
     * @throws IllegalArgumentException if no live block starts at {@code address}; nothing has changed then
     * @throws IllegalStateException if the block was freed already, or the heap is closed: nothing has changed then; or
     *     if it is guarded and somebody wrote to its guards: it is freed then
     */
    public void memfree(long address) {
        memfree(slots, address);
    }

    /** As {@link #memalloc(Slots, long)}. */
    void memfree(Slots constant, long address) {
        if (!constant.contains(address) || !constant.tryFree(address)) {
            free(address);
        }
    }

    /** As {@link #allocate}. */
    private void free(long address) {
        requireOpen();
        StackRoom.require();
        if (address != 0) {
            guards.free(address);
        }
    }

    /**
     * Makes a block larger or smaller, keeping its contents up to the smaller size: where it is, if it shrinks or
     * what follows it is free; elsewhere otherwise. A block of up to 8 KiB stays where it is as long as it
     * fits and more than half of it is used. A mapping is moved by the operating system, without copying,
     * and stays a mapping of whole pages however small it becomes. A block that grows to the threshold for
     * mappings becomes one.
     *
     * @param address the address of a live block, which is not to be used any more once this returns; or 0, to
     *     allocate {@code newSize} bytes
     * @param newSize how many bytes it shall have; 0 frees it
     * @return the address of at least {@code newSize} bytes, a multiple of 16; 0 if {@code newSize} is 0
     * @throws IllegalArgumentException if {@code newSize} is negative, or no live block starts at {@code address}
     * @throws OutOfMemoryError as {@link #memalloc}; the block is still live and unchanged then
     * @throws IllegalStateException as {@link #memfree}; the block is unchanged then, unless {@code newSize} is 0
     */
    public long memresize(long address, long newSize) {
        requireSize(newSize);
        if (address == 0) {
            return memalloc(newSize);
        }
        if (newSize == 0) {
            memfree(address);
            return 0;
        }
        requireOpen();
        StackRoom.require();
        return guards.resize(address, newSize);
    }

    /**
     * Gives a block's memory back as far as that can be done while its addresses can still be used: for structures that
     * other threads may be reading or writing at that moment, without harm to anyone. The block stays the caller's
     * until {@link #memfree}, which is to be called once nobody can refer to it any more. What is read there until then
     * is unspecified, and what is written is lost.
     *
     * <p>Of a mapping only address space is left, which is not counted for the limit; any other block keeps its memory
     * until it is freed. (This is the "retire" of hazard pointers: Michael, "Hazard pointers: safe memory reclamation
     * for lock-free objects", IEEE TPDS 2004.)
     *
     * @param address the address of a live block
     * @throws IllegalArgumentException if no live block starts at {@code address}; nothing has changed then
     * @throws OutOfMemoryError if the operating system refuses; nothing has changed then
     * @throws IllegalStateException as {@link #memfree}, or if it was retired already; nothing has changed then
     */
    public void memretire(long address) {
        requireOpen();
        StackRoom.require();
        guards.retire(address);
    }

    /**
     * Makes a block larger for structures that other threads may be using: where it is, if that can be done without
     * harm to anyone; or else its contents are moved to another one, and the old one is as {@link #memretire} would
     * leave it, and is to be freed later. A mapping is moved by the operating system, without copying (by Linux since
     * 5.7).
     *
     * @param address the address of a live block
     * @param newSize how many bytes it shall have
     * @return the address of the other block, a multiple of 16; or the same, if the block has that many bytes now
     * @throws IllegalArgumentException if {@code newSize} is negative, or no live block starts at {@code address}
     * @throws OutOfMemoryError as {@link #memalloc}; the block is unchanged then
     * @throws IllegalStateException as {@link #memretire}
     */
    public long memrelocate(long address, long newSize) {
        requireSize(newSize);
        requireOpen();
        StackRoom.require();
        return guards.relocate(address, newSize);
    }

    /**
     * Copies a block's first bytes into a new one.
     *
     * @param address the address of a live block, or 0
     * @param size how many bytes to copy
     * @return the address of the copy, a multiple of 16; 0 if {@code address} or {@code size} is 0
     * @throws IllegalArgumentException if {@code size} is negative or more than the block has, or no live block
     *     starts at {@code address}
     * @throws OutOfMemoryError as {@link #memalloc}
     * @throws IllegalStateException as {@link #memfree}
     */
    public long memdup(long address, long size) {
        requireSize(size);
        requireOpen();
        if (address == 0) {
            return 0;
        }
        requireWithin(address, size, guards.requireLive(address));
        StackRoom.require();
        long copy = memalloc(size);
        try {
            whileLive(address, size, () -> RawMemory.copy(memory, address, copy, size));
        } catch (RuntimeException | Error e) {
            memfree(copy);
            throw e;
        }
        return copy;
    }

    /**
     * Sets a block's first bytes.
     *
     * @param address the address of a live block, or 0, which does nothing
     * @param value the low 8 bits are what each byte is set to
     * @param size how many bytes to set
     * @return {@code address}
     * @throws IllegalArgumentException if {@code size} is negative or more than the block has, or no live block
     *     starts at {@code address}
     * @throws IllegalStateException as {@link #memfree}
     */
    public long memoryset(long address, int value, long size) {
        requireSize(size);
        requireOpen();
        if (address == 0) {
            return 0;
        }
        whileLive(address, size, () -> RawMemory.fill(memory, address, size, (byte) value));
        return address;
    }

    /**
     * How many bytes may be used of a live block: at least as many as were asked for.
     *
     * @param address the address of a live block
     * @return the bytes, as many as {@link #segment} has
     * @throws IllegalArgumentException if no live block starts at {@code address}
     * @throws IllegalStateException as {@link #memfree}
     */
    public long usableSize(long address) {
        return usableSize(slots, address);
    }

    /** As {@link #memalloc(Slots, long)}. */
    long usableSize(Slots constant, long address) {
        long size = constant.contains(address) ? constant.sizeIfLive(address) : 0;
        return size != 0 ? size : requireLive(address);
    }

    private long requireLive(long address) {
        requireOpen();
        return guards.requireLive(address);
    }

    /**
     * Whether an address is in memory of this heap: who gets addresses from several allocators can tell which one is to
     * free them.
     *
     * @param address any address
     * @return true if it is in a live block, in a free one, or where this heap will put blocks; false if only somebody
     *     else can have memory there
     * @throws IllegalStateException if the heap is closed
     */
    public boolean owns(long address) {
        requireOpen();
        return slots.contains(address) || raw.bulk().owns(address);
    }

    /**
     * A live block's bytes as a segment: at least as many as were asked for. Any thread may use it until the heap
     * is closed, after which it throws. Nobody watches that it is not used after the block was freed.
     *
     * @param address the address of a live block
     * @return the bytes that may be used
     * @throws IllegalArgumentException if no live block starts at {@code address}
     * @throws IllegalStateException as {@link #memfree}
     */
    public MemorySegment segment(long address) {
        return memory.asSlice(address, usableSize(address));
    }

    /**
     * A live block's bytes as a segment of an arena, which can be used until that is closed, even after the heap is.
     * It must not be freed before. An automatic arena closes itself once nobody refers to it or its segments: then
     * {@code cleanup} can free the block.
     *
     * @param address the address of a live block
     * @param arena the arena
     * @param cleanup what is to be done when the arena is closed
     * @return the bytes that may be used
     * @throws IllegalArgumentException if no live block starts at {@code address}
     * @throws IllegalStateException as {@link #memfree}, or if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
     */
    public MemorySegment segment(long address, Arena arena, Runnable cleanup) {
        long size = usableSize(address);
        int lease = lease();
        try {
            return RawMemory.all(arena, all -> {
                try {
                    cleanup.run();
                } finally {
                    endLease(lease);
                }
            }).asSlice(address, size);
        } catch (RuntimeException | Error e) {
            endLease(lease);
            throw e;
        }
    }

    /**
     * The heap's figures.
     *
     * @return the figures now
     * @throws IllegalStateException if the heap is closed
     */
    public HeapStats stats() {
        requireOpen();
        return raw.stats();
    }

    /**
     * Shows every live block of every thread, while threads go on: those that are allocated or freed in the meantime
     * may be among them or not, a guarded one with its guards. No lock is held while {@code action} runs. Takes time
     * proportional to the number of blocks, and of the Java heap 16 bytes for each mapping, and a list of the guarded
     * blocks.
     *
     * @param action is given one block after the other; what it throws ends the walk
     * @throws IllegalStateException if the heap is closed
     */
    public void forEachLive(Consumer<LiveBlock> action) {
        requireOpen();
        guards.walk(action);
    }

    /**
     * Walks every block, slot, free list and mapping, and verifies every invariant between them. Takes time
     * proportional to the number of blocks, a nanosecond or two for each slot; other threads wait where they need a
     * lock: for up to 4,096 slots, or the blocks of a shard.
     *
     * @throws IllegalStateException with the first invariant that is broken, or if the heap is closed
     */
    public void check() {
        requireOpen();
        guards.check();
    }

    /**
     * Gives memory that is not in use back to the operating system now, rather than after the half second to a second
     * that it is kept otherwise: free blocks' pages, freed mappings, what waits in quarantine, and what all threads'
     * caches hold. Each other running thread that has such a cache is stopped for a moment.
     *
     * @throws OutOfMemoryError if the operating system refuses; what could not be given back is kept
     * @throws IllegalStateException if the heap is closed; or if somebody wrote to a guarded block in quarantine: all
     *     was given back then
     */
    public void trim() {
        requireOpen();
        StackRoom.require();
        IllegalStateException damage = Guards.joined(guards.takeUntold(), guards.endQuarantine());
        raw.trim();
        if (damage != null) {
            throw damage;
        }
    }

    /** For the {@link Purger}: gives back what was free for a while; returns whether there will be more. */
    boolean purge() {
        IllegalStateException damage = guards.takeUntold();
        if (damage != null) {
            Findings.log("found when blocks left quarantine", damage);
        }
        return !closed && raw.purge();
    }

    /**
     * Gives everything back to the operating system at once: no block of this heap may be used any more. Every
     * later call but this one throws {@link IllegalStateException}.
     *
     * <p>Where a {@link HeapArena} has memory of this heap, its segments can be used until it is closed, as those of
     * any arena; the memory is given back when the last of these arenas is.
     *
     * @throws IllegalStateException if this is the process's heap, which cannot be closed, or a native call
     *     that a segment of this heap was passed to has not returned; the heap stays open then
     * @throws OutOfMemoryError if the operating system refuses to unmap; what is left is given back by closing again
     */
    @Override
    public synchronized void close() {
        if (arena == null) {
            throw new IllegalStateException("the process's heap cannot be closed");
        }
        Findings findings = null;
        if (arena.scope().isAlive()) {
            findings = Findings.of(guards);
            arena.close();
        }
        closed = true;
        guards.forget();
        Purger.unregister(this);
        raw.refuse();
        try {
            unmapUnlessLeased();
        } finally {
            if (findings != null) {
                findings.log();
            }
        }
    }

    /** Already while it is being closed, from when on calls are refused. */
    boolean isClosed() {
        return arena != null && !arena.scope().isAlive();
    }

    /** Keeps the heap's memory mapped, for an arena that has some of it, until it is given to {@link #endLease}. */
    int lease() {
        return arena == null ? 0 : leases.take();
    }

    void endLease(int lease) {
        if (arena == null) {
            return;
        }
        leases.give(lease);
        if (closed) {
            try {
                unmapUnlessLeased();
            } catch (OutOfMemoryError e) {
                // Who closes an arena is not to be told: the heap can be closed again.
            }
        }
    }

    private synchronized void unmapUnlessLeased() {
        if (leases.none()) {
            raw.close();
        }
    }

    private void whileLive(long address, long size, Runnable action) {
        guards.whileLive(address, usable -> {
            requireWithin(address, size, usable);
            action.run();
        });
    }

    private static void requireWithin(long address, long size, long usable) {
        if (size > usable) {
            throw new IllegalArgumentException("the block at " + Damage.hex(address) + " has " + usable
                + " bytes, fewer than " + size);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw Damage.closed();
        }
    }

    private static void requireSize(long size) {
        if (size < 0) {
            throw new IllegalArgumentException("a size must not be negative: " + size);
        }
    }
}
