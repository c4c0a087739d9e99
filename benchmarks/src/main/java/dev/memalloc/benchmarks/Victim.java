package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.allocators.Allocator;
import dev.memalloc.internal.RawMemory;
import java.util.Set;
import java.util.TreeSet;

/** An allocator with a live block between two others; and which of them a program takes for live. */
final class Victim {
    /** So that the three are not at an edge of what the allocator has. */
    private static final int BEFORE = 64;
    /** What all allocators round sizes up to, at least. */
    private static final long ROUNDED = 16;

    private final Allocator allocator;
    private final long size;
    private final long block;
    private final long neighbour;
    private final Set<Long> live = new TreeSet<>();

    Victim(Allocator allocator, long size) {
        this.allocator = allocator;
        this.size = size;
        for (int i = 0; i < BEFORE; i++) {
            live.add(allocator.allocate(size));
        }
        block = allocator.allocate(size);
        neighbour = allocator.allocate(size);
        live.add(block);
        live.add(neighbour);
    }

    Allocator allocator() {
        return allocator;
    }

    long size() {
        return size;
    }

    long block() {
        return block;
    }

    /** The blocks that are live, if all calls did what they should. */
    Set<Long> live() {
        return live;
    }

    void write(long offset) {
        RawMemory.putByte(block + offset, (byte) 0x5A);
    }

    void free() {
        live.remove(block);
        allocator.free(block);
    }

    /** The address so many bytes into the block. */
    long inside(long offset) {
        if (offset >= Math.max(size, ROUNDED)) {
            throw new NotPossibleException();
        }
        return block + offset;
    }

    void freeNeighbour() {
        live.remove(neighbour);
        allocator.free(neighbour);
    }

    /** Makes the block larger; returns whether it is at another address then. */
    boolean moves(long newSize) {
        live.remove(block);
        live.add(allocator.reallocate(block, size, newSize));
        return !live.contains(block);
    }

    void cycle(int times, long otherSize) {
        for (int i = 0; i < times; i++) {
            allocator.free(allocator.allocate(otherSize));
        }
    }

    /** What is thrown there is thrown here. */
    void inAnotherThread(Runnable action) throws InterruptedException {
        RuntimeException[] thrown = new RuntimeException[1];
        Thread thread = Thread.ofPlatform().start(() -> {
            allocator.threadStart();
            try {
                action.run();
            } catch (RuntimeException e) {
                thrown[0] = e;
            }
            allocator.threadEnd();
        });
        thread.join();
        if (thrown[0] != null) {
            throw thrown[0];
        }
    }

    /** There is no such misuse of this block. */
    static final class NotPossibleException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
