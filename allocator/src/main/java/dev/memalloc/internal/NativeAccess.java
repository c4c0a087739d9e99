package dev.memalloc.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Who calls the {@link RestrictedMethods}: this module, or somebody who has native access where it has none, as in the
 * boot loader under an agent.
 */
public final class NativeAccess {
    private static final RestrictedMethods OWN = new OwnCalls();

    private static RestrictedMethods current = OWN;

    private NativeAccess() {
    }

    /**
     * Has the restricted methods called by somebody else from now on.
     * It has effect only before the first use of {@link RawMemory} and of the heap.
     *
     * @param lender whose class has native access; null for this module again
     */
    public static synchronized void lend(RestrictedMethods lender) {
        current = lender == null ? OWN : lender;
    }

    /**
     * A handle on a function of the C library.
     *
     * @param function the function's name
     * @param type its parameters and result
     * @param options as for {@link Linker#downcallHandle}
     * @return the handle
     * @throws IllegalCallerException if native access is not enabled; its message says how to enable it
     * @throws UnsupportedOperationException if the C library has no such function
     */
    public static MethodHandle downcall(String function, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> symbol = linker.defaultLookup().find(function);
        if (symbol.isEmpty()) {
            throw new UnsupportedOperationException("memalloc needs Linux: the C library here has no " + function);
        }
        try {
            return current().downcallHandle(linker, symbol.get(), type, options);
        } catch (IllegalCallerException e) {
            throw explained(e);
        }
    }

    /** The whole address space as one segment: a byte's offset in it is the byte's address. */
    static MemorySegment addressSpace() {
        try {
            return current().reinterpret(MemorySegment.NULL, Long.MAX_VALUE);
        } catch (IllegalCallerException e) {
            throw explained(e);
        }
    }

    /** The same bytes, usable until {@code arena} is closed. */
    static MemorySegment scoped(MemorySegment segment, Arena arena) {
        try {
            return current().reinterpret(segment, arena, null);
        } catch (IllegalCallerException e) {
            throw explained(e);
        }
    }

    /**
     * The same bytes, usable until {@code arena} is closed; {@code cleanup} is run then. For short lives: whoever first
     * calls this decides who makes the calls, which is a constant for the JIT.
     */
    static MemorySegment scopedOften(MemorySegment segment, Arena arena, Consumer<MemorySegment> cleanup) {
        try {
            return Constant.CALLS.reinterpret(segment, arena, cleanup);
        } catch (IllegalCallerException e) {
            throw explained(e);
        }
    }

    private static synchronized RestrictedMethods current() {
        return current;
    }

    private static IllegalCallerException explained(IllegalCallerException e) {
        Module module = NativeAccess.class.getModule();
        return new IllegalCallerException("memalloc needs native access: start java with --enable-native-access="
            + (module.isNamed() ? module.getName() : "ALL-UNNAMED") + " (" + e.getMessage() + ")", e);
    }

    private static final class Constant {
        static final RestrictedMethods CALLS = current();
    }

    /** Called by this module. */
    @SuppressWarnings("restricted")
    private static final class OwnCalls implements RestrictedMethods {
        @Override
        public MethodHandle downcallHandle(
                Linker linker, MemorySegment symbol, FunctionDescriptor type, Linker.Option... options) {
            return linker.downcallHandle(symbol, type, options);
        }

        @Override
        public MemorySegment reinterpret(MemorySegment segment, long size) {
            return segment.reinterpret(size);
        }

        @Override
        public MemorySegment reinterpret(MemorySegment segment, Arena arena, Consumer<MemorySegment> cleanup) {
            return segment.reinterpret(arena, cleanup);
        }
    }
}
