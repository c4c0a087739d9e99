package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * An {@link Arena} whose memory is a {@link Heap}'s. Its scope is that of an arena of the JDK of the same kind: who may
 * access its segments and close it, how long, and what is thrown otherwise, is as there. The memory counts in the
 * heap's figures and for its limit, and is given back when the arena is closed, or found unreachable if it is
 * automatic.
 *
 * <p>Small segments are cut from blocks of 1 KiB to 64 KiB, which are allocated and freed without a call to the
 * operating system. Each segment's address is a multiple of 16.
 *
 * <p>The heap may be closed before its arenas. Nothing more is taken from it then, but what an arena has already may be
 * used up, and segments can be used until their arena is closed: no other thread can end a confined arena, and memory
 * in use is not unmapped. The heap's memory goes back to the operating system with the last of them.
 *
 * {@snippet :
 * try (Arena arena = HeapArena.ofConfined()) {
 *     MemorySegment name = arena.allocateFrom("Suomi");
 *     MemorySegment ints = arena.allocate(ValueLayout.JAVA_INT, 100);    // all zero
 * }                                                                      // both are freed
 * }
 */
public final class HeapArena implements Arena {
    /** How often what was collected is waited for: 1 ms, 2 ms, and so on, half a second in all. */
    private static final int WAITS = 9;

    private enum Kind { CONFINED, SHARED, AUTO }

    private final Kind kind;
    /** The JDK's: its scope is this arena's. */
    private final Arena arena;
    /** All memory, in that scope: segments are sliced from it. */
    private final MemorySegment memory;
    /** Does not know this arena: an automatic one's cleanup keeps reachable what it knows. */
    private final Chunks chunks;
    /** How many calls of {@link #close} are under way: a cleanup may call it, and if it is shared, other threads. */
    private int closing;

    private HeapArena(Kind kind, Arena arena, Heap heap) {
        this.kind = kind;
        this.arena = arena;
        Chunks own = new Chunks(heap, kind == Kind.AUTO);
        chunks = own;
        // Only an automatic one ends without close().
        memory = RawMemory.all(arena, kind != Kind.AUTO ? null : all -> {
            synchronized (own) {
                own.free();
            }
        });
    }

    /**
     * An arena for one thread, served from the process's heap: see {@link Arena#ofConfined}.
     *
     * @return a new arena
     */
    public static HeapArena ofConfined() {
        return ofConfined(Memory.heap());
    }

    /**
     * An arena for one thread, the current one: see {@link Arena#ofConfined}.
     *
     * @param heap where its memory is from
     * @return a new arena
     */
    public static HeapArena ofConfined(Heap heap) {
        return new HeapArena(Kind.CONFINED, Arena.ofConfined(), Objects.requireNonNull(heap));
    }

    /**
     * An arena for all threads, served from the process's heap: see {@link Arena#ofShared}.
     *
     * @return a new arena
     */
    public static HeapArena ofShared() {
        return ofShared(Memory.heap());
    }

    /**
     * An arena for all threads: see {@link Arena#ofShared}. Closing it takes as long as closing the JDK's: each running
     * thread has to be asked whether it is in the middle of an access.
     *
     * @param heap where its memory is from
     * @return a new arena
     */
    public static HeapArena ofShared(Heap heap) {
        return new HeapArena(Kind.SHARED, Arena.ofShared(), Objects.requireNonNull(heap));
    }

    /**
     * An arena for all threads, served from the process's heap, that the garbage collector closes: see
     * {@link Arena#ofAuto}.
     *
     * @return a new arena
     */
    public static HeapArena ofAuto() {
        return ofAuto(Memory.heap());
    }

    /**
     * An arena for all threads that the garbage collector closes: see {@link Arena#ofAuto}. Where the heap has no more
     * memory, it asks for a collection, and tries again for half a second; not if the heap's limit is too low anyway.
     *
     * @param heap where its memory is from
     * @return a new arena
     */
    public static HeapArena ofAuto(Heap heap) {
        return new HeapArena(Kind.AUTO, Arena.ofAuto(), Objects.requireNonNull(heap));
    }

