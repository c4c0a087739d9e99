package dev.memalloc.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * The classes of the jar's {@code boot/} part, and how they get into the boot loader.
 *
 * <p>Each is defined there one by one, by what the JVM itself uses for that: to append the jar to the boot loader's
 * search path would make the JVM print a warning. The JVM looks for a superclass when it defines a class, so those
 * are defined first; all else is looked for only when it is used, and by then all are there.
 */
final class BootClasses {
    /** The folder in the jar. */
    static final String PREFIX = "boot/";
    private static final String SUFFIX = ".class";
    private static final String ONE_OF_THEM = "dev.memalloc.agent.boot.Installation";
    private static final Set<String> ALLOCATOR_PACKAGES = Set.of("dev.memalloc", "dev.memalloc.internal");

    /** Name to bytes, of those that are not defined yet. */
    private final Map<String, byte[]> undefined = new HashMap<>();
    private final MethodHandle define;

    private BootClasses(MethodHandle define) {
        this.define = define;
    }

    /** Whether {@link #define} was successful in this JVM. */
    static boolean areDefined() {
        try {
            Class.forName(ONE_OF_THEM, false, null);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Defines them all.
     *
     * @param jar the agent's
     * @param javaBase a full lookup
     * @throws ReflectiveOperationException if this JVM does not allow it
     * @throws IOException if the jar cannot be read
     */
    static void define(Path jar, MethodHandles.Lookup javaBase) throws ReflectiveOperationException, IOException {
        BootClasses classes = new BootClasses(definer(javaBase));
        classes.read(jar);
        classes.defineAll();
    }

    /**
     * Makes sure that the application has loaded no class of the allocator itself: from now on it would get the
     * others from the boot loader, and the two would not fit together. In a named module it gets its own in any case.
     */
    static void requireNoOtherCopy(Instrumentation instrumentation) {
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (loaded.getClassLoader() != null && !loaded.getModule().isNamed()
                    && ALLOCATOR_PACKAGES.contains(loaded.getPackageName())) {
                throw new IllegalStateException("the application has loaded the allocator (" + loaded.getName()
                    + ") already; start it with -javaagent, and it will share the agent's");
            }
        }
    }

    private void read(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements();) {
                JarEntry entry = entries.nextElement();
                String path = entry.getName();
                if (path.startsWith(PREFIX) && path.endsWith(SUFFIX)) {
                    String name = path.substring(PREFIX.length(), path.length() - SUFFIX.length());
                    try (InputStream bytes = file.getInputStream(entry)) {
                        undefined.put(name, bytes.readAllBytes());
                    }
                }
            }
        }
        if (undefined.isEmpty()) {
            throw new IOException(jar + " has nothing under " + PREFIX);
        }
    }

    private void defineAll() {
        while (!undefined.isEmpty()) {
            defineWithSupertypes(undefined.keySet().iterator().next());
        }
    }

    private void defineWithSupertypes(String name) {
        byte[] bytes = undefined.remove(name);
        if (bytes == null) {
            return;
        }
        ClassModel model = ClassFile.of().parse(bytes);
        model.superclass().ifPresent(superclass -> defineWithSupertypes(superclass.asInternalName()));
        for (ClassEntry superinterface : model.interfaces()) {
            defineWithSupertypes(superinterface.asInternalName());
        }
        try {
            Class<?> defined = (Class<?>) define.invoke(null, name.replace('/', '.'), bytes, null, null);
            assert defined.getClassLoader() == null : "defined in the boot loader";
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code (ClassLoader, String name, byte[], ProtectionDomain, String source) -> Class}. */
    private static MethodHandle definer(MethodHandles.Lookup javaBase) throws ReflectiveOperationException {
        Class<?> access = javaBase.findClass("jdk.internal.access.JavaLangAccess");
        try {
            Object lang = javaBase.findStatic(javaBase.findClass("jdk.internal.access.SharedSecrets"),
                "getJavaLangAccess", MethodType.methodType(access)).invoke();
            return javaBase.findVirtual(access, "defineClass", MethodType.methodType(Class.class, ClassLoader.class,
                String.class, byte[].class, ProtectionDomain.class, String.class)).bindTo(lang);
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
