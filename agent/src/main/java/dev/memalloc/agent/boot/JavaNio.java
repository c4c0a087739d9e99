package dev.memalloc.agent.boot;

import java.io.FileDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;

/**
 * The parts of {@code java.base} behind a direct buffer: its constructor, and the JVM's accounting of direct memory.
 *
 * <p>The handles are constants for the JIT, so a call through them costs what a direct call does. The lookup that
 * finds them is handed over by {@link #lend} and kept no longer than this class takes to initialise. The cleaner
 * that frees a buffer is made by the buffer's own constructor, and its type is not named here.
 */
final class JavaNio {
    private static MethodHandles.Lookup lookup;

    private JavaNio() {
    }

    /** Hands over a full lookup on {@code java.nio}; to be called once, before anything else here. */
    static void lend(MethodHandles.Lookup lender) throws ReflectiveOperationException {
        lookup = lender;
        try {
            MethodHandles.Lookup own = MethodHandles.lookup();
            own.ensureInitialized(Handles.class);
        } finally {
            lookup = null;
        }
    }

    /** How many bytes a buffer takes: at least one, and a page more where buffers are to start at a page. */
    static long sizeFor(int capacity) {
        return Math.max(1L, (long) capacity + (Handles.PAGE_ALIGNED ? Handles.PAGE_SIZE : 0));
    }

    /** Where a buffer starts in the memory it takes. */
    static long align(long address) {
        return Handles.PAGE_ALIGNED ? (address + Handles.PAGE_SIZE - 1) & -(long) Handles.PAGE_SIZE : address;
    }

    /**
     * Counts memory as direct memory. At {@code -XX:MaxDirectMemorySize} it waits for buffers to be collected.
     *
     * @throws OutOfMemoryError if the maximum would be exceeded
     */
    static void reserve(long size, int capacity) {
        try {
            Handles.RESERVE.invokeExact(size, (long) capacity);
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    static void unreserve(long size, int capacity) {
        try {
            Handles.UNRESERVE.invokeExact(size, (long) capacity);
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    /** Waits while buffers that were collected are being freed; returns false at once if none are. */
    static boolean waitForFrees() throws InterruptedException {
        try {
            return (boolean) Handles.WAIT_FOR_REFERENCES.invokeExact();
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    /** A direct buffer on memory of ours; {@code free} is run once no buffer on it can be reached. */
    static ByteBuffer newBuffer(int capacity, long address, Runnable free) {
        try {
            return (ByteBuffer) Handles.NEW_BUFFER.invokeExact(capacity, address, free);
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    /** No other checked exception is declared by any of the handles. */
    private static RuntimeException propagate(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return (RuntimeException) e;
    }

    /** Found when the lookup is there. */
    private static final class Handles {
        static final MethodHandle NEW_BUFFER;
        static final MethodHandle RESERVE;
        static final MethodHandle UNRESERVE;
        static final MethodHandle WAIT_FOR_REFERENCES;
        static final boolean PAGE_ALIGNED;
        static final int PAGE_SIZE;

        static {
            try {
                Class<?> access = lookup.findClass("jdk.internal.access.JavaNioAccess");
                Object nio = lookup.findStatic(lookup.findClass("jdk.internal.access.SharedSecrets"),
                    "getJavaNioAccess", MethodType.methodType(access)).invoke();
                Class<?> references = lookup.findClass("jdk.internal.access.JavaLangRefAccess");
                Object ref = lookup.findStatic(lookup.findClass("jdk.internal.access.SharedSecrets"),
                    "getJavaLangRefAccess", MethodType.methodType(references)).invoke();
                WAIT_FOR_REFERENCES = lookup.findVirtual(references, "waitForReferenceProcessing",
                    MethodType.methodType(boolean.class)).bindTo(ref);
                MethodType accounting = MethodType.methodType(void.class, long.class, long.class);
                RESERVE = lookup.findVirtual(access, "reserveMemory", accounting).bindTo(nio);
                UNRESERVE = lookup.findVirtual(access, "unreserveMemory", accounting).bindTo(nio);
                PAGE_SIZE = (int) lookup.findVirtual(access, "pageSize", MethodType.methodType(int.class)).invoke(nio);
                PAGE_ALIGNED = (boolean) lookup.findStatic(lookup.findClass("jdk.internal.misc.VM"),
                    "isDirectMemoryPageAligned", MethodType.methodType(boolean.class)).invoke();
                MethodHandle constructor = lookup.findConstructor(lookup.findClass("java.nio.DirectByteBuffer"),
                    MethodType.methodType(void.class, int.class, long.class, FileDescriptor.class, Runnable.class,
                        boolean.class, MemorySegment.class));
                constructor = MethodHandles.insertArguments(constructor, 4, false, null);
                constructor = MethodHandles.insertArguments(constructor, 2, (Object) null);
                NEW_BUFFER = constructor.asType(
                    MethodType.methodType(ByteBuffer.class, int.class, long.class, Runnable.class));
            } catch (Throwable e) {
                throw new IllegalStateException("this JVM is not as the agent knows Java 25: " + e, e);
            }
        }
    }
}
