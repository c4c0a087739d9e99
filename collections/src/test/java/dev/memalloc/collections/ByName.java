package dev.memalloc.collections;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** Calls methods by name, so that a test is written once for classes that differ in the type of their elements. */
final class ByName {
    /** Which a class makes a copy of each time that it is asked. */
    private static final ClassValue<Method[]> METHODS = new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> owner) {
            return owner.getMethods();
        }
    };

    private ByName() {
    }

    private interface Call {
        Object call() throws ReflectiveOperationException;
    }

    /** Calls the public method with this name that has so many parameters. */
    static Object call(Object receiver, String name, Object... arguments) {
        return call(receiver.getClass(), null, receiver, name, arguments);
    }

    /** Calls a static one. */
    static Object callStatic(Class<?> owner, String name, Object... arguments) {
        return call(owner, null, null, name, arguments);
    }

    /** Calls the static one whose first parameter is of that type. */
    static Object callStatic(Class<?> owner, Class<?> first, String name, Object... arguments) {
        return call(owner, first, null, name, arguments);
    }

    /** Calls the public constructor that has so many parameters. */
    static Object make(Class<?> owner, Object... arguments) {
        for (Constructor<?> constructor : owner.getConstructors()) {
            if (constructor.getParameterCount() == arguments.length) {
                return unwrapped(() -> constructor.newInstance(arguments));
            }
        }
        throw new AssertionError("no constructor of " + owner);
    }

    private static Object call(Class<?> owner, Class<?> first, Object receiver, String name, Object... arguments) {
        for (Method method : METHODS.get(owner)) {
            Class<?>[] parameters = method.getParameterTypes();
            if (method.getName().equals(name) && parameters.length == arguments.length
                    && (first == null || parameters[0] == first)) {
                return unwrapped(() -> method.invoke(receiver, arguments));
            }
        }
        throw new AssertionError("no method " + name + " of " + owner);
    }

    private static Object unwrapped(Call call) {
        try {
            return call.call();
        } catch (InvocationTargetException e) {
            throw ByName.<RuntimeException>unchecked(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Throws what was thrown, whatever it is. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E unchecked(Throwable cause) throws E {
        throw (E) cause;
    }
}
