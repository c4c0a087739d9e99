package dev.memalloc.agent.boot;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import dev.memalloc.Memory;
import dev.memalloc.internal.NativeAccess;
import dev.memalloc.internal.StackRoom;
import java.nio.ByteBuffer;

/**
 * Direct buffers on the process's heap: what the rewritten {@code ByteBuffer.allocateDirect} calls.
 *
 * <p>A buffer is made as the JVM makes its own: reserve in the JVM's accounting, so that
 * {@code -XX:MaxDirectMemorySize} holds and the buffer pool's figures are right; allocate; construct the same class
 * of buffer, with a {@link Deallocator} for its cleaner; count. Whatever throws on the way, what was taken before is
 * given back and the exception reaches the application. No lock is held while the JVM waits for its collector.
 *
 * <p>Code that the allocation runs through might itself ask for a direct buffer; other agents can add such code
 * anywhere. Such a nested request is left to the JVM, as are negative capacities.
 */
public final class DirectMemory {
    private static final Counts COUNTS = Counts.OF_JVM;
    private static final Callers CALLERS = COUNTS.callers();

    private DirectMemory() {
    }

    /**
     * Makes everything ready to serve: nothing is left to be loaded, initialised or linked by the first buffer, or by
     * the first free, which runs where that could go wrong. No direct buffer is made for it, and the process's heap
     * is used for a moment only.
     *
     * <p>The process's heap runs on the lent native access from then on. Nothing else does: for all other uses of the
     * allocator the application needs native access of its own, as it does without the agent.
     *
     * @throws IllegalArgumentException if a system property of the heap is invalid
     */
    public static void start() {
        HeapOptions.fromSystemProperties();
        NativeAccess.lend(JavaNio.lent());
        try {
            useBlocksAndMappings();
            Memory.heap();
        } finally {
            NativeAccess.lend(null);
        }
        useDeallocator();
        useSleep();
        CALLERS.current();
    }

    /**
     * A direct buffer, its bytes all zero.
     *
     * @param capacity how many bytes
     * @return the buffer; null if the JVM is to make it
     * @throws OutOfMemoryError if a limit would be exceeded or there is no memory; nothing has changed then
     */
    public static ByteBuffer allocate(int capacity) {
        Caller caller = CALLERS.current();
        caller.seen = true;
        if (capacity < 0 || caller.underWay) {
            return null;
        }
        // Where the stack ends, it ends now: to undo the half of it would take stack as well.
        StackRoom.require();
        caller.underWay = true;
        try {
            return serve(caller, capacity);
        } finally {
            caller.underWay = false;
        }
    }

    /**
     * Whether {@code ByteBuffer.allocateDirect} does call this class. Found out by a request that the JVM refuses, so
     * that it works where no direct memory may be had at all.
     */
    public static boolean isCalled() {
        Caller caller = CALLERS.current();
        caller.seen = false;
        try {
            ByteBuffer.allocateDirect(-1);
        } catch (IllegalArgumentException expected) {
            return caller.seen;
        }
        return false;
    }

    private static ByteBuffer serve(Caller caller, int capacity) {
        long size = JavaNio.sizeFor(capacity);
        Deallocator deallocator = new Deallocator(COUNTS, size, capacity);
        Room.reserve(size, capacity);
        try {
            long address = Room.defalloc(size);
            deallocator.own(address);
            ByteBuffer buffer = JavaNio.lent().newBuffer(capacity, JavaNio.align(address), deallocator);
            COUNTS.allocated(caller, Kind.DIRECT, capacity);
            return buffer;
        } catch (Throwable e) {
            deallocator.abandon();
            throw e;
        }
    }

    /**
     * Memory of each kind, fresh and used before, from a heap that is gone afterwards: the first of a size takes other
     * ways through the JDK, which has classes to initialise for them.
     */
    private static void useBlocksAndMappings() {
        long threshold = HeapOptions.MMAP_THRESHOLD;
        try (Heap heap = new Heap(HeapOptions.defaults().withAddressRange(16 * threshold))) {
            for (long size : new long[] {1, 7, 8, 63, 64, 1000, 4096, 8193, 20_000, threshold, 4 * threshold + 1}) {
                for (int i = 0; i < 3; i++) {
                    heap.memfree(heap.defalloc(1, size));
                }
                heap.memfree(heap.memresize(heap.memalloc(size), 2 * size));
            }
            heap.trim();
        }
    }

    /** All that a free goes through, and a buffer without memory, without cleaner and of no bytes. */
    private static void useDeallocator() {
        Counts counts = new Counts();
        counts.allocated(counts.callers().current(), Kind.DIRECT, 0);
        Deallocator deallocator = new Deallocator(counts, 1, 0);
        JavaNio.lent().reserve(1, 0);
        own(deallocator);
        deallocator.run();
        JavaNio.lent().newBuffer(0, JavaNio.align(0), null);
    }

    /** The purger sleeps, and who waits at a limit. */
    private static void useSleep() {
        try {
            Thread.sleep(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void own(Deallocator deallocator) {
        try {
            deallocator.own(Memory.defalloc(1, 1));
        } catch (OutOfMemoryError e) {
            // The limit is below the smallest block: no buffer will be served, and none freed.
        }
    }
}
