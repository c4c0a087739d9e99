package dev.memalloc.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Consumer;

/**
 * The restricted operations of {@code java.lang.foreign} that this project uses.
 *
 * <p>The JVM grants or refuses them by the module of the caller, and the caller of a method handle is the
 * class whose lookup found it. So all that it takes to run where this class has no native access, as in the
 * boot loader under an agent, is a lookup from a class that has it: see {@link #lend}.
 */
public final class NativeAccess {
    private static MethodHandles.Lookup lookup = MethodHandles.lookup();

    private NativeAccess() {
    }

    /**
     * Makes the restricted operations run as called from the class of {@code lender}.
     * It has effect only before the first use of {@link RawMemory} and of the heap.
     *
     * @param lender a full lookup, made by {@link MethodHandles#lookup()} in a class with native access
     */
    public static synchronized void lend(MethodHandles.Lookup lender) {
        lookup = lender;
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
        MemorySegment symbol = linker.defaultLookup().find(function).orElseThrow(() ->
            new UnsupportedOperationException("memalloc needs Linux: the C library here has no " + function));
        MethodType shape = MethodType.methodType(
            MethodHandle.class, MemorySegment.class, FunctionDescriptor.class, Linker.Option[].class);
        return (MethodHandle) restricted(Linker.class, "downcallHandle", shape, linker, symbol, type, options);
    }

    /** The whole address space as one segment: a byte's offset in it is the byte's address. */
    static MemorySegment addressSpace() {
        MethodType shape = MethodType.methodType(MemorySegment.class, long.class);
        return (MemorySegment) restricted(
            MemorySegment.class, "reinterpret", shape, MemorySegment.NULL, Long.MAX_VALUE);
    }

    /** The same bytes, usable until {@code arena} is closed. */
    static MemorySegment scoped(MemorySegment segment, Arena arena) {
        return (MemorySegment) restricted(MemorySegment.class, "reinterpret", Scoping.SHAPE, segment, arena, null);
    }

    /**
     * The same bytes, usable until {@code arena} is closed; {@code cleanup} is run then. For short lives: by a constant
     * handle, so that whoever first calls this decides by what lookup.
     */
    static MemorySegment scopedOften(MemorySegment segment, Arena arena, Consumer<MemorySegment> cleanup) {
        try {
            return (MemorySegment) Scoping.REINTERPRET.invokeExact(segment, arena, cleanup);
        } catch (Throwable e) {
            throw explain(e);
        }
    }

    private static Object restricted(
            Class<?> owner, String method, MethodType shape, Object receiver, Object... arguments) {
        try {
            return find(owner, method, shape).bindTo(receiver).invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw explain(e);
        }
    }

    private static synchronized MethodHandle find(Class<?> owner, String method, MethodType shape) {
        try {
            return lookup.findVirtual(owner, method, shape).asFixedArity();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(owner.getSimpleName() + "." + method + " cannot be called", e);
        }
    }

    /** None of the restricted methods declares a checked exception. */
    private static RuntimeException explain(Throwable thrown) {
        if (thrown instanceof IllegalCallerException e) {
            return new IllegalCallerException("memalloc needs native access: start java with "
                + "--enable-native-access=" + moduleName() + " (" + e.getMessage() + ")", e);
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        return (RuntimeException) thrown;
    }

    private static String moduleName() {
        Module module = lookup.lookupClass().getModule();
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    /** Found once, and a constant for the JIT. */
    private static final class Scoping {
        static final MethodType SHAPE = MethodType.methodType(MemorySegment.class, Arena.class, Consumer.class);
        static final MethodHandle REINTERPRET = find(MemorySegment.class, "reinterpret", SHAPE);
    }
}
