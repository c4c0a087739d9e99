package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;

/**
 * A block of a heap that is not used for anything else as long as somebody can reach its bytes.
 *
 * <p>The bytes are reached through the heap's own segment, so every access is checked against the block's bounds, and
 * against the heap having been closed, by any thread. Whoever uses them keeps this object reachable meanwhile
 * ({@link Reference#reachabilityFence}): the collector is what knows when nobody does any more.
 */
final class Block {
    /** No block: no bytes. */
    static final Block NONE = new Block();

    /** Frees the blocks that nobody refers to. One thread for all collections. */
    private static final Cleaner CLEANER = Cleaner.create();

    static {
        Retired.load();
    }

    /** What is to be freed; it must not refer to the block whose end it waits for. */
    private static final class Memory implements Runnable {
        private final Heap heap;
        private long address;
        /** How many bytes it is counted with as retired; 0 if it is not. */
        private long retired;

        Memory(Heap heap) {
            this.heap = heap;
        }

        /** Frees it, unless that was done: the cleaner's action. */
        @Override
        public synchronized void run() {
            if (address == 0) {
                return;
            }
            StackRoom.require();
            try {
                heap.memfree(address);
            } catch (IllegalStateException e) {
                forget();
                if (!Storage.isClosed(heap)) {
                    throw e;
                }
            }
            forget();
        }

        private void forget() {
            address = 0;
            Retired.remove(retired);
            retired = 0;
        }
    }

    private final Memory memory;
    private final Cleaner.Cleanable cleanable;
    /** Null from the moment that the block has changed until there is Java heap for its new segment. */
    private MemorySegment bytes;
    /** The view that was handed out last, if somebody still has it. It keeps this block, so that must not keep it. */
    private WeakReference<MemorySegment> view = new WeakReference<>(null);

    private Block() {
        memory = null;
        cleanable = null;
        bytes = MemorySegment.NULL;
    }

    /** One without memory, to be given some. */
    Block(Heap heap) {
        memory = new Memory(heap);
        cleanable = CLEANER.register(this, memory);
    }

    /** All bytes that may be used: at least as many as were asked for. */
    MemorySegment bytes() {
        MemorySegment known = bytes;
        return known != null ? known : findBytes();
    }

    /** The same for users of the collection: as long as they refer to it, or to a slice of it, they may use it. */
    synchronized MemorySegment view() {
        if (memory == null) {
            return MemorySegment.NULL;
        }
        MemorySegment known = view.get();
        if (known == null || known.byteSize() < bytes().byteSize()) {
            known = memory.heap.segment(memory.address, Arena.ofAuto(), () -> Reference.reachabilityFence(this));
            view = new WeakReference<>(known);
        }
        return known;
    }

    /** Takes {@code size} bytes, which are zero; it must not have any yet. */
    void allocateZeroed(long size) {
        memory.address = memory.heap.defalloc(size, 1);
        findBytes();
    }

    /** Gives it another size, for which it may move: nobody else may be using it. */
    void resize(long size) {
        long moved = memory.heap.memresize(memory.address, size);
        memory.address = moved; // no call in between: whatever comes, the block is not lost
        bytes = null;
        findBytes();
    }

    /** Makes it larger without harm to others who use it: returns this block, or another one that has the contents. */
    Block relocate(long size) {
        Block other = new Block(memory.heap);
        long moved = memory.heap.memrelocate(memory.address, size);
        if (moved == memory.address) {
            bytes = null;
            return this;
        }
        other.memory.address = moved; // its bytes are found when they are needed: that takes Java heap
        noteRetired();
        return other;
    }

    /** Frees it: nobody else may be using it. What it throws, it throws before; then it can be tried again. */
    void free() {
        if (memory != null) {
            memory.run();
            bytes = MemorySegment.NULL;
            cleanable.clean();
        }
    }

    /** Gives the memory back as far as that harms nobody who is using it; the rest follows when nobody is. */
    void retire() {
        if (memory == null || memory.address == 0) {
            return;
        }
        StackRoom.require();
        try {
            memory.heap.memretire(memory.address);
        } catch (OutOfMemoryError e) {
            // The operating system refuses to take it back: it stays, until nobody uses it.
        } catch (IllegalStateException e) {
            if (!Storage.isClosed(memory.heap)) {
                throw e;
            }
        }
        noteRetired();
    }

    private void noteRetired() {
        MemorySegment known = bytes; // none if its heap was closed, or the Java heap full, before they were found
        memory.retired = Retired.add(known == null ? 0 : known.byteSize());
    }

    /** Of a block that another thread is just making, no address may be seen: then nothing is kept. */
    private MemorySegment findBytes() {
        long address = memory.address;
        if (address == 0) {
            return MemorySegment.NULL;
        }
        MemorySegment found = memory.heap.segment(address);
        bytes = found;
        return found;
    }
}
