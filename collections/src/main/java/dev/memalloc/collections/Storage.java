package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.ConcurrentModificationException;

/**
 * The memory of a collection, or of a part of one: a block that can be resized, and may be another one then. It has
 * none at first.
 *
 * <p>Threads that use it at the same time must not harm anyone: the bytes that one of them is reading or writing may
 * not be used for anything else, even if another thread resizes or frees them at that moment. As long as only the
 * thread that made the storage ever asked for its block, there is nobody else to be harmed, and the block is resized
 * and freed at once. From the first time on that another thread asks, blocks are <em>retired</em>: their contents go
 * elsewhere, but their addresses can be used until the collector finds that nobody refers to the {@link Block} any
 * more. That costs address space for large ones, whose memory goes back at once, and memory for small ones.
 *
 * <p>Whether another thread has asked is settled as in Dekker's mutual exclusion: it says so before it takes the block;
 * the owner takes the block away before it looks. So one of the two sees what the other has written, and no access pays
 * for it but the first one of another thread.
 *
 * <p>{@code Block block = storage.block()} is what every method of a collection begins with that reads or writes; at
 * its end is {@code Reference.reachabilityFence(block)}. Changes exclude one another.
 */
final class Storage {
    private static final VarHandle SHARED;

    static {
        try {
            SHARED = MethodHandles.lookup().findVarHandle(Storage.class, "shared", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Heap heap;
    private final Thread owner = Thread.currentThread();
    /** Whether another thread than the owner, or somebody else's segment, may be using the block. */
    private boolean shared;
    /** Null while it is resized or freed by the only thread that knows it. */
    private Block block = Block.NONE;

    Storage(Heap heap) {
        this(heap, false);
    }

    /** If it is {@code shared} from the first, no thread ever finds it just being resized. */
    Storage(Heap heap, boolean shared) {
        this.heap = heap;
        this.shared = shared;
    }

    /**
     * The block as it is now, which is to be kept reachable while its bytes are used.
     *
     * @throws ConcurrentModificationException if another thread is just resizing it
     */
    Block block() {
        if (Thread.currentThread() != owner && !(boolean) SHARED.getAcquire(this)) {
            share();
        }
        Block now = block;
        if (now == null) {
            throw new ConcurrentModificationException("another thread is changing the size of this collection");
        }
        return now;
    }

    /** The block's bytes: for those who keep this storage reachable, and do not share it. */
    MemorySegment bytes() {
        return block().bytes();
    }

    /** How many bytes may be used. */
    long size() {
        Block now = block();
        try {
            return now.bytes().byteSize();
        } finally {
            Reference.reachabilityFence(now);
        }
    }

    /** The bytes for users of the collection, who may keep the segment for as long as they like. */
    MemorySegment view() {
        share();
        return block().view();
    }

    /** Takes a block of {@code size} zero bytes, or none if that is 0; there must not be one yet. */
    synchronized void allocateZeroed(long size) {
        if (size == 0) {
            return;
        }
        StackRoom.require();
        Block fresh = new Block(heap);
        try {
            fresh.allocateZeroed(size);
        } catch (OutOfMemoryError e) {
            if (!Retired.collect()) {
                throw e;
            }
            fresh.allocateZeroed(size);
        }
        block = fresh;
    }

    /**
     * Gives the block another size, keeping its contents up to the smaller one; new bytes are unspecified. After an
     * {@link OutOfMemoryError} its contents are what they were; its size is the former one if the heap had no memory,
     * and the new one if the Java heap had none. A block that is shared is copied to become smaller.
     */
    synchronized void resize(long size) {
        if (size == 0) {
            free();
            return;
        }
        Block old = block();
        if (old == Block.NONE) {
            allocateZeroed(size);
            return;
        }
        StackRoom.require();
        try {
            resize(old, size);
        } catch (OutOfMemoryError e) {
            if (!Retired.collect()) {
                throw e;
            }
            resize(block(), size);
        }
    }

    private void resize(Block old, long size) {
        if (isShared(old)) {
            if (size >= old.bytes().byteSize()) {
                block = old.relocate(size);
            } else {
                Block other = new Block(heap);
                other.allocateZeroed(size);
                MemorySegment.copy(old.bytes(), 0, other.bytes(), 0, size);
                block = other;
                old.retire();
            }
            return;
        }
        try {
            old.resize(size);
        } finally {
            block = old;
        }
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
    synchronized void free() {
        Block old = block();
        if (isShared(old)) {
            block = Block.NONE;
            old.retire();
            return;
        }
        try {
            old.free();
            old = Block.NONE;
        } catch (IllegalStateException e) {
            old = Block.NONE;
            throw e;
        } finally {
            block = old;
        }
    }

    /** Whether somebody else may be using the block. If not, {@link #block} is null: the caller is to set it. */
    private boolean isShared(Block old) {
        if ((boolean) SHARED.getAcquire(this)) {
            return true;
        }
        block = null;
        VarHandle.fullFence();
        if ((boolean) SHARED.getAcquire(this)) {
            block = old;
            return true;
        }
        return false;
    }

    private void share() {
        SHARED.setVolatile(this, true);
        VarHandle.fullFence();
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
}
