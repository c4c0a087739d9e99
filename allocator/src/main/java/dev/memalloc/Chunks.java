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
 * <p>On a heap that guards all blocks, each piece is a block of its own; on one that guards some, chunks are.
 *
 * <p>With each block, the size of the next chunk doubles, up to 64 KiB; so an arena that lives shortly takes one slot
 * from the thread's cache, and one with many pieces takes few blocks. From the first request on until all are freed,
 * the heap's memory stays mapped.
 *
 * <p>Wherever an {@link Error} ends a call, such as for want of stack, {@link #free} still knows what there is to free,
 * but for one block at most. Not thread-safe.
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
    /** Valid if {@link #leased}. */
    private int lease;
    private boolean leased;
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
     * Frees all blocks; nothing is allocated any more. Where an {@link Error} has ended a call, the next one goes on
     * with the next block: the one at which it struck may be freed already, and another's, so it is not freed again.
     *
     * @throws IllegalStateException with what the heap has to say of the first bad block; the others are freed then
     */
    void free() {
        freed = true;
        next = 0;
        end = 0;
        RuntimeException found = null;
        if (first != 0) {
            long block = first;
            first = 0;
            found = free(block);
        }
        while (others != null) {
            long block = others.address;
            others = others.before;
            RuntimeException here = free(block);
            found = found == null ? here : found;
        }
        if (leased) {
            // Before: given back twice, it would be another's, whose memory would be unmapped.
            leased = false;
            heap.endLease(lease);
        }
        if (found != null) {
            throw found;
        }
    }

    /** Whether there would be memory for such a request, were nothing else allocated. */
    boolean couldServe(long size, long alignment) {
        return blockSize(size, alignment) <= Math.min(heap.stats().limit(), Os.ADDRESSES);
    }

    /** Whether the next chunk holds a piece, wherever in memory that chunk is; none does where each has guards. */
    private boolean fitsChunk(long size, long alignment) {
        return !heap.guards().areForAll()
            && Math.max(size, alignment) <= PIECE_MAX && size + alignment - SlotSizes.UNIT <= chunkSize;
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
        boolean byHeap = zeroed && alignment == SlotSizes.UNIT;
        long block = hold(blockSize(size, alignment), Math.min(alignment, Heap.ALIGNMENT_MAX), byHeap);
        doubleChunkSize();
        long address = block + alignment - 1 & -alignment;
        if (zeroed && !byHeap) {
            RawMemory.zero(address, size);
        }
        return address;
    }

    /** Beyond what the heap aligns to, there is an aligned part in a block that is larger by as much. */
    private static long blockSize(long size, long alignment) {
        if (alignment <= Heap.ALIGNMENT_MAX) {
            return size;
        }
        return size + alignment < 0 ? Long.MAX_VALUE : size + alignment;
    }

    private void doubleChunkSize() {
        chunkSize = Math.clamp(2 * chunkSize, SIZE_MIN, SIZE_MAX);
    }

    /** Allocates a block and keeps it until {@link #free}; what can fail is done before, or when it is kept. */
    private long hold(long size, long alignment, boolean zeroed) {
        if (freed) {
            throw new IllegalStateException("Already closed");
        }
        if (first == 0) {
            if (!leased) {
                lease = heap.lease();
                leased = true;
            }
            first = allocateBlock(size, alignment, zeroed);
            return first;
        }
        Held held = new Held(others);
        held.address = allocateBlock(size, alignment, zeroed);
        others = held;
        return held.address;
    }

    private long allocateBlock(long size, long alignment, boolean zeroed) {
        if (zeroed) {
            return heap.defalloc(size, 1);
        }
        return alignment == SlotSizes.UNIT ? heap.memalloc(size) : heap.memalign(alignment, size);
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
