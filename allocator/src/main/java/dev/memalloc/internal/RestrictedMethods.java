package dev.memalloc.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Consumer;

/**
 * The restricted methods of {@code java.lang.foreign} that this project uses. The JVM grants or refuses them by the
 * module of the class that calls them, which is that of the implementation.
 */
public interface RestrictedMethods {
    /** As {@link Linker#downcallHandle}. */
    MethodHandle downcallHandle(
        Linker linker, MemorySegment symbol, FunctionDescriptor type, Linker.Option... options);

    /** As {@link MemorySegment#reinterpret(long)}. */
    MemorySegment reinterpret(MemorySegment segment, long size);

    /** As {@link MemorySegment#reinterpret(Arena, Consumer)}. */
    MemorySegment reinterpret(MemorySegment segment, Arena arena, Consumer<MemorySegment> cleanup);
}
