package dev.memalloc.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import jdk.internal.access.JavaLangAccess;
import jdk.internal.access.SharedSecrets;
import net.bytebuddy.jar.asm.ClassReader;

/**
 * The classes of the jar's {@code boot/} part, and how they get into the boot loader.
 *
 * <p>Each is defined there one by one, by what the JVM itself uses for that: to append the jar to the boot loader's
 * search path would make the JVM print a warning. The JVM looks for a superclass when it defines a class, so those
 * are defined first; all else is looked for only when it is used, and by then all are there.
 *
 * <p>One of them is in a package of {@code java.base}, and so a class of that module; it comes last, since the module
 * is to know the others by then.
 */
final class BootClasses {
    /** The folder in the jar. */
    static final String PREFIX = "boot/";
    private static final String SUFFIX = ".class";
    private static final String ONE_OF_THEM = "dev.memalloc.agent.boot.Installation";
    private static final String IN_JAVA_BASE = "java/nio/MemallocNio";
    private static final Set<String> ALLOCATOR_PACKAGES = Set.of("dev.memalloc", "dev.memalloc.internal");

    /** Name to bytes, of those that are not defined yet. */
    private final Map<String, byte[]> undefined = new HashMap<>();
    private final JavaLangAccess lang = SharedSecrets.getJavaLangAccess();

    private BootClasses() {
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
     * @param instrumentation by which the JDK's way to define them is opened to the module of the agent's own class
     *     loader, and to nobody else
     * @throws IOException if the jar cannot be read
     */
    static void define(Path jar, Instrumentation instrumentation) throws IOException {
        Module javaBase = Object.class.getModule();
        Map<String, Set<Module>> none = Map.of();
        instrumentation.redefineModule(javaBase, Set.of(),
            Map.of("jdk.internal.access", Set.of(BootClasses.class.getModule())), none, Set.of(), Map.of());
        BootClasses classes = new BootClasses();
        classes.read(jar);
        byte[] inJavaBase = classes.undefined.remove(IN_JAVA_BASE);
        Module boot = classes.defineAll();
        for (String callers : List.of(javaBase.getName(), JdkClass.MANAGEMENT_MODULE)) {
            ModuleLayer.boot().findModule(callers).ifPresent(module ->
                instrumentation.redefineModule(module, Set.of(boot), none, none, Set.of(), Map.of()));
        }
        classes.define(IN_JAVA_BASE, inJavaBase);
    }

    /**
     * Makes sure that the application has loaded no class of the allocator itself: from now on it would get the
     * others from the boot loader, and the two would not fit together. In a named module it gets its own in any case.
     */
    static void requireNoOtherCopy(Class<?>[] allLoaded) {
        for (Class<?> loaded : allLoaded) {
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

    /** Returns their module: the boot loader's for what is in none. */
    private Module defineAll() {
        Module module = null;
        for (String name : List.copyOf(undefined.keySet())) {
            byte[] bytes = undefined.remove(name);
            module = bytes == null ? module : defineWithSupertypes(name, bytes).getModule();
        }
        return module;
    }

    private Class<?> defineWithSupertypes(String name, byte[] bytes) {
        ClassReader reader = new ClassReader(bytes);
        defineFirst(reader.getSuperName());
        for (String superinterface : reader.getInterfaces()) {
            defineFirst(superinterface);
        }
        return define(name, bytes);
    }

    private void defineFirst(String supertype) {
        byte[] bytes = undefined.remove(supertype);
        if (bytes != null) {
            defineWithSupertypes(supertype, bytes);
        }
    }

    private Class<?> define(String name, byte[] bytes) {
        return lang.defineClass(null, name.replace('/', '.'), bytes, null, null);
    }
}
