package dev.memalloc;

import dev.memalloc.internal.RawMemory;

/**
 * The memory of one arena: blocks of a heap, which are freed all at once. What is small is cut from a block, a
 * <em>chunk</em>, one piece after the other; what is not gets a block of its own.
 *
 * <pre>
 *  chunk                        next                     end
 *   +-------+-----------+-------+------------------------+
 *   | piece | piece     | piece | unused                 |
 *   +-------+-----------+-------+------------------------+
 * </pre>
 *
 * <p>With each block, the size of the next chunk doubles, up to 64 KiB; so an arena that lives shortly takes one slot
 * from the thread's cache, and one with many pieces takes few blocks. While there are any, the heap's memory stays
 * mapped. Not thread-safe.
 */
final class Chunks {
    private static final long SIZE_MIN = 1L << 10;
    private static final long SIZE_MAX = 64L << 10;
    /** The largest piece that a chunk is made for. */
    private static final long PIECE_MAX = SIZE_MAX / 2;

    /** A block, and those before it. */
    private static final class Held {
        private final Held before;
        private long address;

        Held(Held before) {
            this.before = before;
        }
    }

    private final Heap heap;
    /** The block that was allocated first; 0 if there is none. Most arenas have no other, and take no object for it. */
    private long first;
    private Held others;
    private int lease;
    /** Where the next piece is cut from: the rest of the latest chunk, whose ends are multiples of 16. */
    private long next;
    private long end;
    private long chunkSize;
    private boolean freed;

    /** None yet. If {@code few} pieces are expected, already the first one gets a block of its own. */
    Chunks(Heap heap, boolean few) {
        this.heap = heap;
        chunkSize = few ? 0 : SIZE_MIN;
    }

    /**
     * The address of {@code size} bytes, a multiple of {@code alignment}, a power of two, and of 16; all zero, if
     * {@code zeroed}.
     *
     * @throws IllegalStateException if the heap is closed, or {@link #free} was called
     * @throws OutOfMemoryError as {@link Heap#memalloc}; nothing has changed then
     */
    long allocate(long size, long alignment, boolean zeroed) {
        long atLeast16 = Math.max(alignment, SlotSizes.UNIT);
        long address = next + atLeast16 - 1 & -atLeast16;
        if (size > end - address) {
            if (!fitsChunk(size, atLeast16) || !addChunk()) {
                return allocateAlone(size, atLeast16, zeroed);
            }
            address = next + atLeast16 - 1 & -atLeast16;
        }
        next = address + (size + SlotSizes.UNIT - 1 & -SlotSizes.UNIT);
        if (zeroed) {
            RawMemory.zero(address, size);
        }
        return address;
    }

    /**
     * Frees all blocks, once; nothing is allocated any more.
     *
     * @throws IllegalStateException with what the heap has to say of the first bad block; the others are freed then
     */
    void free() {
        freed = true;
        next = 0;
        end = 0;
        if (first == 0) {
            return;
        }
        long block = first;
        first = 0;
        RuntimeException found = free(block);
        if (others != null) {
            found = freeOthers(found);
        }
        heap.endLease(lease);
        if (found != null) {
            throw found;
        }
    }

    /** Whether the next chunk holds a piece, wherever in memory that chunk is. */
    private boolean fitsChunk(long size, long alignment) {
        return Math.max(size, alignment) <= PIECE_MAX && size + alignment - SlotSizes.UNIT <= chunkSize;
    }

    /** Returns false if there is no memory for one; there may be for what is asked for. */
    private boolean addChunk() {
        try {
            next = hold(chunkSize, SlotSizes.UNIT, false);
        } catch (OutOfMemoryError e) {
            return false;
        }
        end = next + chunkSize;
        doubleChunkSize();
        return true;
    }

    private long allocateAlone(long size, long alignment, boolean zeroed) {
        long address;
        if (alignment <= Heap.ALIGNMENT_MAX) {
            address = hold(size, alignment, zeroed);
        } else {
            // Beyond what the heap aligns to, there is an aligned part in a block that is larger by as much.
            long bytes = size + alignment < 0 ? Long.MAX_VALUE : size + alignment;
            address = hold(bytes, Heap.ALIGNMENT_MAX, zeroed) + alignment - 1 & -alignment;
        }
        doubleChunkSize();
        return address;
    }

    private void doubleChunkSize() {
        chunkSize = Math.clamp(2 * chunkSize, SIZE_MIN, SIZE_MAX);
    }

    /** Allocates a block and keeps it until {@link #free}; what can fail is done before. */
    private long hold(long size, long alignment, boolean zeroed) {
        if (freed) {
            throw new IllegalStateException("Already closed");
        }
        if (first == 0) {
            first = allocateFirst(size, alignment, zeroed);
            return first;
        }
        Held held = new Held(others);
        held.address = allocateBlock(size, alignment, zeroed);
        others = held;
        return held.address;
    }

    private long allocateFirst(long size, long alignment, boolean zeroed) {
        lease = heap.lease();
        try {
            return allocateBlock(size, alignment, zeroed);
        } catch (RuntimeException | Error e) {
            heap.endLease(lease);
            throw e;
        }
    }

    private long allocateBlock(long size, long alignment, boolean zeroed) {
        if (alignment == SlotSizes.UNIT && size > PIECE_MAX && zeroed) {
            return heap.defalloc(size, 1);
        }
        long address = alignment == SlotSizes.UNIT ? heap.memalloc(size) : heap.memalign(alignment, size);
        if (zeroed) {
            RawMemory.zero(address, size);
        }
        return address;
    }

    private RuntimeException freeOthers(RuntimeException foundBefore) {
        RuntimeException found = foundBefore;
        while (others != null) {
            Held held = others;
            others = held.before;
            RuntimeException here = free(held.address);
            found = found == null ? here : found;
        }
        return found;
    }

    /** Returns what is wrong with the block, or null. */
    private RuntimeException free(long block) {
        try {
            heap.memfree(block);
            return null;
        } catch (RuntimeException e) {
            // A closed heap has nothing that could be freed.
            return heap.isClosed() ? null : e;
        }
    }
}