    /**
     * A segment of this arena, all zero.
     *
     * @param byteSize how many bytes; a segment of 0 bytes has an address of its own all the same
     * @param byteAlignment a power of two that its address shall be a multiple of
     * @return the segment
     * @throws IllegalArgumentException if {@code byteSize} is negative, or {@code byteAlignment} no power of two
     * @throws OutOfMemoryError as {@link Heap#memalloc}; all segments are as they were then
     * @throws IllegalStateException if this arena is closed; if the heap is, and the arena has no room left in what it
     *     took from it before; or if damage to the heap was found
     * @throws WrongThreadException if this arena is confined to another thread
     */
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        return allocate(byteSize, byteAlignment, true);
    }

    /**
     * The same, with unspecified contents: for what is overwritten at once. As a {@code SegmentAllocator} it is
     * {@code arena::allocateUninitialized}.
     *
     * @param byteSize how many bytes
     * @param byteAlignment a power of two that its address shall be a multiple of
     * @return the segment
     * @throws IllegalArgumentException as {@link #allocate}
     * @throws OutOfMemoryError as {@link #allocate}
     * @throws IllegalStateException as {@link #allocate}
     * @throws WrongThreadException as {@link #allocate}
     */
    public MemorySegment allocateUninitialized(long byteSize, long byteAlignment) {
        return allocate(byteSize, byteAlignment, false);
    }

    @Override
    public MemorySegment.Scope scope() {
        return arena.scope();
    }

    /**
     * Ends the scope and frees all memory: see {@link Arena#close}.
     *
     * @throws IllegalStateException if it is closed already, or a segment is being used by a native call, in which
     *     cases nothing has changed; or if a block of it was freed by its address already, or damage to the heap was
     *     found, in which case all else is freed. What an {@link Error} has kept from being freed is freed by closing
     *     again, although this exception is thrown then
     * @throws WrongThreadException if it is confined to another thread
     * @throws UnsupportedOperationException if it is automatic
     */
    @Override
    public void close() {
        requireAccessible();
        if (kind == Kind.CONFINED) {
            closing++;
        } else {
            synchronized (chunks) {
                closing++;
            }
        }
        try {
            arena.close();
        } finally {
            // Counted without a call, which could fail for want of stack.
            if (kind == Kind.CONFINED) {
                closing--;
                freeIfClosed();
            } else {
                synchronized (chunks) {
                    closing--;
                    freeIfClosed();
                }
            }
        }
    }

    /** However the last close that was under way has ended: as long as there is one, cleanups may be running. */
    private void freeIfClosed() {
        if (closing == 0 && !arena.scope().isAlive()) {
            chunks.free();
        }
    }

    private MemorySegment allocate(long byteSize, long byteAlignment, boolean zeroed) {
        if (byteSize < 0 || byteAlignment <= 0 || (byteAlignment & byteAlignment - 1) != 0) {
            throw new IllegalArgumentException("a segment cannot have " + byteSize + " bytes, aligned to "
                + byteAlignment + ": a size is not negative, an alignment is a power of two");
        }
        requireAccessible();
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("Already closed");
        }
        long size = Math.max(byteSize, 1);
        long address = kind == Kind.CONFINED
            ? chunks.allocate(size, byteAlignment, zeroed) : allocateShared(size, byteAlignment, zeroed);
        return memory.asSlice(address, byteSize);
    }

    private long allocateShared(long size, long alignment, boolean zeroed) {
        try {
            return allocateLocked(size, alignment, zeroed);
        } catch (OutOfMemoryError e) {
            if (kind == Kind.SHARED || !chunks.couldServe(size, alignment)) {
                throw e;
            }
            return allocateAfterCollection(size, alignment, zeroed);
        }
    }

    private long allocateLocked(long size, long alignment, boolean zeroed) {
        synchronized (chunks) {
            return chunks.allocate(size, alignment, zeroed);
        }
    }

    private long allocateAfterCollection(long size, long alignment, boolean zeroed) {
        System.gc();
        boolean interrupted = false;
        try {
            for (int wait = 0; ; wait++) {
                // No thread that is interrupted can be parked.
                interrupted |= Thread.interrupted();
                LockSupport.parkNanos(1_000_000L << wait);
                try {
                    return allocateLocked(size, alignment, zeroed);
                } catch (OutOfMemoryError e) {
                    if (wait == WAITS - 1) {
                        throw e;
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void requireAccessible() {
        if (!memory.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("Attempted access outside owning thread");
        }
    }
}
