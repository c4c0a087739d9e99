package dev.memalloc.agent.boot;

import dev.memalloc.Memory;
import java.lang.foreign.Arena;
import jdk.internal.vm.annotation.DontInline;

/**
 * Memory that the JDK's {@code Unsafe} is asked for, on the process's heap: what the rewritten
 * {@code jdk.internal.misc.Unsafe} calls, where the agent intercepts all. Segments of arenas, temporary buffers of
 * channels and what libraries allocate all come by it; who asks says whose it is.
 *
 * <p>An address that the heap does not own goes the JVM's own way, as do requests from inside of a request. Frees come
 * here for as long as the JVM lives: what was served must not get to the C library when the agent serves no more.
 *
 * <p>Its methods are not inlined, which the JVM does as it is told for classes of the boot loader: in the midst of the
 * JDK's own they would make these too large for that, and an arena that takes no Java heap otherwise would take some.
 */
public final class NativeMemory {
    private static final Counts COUNTS = Counts.OF_JVM;
    private static final Callers CALLERS = COUNTS.callers();
    private static volatile boolean serving;

    private NativeMemory() {
    }

    /** Serves from now on, or leaves to the JVM what is allocated from now on. */
    public static void serve(boolean wanted) {
        serving = wanted;
    }

    /** Whether it serves. */
    public static boolean isServing() {
        return serving;
    }

    /** Says that what this thread asks {@code Unsafe} for next, or has it free, is a segment's. */
    @DontInline
    public static void nextIsOfArena() {
        CALLERS.current().nextIs(Kind.ARENA);
    }

    /** The same of a temporary buffer. */
    @DontInline
    public static void nextIsTemporary() {
        CALLERS.current().nextIs(Kind.TEMPORARY);
    }

    /**
     * Allocates.
     *
     * @param bytes how many
     * @return the address; 0 if the JVM is to do it
     * @throws OutOfMemoryError if the heap has no memory
     */
    @DontInline
    public static long allocate(long bytes) {
        Caller caller = CALLERS.current();
        return allocate(caller, caller.takeNext(), bytes);
    }

    /** The same for a segment of an arena. */
    @DontInline
    public static long allocateForArena(long bytes) {
        return allocate(CALLERS.current(), Kind.ARENA, bytes);
    }

    private static long allocate(Caller caller, Kind kind, long bytes) {
        if (bytes <= 0 || caller.underWay || !serving) {
            return 0;
        }
        caller.underWay = true;
        try {
            long address = Room.memalloc(bytes);
            COUNTS.allocated(caller, kind, Memory.usableSize(address));
            return address;
        } finally {
            caller.underWay = false;
        }
    }

    /**
     * Frees.
     *
     * @param address any address
     * @return false if the JVM is to do it
     * @throws IllegalStateException if it was freed already
     * @throws IllegalArgumentException if it is the heap's, but no block's
     */
    @DontInline
    public static boolean free(long address) {
        Caller caller = CALLERS.current();
        Kind kind = caller.takeNext();
        if (!Memory.owns(address)) {
            return false;
        }
        boolean nested = caller.underWay;
        caller.underWay = true;
        try {
            long bytes = Memory.usableSize(address);
            Memory.memfree(address);
            COUNTS.freed(caller, kind, bytes);
        } finally {
            caller.underWay = nested;
        }
        return true;
    }

    /**
     * Resizes.
     *
     * @param address any address
     * @param bytes the new size
     * @return the address, which may be another; 0 if the JVM is to do it
     * @throws OutOfMemoryError if the heap has no memory
     * @throws IllegalStateException if it was freed already
     * @throws IllegalArgumentException if it is the heap's, but no block's
     */
    public static long reallocate(long address, long bytes) {
        if (address == 0) {
            return allocate(bytes);
        }
        if (bytes <= 0 || !Memory.owns(address)) {
            return 0;
        }
        Caller caller = CALLERS.current();
        boolean nested = caller.underWay;
        Kind kind = caller.takeNext();
        caller.underWay = true;
        try {
            long before = Memory.usableSize(address);
            long moved = Memory.memresize(address, bytes);
            COUNTS.freed(caller, kind, before);
            COUNTS.allocated(caller, kind, Memory.usableSize(moved));
            return moved;
        } finally {
            caller.underWay = nested;
        }
    }

    /**
     * Whether {@code Unsafe} does call this class, and arenas say what is theirs. Found out by a segment.
     */
    public static boolean isCalled() {
        Counts.Snapshot before = COUNTS.snapshot(Kind.ARENA);
        try (Arena arena = Arena.ofConfined()) {
            arena.allocate(1);
        } catch (OutOfMemoryError e) {
            // Nobody else refuses so few bytes.
            return true;
        }
        Counts.Snapshot after = COUNTS.snapshot(Kind.ARENA);
        return after.allocations() > before.allocations() && after.frees() > before.frees();
    }
}
