package dev.memalloc.agent.program;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** {@code sun.misc.Unsafe}, by reflection: the compiler has a warning about it that cannot be switched off. */
final class SunUnsafe {
    private static final Class<?> TYPE;
    private static final Object INSTANCE;
    private static final Method ALLOCATE;
    private static final Method REALLOCATE;
    private static final Method FREE;
    private static final Method GET;
    private static final Method PUT;

    static {
        try {
            TYPE = Class.forName("sun.misc.Unsafe");
            Field field = TYPE.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            INSTANCE = field.get(null);
            ALLOCATE = TYPE.getMethod("allocateMemory", long.class);
            REALLOCATE = TYPE.getMethod("reallocateMemory", long.class, long.class);
            FREE = TYPE.getMethod("freeMemory", long.class);
            GET = TYPE.getMethod("getByte", long.class);
            PUT = TYPE.getMethod("putByte", long.class, byte.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private SunUnsafe() {
    }

    static long allocate(long bytes) {
        return (long) call(ALLOCATE, bytes);
    }

    static long reallocate(long address, long bytes) {
        return (long) call(REALLOCATE, address, bytes);
    }

    static void free(long address) {
        call(FREE, address);
    }

    static byte get(long address) {
        return (byte) call(GET, address);
    }

    static void put(long address, byte value) {
        call(PUT, address, value);
    }

    private static Object call(Method method, Object... arguments) {
        try {
            return method.invoke(INSTANCE, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
