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
    private MemorySegment bytes = NONE;

    Storage(Heap heap) {
        this.heap = heap;
    }

    /** All bytes that may be used: at least as many as were asked for. Valid until the next change. */
    MemorySegment bytes() {
        return bytes;
    }

    /** How many bytes may be used. */
    long size() {
        return bytes.byteSize();
    }

    /** Takes a block of {@code size} zero bytes, or none if that is 0; there must not be one yet. */
    void allocateZeroed(long size) {
        assert address == 0 : "a block is allocated only where there is none";
        adopt(heap.defalloc(size, 1));
    }

    /**
     * Gives the block another size, keeping its contents up to the smaller one; new bytes are unspecified. Nothing
     * has changed after an {@link OutOfMemoryError} of the heap.
     */
    void resize(long size) {
        adopt(heap.memresize(address, size));
    }

    /**
     * Gives the block back. Nothing happens where there is none, or where the heap was closed and has taken it back.
     *
     * @throws OutOfMemoryError if the operating system refuses; freeing can be tried again
     * @throws IllegalStateException if the heap finds that the block's surroundings were overwritten
     */
    void free() {
        if (address == 0) {
            return;
        }
        try {
            heap.memfree(address);
        } catch (IllegalStateException e) {
            if (bytes.scope().isAlive()) {
                throw e;
            }
        }
        address = 0;
        bytes = NONE;
    }

    /** Frees: the cleaner's action. */
    @Override
    public void run() {
        free();
    }

    private void adopt(long block) {
        address = block;
        bytes = NONE; // so that nothing reaches the former bytes, should the next line run out of Java heap
        if (block != 0) {
            bytes = heap.segment(block);
        }
    }
}
