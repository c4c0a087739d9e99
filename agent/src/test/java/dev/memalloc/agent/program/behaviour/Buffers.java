package dev.memalloc.agent.program.behaviour;

import dev.memalloc.agent.program.Figures;
import java.nio.ByteBuffer;

/** The direct buffers of this program: how they are filled, looked into and freed. */
final class Buffers {
    static final int MEGABYTE = 1 << 20;
    /** The JVM may keep some for threads that wrote from the Java heap. */
    static final int KEPT_BY_THREADS_MAX = 100;

    private Buffers() {
    }

    static ByteBuffer filled(int size) {
        return fill(ByteBuffer.allocateDirect(size));
    }

    static ByteBuffer fill(ByteBuffer buffer) {
        buffer.clear();
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put((byte) (i * 31 >> 3));
        }
        return buffer.flip();
    }

    /** A method of the JVM's own interface of direct buffers. */
    static Object direct(ByteBuffer buffer, String method) throws ReflectiveOperationException {
        return Class.forName("sun.nio.ch.DirectBuffer").getMethod(method).invoke(buffer);
    }

    static long address(ByteBuffer buffer) throws ReflectiveOperationException {
        return (long) direct(buffer, "address");
    }

    /** Frees a buffer, also where {@code sun.misc.Unsafe} may not be used for it. */
    static void clean(ByteBuffer buffer) {
        try {
            Object cleaner = direct(buffer, "cleaner");
            cleaner.getClass().getMethod("clean").invoke(cleaner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static long live() throws InterruptedException {
        return Figures.collectUntil(0, () -> Figures.pool().getCount());
    }
}
