package dev.memalloc.benchmarks.allocators;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The allocator of a C library, called through {@code java.lang.foreign}.
 *
 * <p>The JIT compiler turns a method handle into a plain call only if it is a constant, so the handles are static,
 * and a JVM has one library: the one that {@link #of} was first called with.
 */
final class CAllocator implements Allocator {
    private static volatile CLibrary chosen;

    private CAllocator() {
    }

    /**
     * The allocator of {@code library}.
     *
     * @throws IllegalStateException if this JVM has chosen another library, or a function is another library's
     */
    static synchronized CAllocator of(CLibrary library) {
        if (chosen != null && !chosen.path().equals(library.path())) {
            throw new IllegalStateException("this JVM already runs " + chosen.path());
        }
        chosen = library;
        try {
            return Functions.ALLOCATOR;
        } catch (ExceptionInInitializerError e) {
            throw new IllegalStateException(library.path() + ": " + e.getCause().getMessage(), e);
        }
    }

    @Override
    public String version() {
        return chosen.version();
    }

    @Override
    public long allocate(long size) {
        try {
            return OutOfMemory.requireFound((long) Functions.MALLOC.invokeExact(size), size);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    @Override
    public long allocateZeroed(long size) {
        try {
            return OutOfMemory.requireFound((long) Functions.CALLOC.invokeExact(1L, size), size);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    @Override
    public long reallocate(long block, long oldSize, long size) {
        try {
            return OutOfMemory.requireFound((long) Functions.REALLOC.invokeExact(block, size), size);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    @Override
    public void free(long block) {
        try {
            Functions.FREE.invokeExact(block);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    private static Error rethrow(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException(e);
    }

    /** Made when the library is chosen. */
    private static final class Functions {
        static final MethodHandle MALLOC = chosen.function("malloc",
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        static final MethodHandle CALLOC = chosen.function("calloc",
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        static final MethodHandle REALLOC = chosen.function("realloc",
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        static final MethodHandle FREE = chosen.function("free",
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
        static final CAllocator ALLOCATOR = new CAllocator();
    }
}
