package dev.memalloc.agent.boot;

import dev.memalloc.internal.RestrictedMethods;
import java.nio.ByteBuffer;

/**
 * The parts of {@code java.base} behind a direct buffer: its constructor, and the JVM's accounting of direct memory.
 *
 * <p>The one implementation is a class in {@code java.nio}, which hands itself over when it is initialised, and is a
 * constant for the JIT from then on. The cleaner that frees a buffer is made by the buffer's own constructor, and its
 * type is not named.
 */
public abstract class JavaNio implements RestrictedMethods {
    private static JavaNio lent;

    /** For the one implementation. */
    protected JavaNio() {
    }

    /** Takes the implementation; once, and for ever. */
    protected static synchronized void lend(JavaNio implementation) {
        if (lent != null) {
            throw new IllegalStateException("it was lent before");
        }
        lent = implementation;
    }

    /** The implementation. */
    static JavaNio lent() {
        return Lent.NIO;
    }

    /** How many bytes a buffer takes: at least one, and a page more where buffers are to start at a page. */
    static long sizeFor(int capacity) {
        return Math.max(1L, (long) capacity + (Lent.ALIGNMENT == 1 ? 0 : Lent.ALIGNMENT));
    }

    /** Where a buffer starts in the memory it takes. */
    static long align(long address) {
        return (address + Lent.ALIGNMENT - 1) & -(long) Lent.ALIGNMENT;
    }

    /** A direct buffer on memory of ours; {@code free} is run once no buffer on it can be reached. */
    public abstract ByteBuffer newBuffer(int capacity, long address, Runnable free);

    /** The most that all buffers may have, in bytes. */
    public abstract long capacityMax();

    /** How much of that no buffer has. */
    public abstract long capacityLeft();

    /** How much memory all buffers take. */
    public abstract long bytesReserved();

    /**
     * Counts memory as direct memory. At {@code -XX:MaxDirectMemorySize} it waits for buffers to be collected.
     *
     * @throws OutOfMemoryError if the maximum would be exceeded
     */
    public abstract void reserve(long size, int capacity);

    /** Counts it no more. */
    public abstract void unreserve(long size, int capacity);

    /** Waits while buffers that were collected are being freed; returns false at once if none are. */
    public abstract boolean waitForFrees() throws InterruptedException;

    /** What the JVM's own buffers start at a multiple of: a page's size where that was asked for, or 1. */
    public abstract int alignment();

    private static final class Lent {
        static final JavaNio NIO;
        static final int ALIGNMENT;

        static {
            try {
                Class.forName("java.nio.MemallocNio", true, null);
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
            NIO = lent;
            ALIGNMENT = NIO.alignment();
        }
    }
}
