package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/**
 * One block of a heap, and its bytes: a block that can be resized, and may move then. It has no block at first.
 *
 * <p>The bytes are reached through the heap's own segment, so every access is checked against the block's bounds,
 * and against the heap having been closed, by any thread.
 *
 * <p>A collection owns storage and is registered with {@link #CLEANER}, the action being one that frees the
 * storage. The action must not refer to the collection, and every method of the collection keeps the collection
 * reachable to its end ({@link java.lang.ref.Reference#reachabilityFence}): otherwise the cleaner could free the
 * bytes while the method still reads them.
 */
final class Storage implements Runnable {
    /** Frees what was not closed. One thread for all collections. */
    static final Cleaner CLEANER = Cleaner.create();

    private static final MemorySegment NONE = MemorySegment.NULL;

    private final Heap heap;
    private long address;
    /** Null from the moment that the block has changed until there is Java heap for its new segment. */
    private MemorySegment bytes = NONE;

    Storage(Heap heap) {
        this.heap = heap;
    }

    /** All bytes that may be used: at least as many as were asked for. Valid until the next change. */
    MemorySegment bytes() {
        MemorySegment known = bytes;
        return known != null ? known : findBytes();
    }

    /** How many bytes may be used. */
    long size() {
        return bytes().byteSize();
    }

    /** Takes a block of {@code size} zero bytes, or none if that is 0; there must not be one yet. */
    void allocateZeroed(long size) {
        assert address == 0 : "a block is allocated only where there is none";
        StackRoom.require();
        long block = heap.defalloc(size, 1);
        address = block;
        bytes = null;
        findBytes();
    }

    /**
     * Gives the block another size, keeping its contents up to the smaller one; new bytes are unspecified. After an
     * {@link OutOfMemoryError} its contents are what they were; its size is the former one if the heap had no memory,
     * and the new one if the Java heap had none.
     */
    void resize(long size) {
        if (size == 0) {
            free();
            return;
        }
        StackRoom.require();
        long block = heap.memresize(address, size);
        address = block; // no call in between: whatever comes, the block is not lost
        bytes = null;
        findBytes();
    }

    /** Resizes the block to as many bytes as are wanted, or, without memory for so many, to those that are needed. */
    void grow(long wanted, long needed) {
        try {
            resize(wanted);
        } catch (OutOfMemoryError e) {
            if (needed >= wanted) {
                throw e;
            }
            resize(needed);
        }
    }

    /**
     * Gives the block back. Nothing happens where there is none, or where the heap was closed and has taken it back.
     *
     * @throws OutOfMemoryError if the operating system refuses; freeing can be tried again
     * @throws IllegalStateException if the heap finds that the block's surroundings were overwritten, or that somebody
     *     else has freed it; there is no block any more then
     */
    void free() {
        if (address == 0) {
            return;
        }
        StackRoom.require();
        try {
            heap.memfree(address);
        } catch (IllegalStateException e) {
            forget();
            if (!isClosed(heap)) {
                throw e;
            }
        }
        forget();
    }

    private void forget() {
        address = 0;
        bytes = NONE;
    }

    /** Frees: the cleaner's action. */
    @Override
    public void run() {
        free();
    }

    /** Whether a heap was closed, by anyone. */
    static boolean isClosed(Heap heap) {
        try {
            heap.stats();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private MemorySegment findBytes() {
        bytes = address == 0 ? NONE : heap.segment(address);
        return bytes;
    }
}
