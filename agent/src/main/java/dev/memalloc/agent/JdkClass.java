package dev.memalloc.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassDefinition;
import java.util.List;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * A class of the JDK, as the JDK has it, and with calls of the agent written into its methods.
 *
 * <p>It is to be redefined, not transformed: then the JVM takes the written class for the class as it is, and what
 * other agents write into it comes on top, before or after. A transformer would have to stay registered for that, and
 * be asked about each class that the application loads.
 *
 * @param name its name
 * @param changes what is written into it
 */
record JdkClass(String name, List<Change> changes) {
    /** Where direct buffers are made. */
    static final JdkClass BYTE_BUFFER = new JdkClass("java.nio.ByteBuffer", List.of(
        new Change("allocateDirect", "(I)Ljava/nio/ByteBuffer;", Place.FIRST, "DirectMemory", "allocate")));

    /** The module of the next one, which a JVM may be without. */
    static final String MANAGEMENT_MODULE = "java.management";

    /** Where an application gets the MBean server. */
    static final JdkClass MANAGEMENT_FACTORY = new JdkClass("java.lang.management.ManagementFactory", List.of(
        new Change("getPlatformMBeanServer", "()Ljavax/management/MBeanServer;",
            Place.BEFORE_RETURNS, "BeanServerHook", "run")));

    /** {@code Unsafe}, and who uses it for arenas and channels. */
    static final List<JdkClass> NATIVE_MEMORY = List.of(
        new JdkClass("jdk.internal.misc.Unsafe", List.of(
            new Change("allocateMemory", "(J)J", Place.FIRST, "NativeMemory", "allocate"),
            new Change("reallocateMemory", "(JJ)J", Place.FIRST, "NativeMemory", "reallocate"),
            new Change("freeMemory", "(J)V", Place.FIRST, "NativeMemory", "free"))),
        new JdkClass("jdk.internal.foreign.SegmentFactories", List.of(
            new Change("allocateMemoryWrapper", "(J)J", Place.FIRST, "NativeMemory", "allocateForArena"))),
        // What frees a segment's memory.
        new JdkClass("jdk.internal.foreign.SegmentFactories$1", List.of(
            new Change("cleanup", "()V", Place.BEFORE_UNSAFE, "NativeMemory", "nextIsOfArena"))),
        new JdkClass("sun.nio.ch.Util", List.of(
            new Change("getTemporaryDirectBuffer", "(I)Ljava/nio/ByteBuffer;",
                Place.BEFORE_UNSAFE, "NativeMemory", "nextIsTemporary"),
            new Change("free", "(Ljava/nio/ByteBuffer;)V",
                Place.BEFORE_UNSAFE, "NativeMemory", "nextIsTemporary"))));

    /** Where in a method. */
    enum Place {
        /** First of all, and instead of all else if it is served: see {@link AskFirst}. */
        FIRST,
        /** Before each return. */
        BEFORE_RETURNS,
        /** Before each call of {@code Unsafe}. */
        BEFORE_UNSAFE
    }

    /**
     * A call that is written into a method.
     *
     * @param method the method's name
     * @param descriptor its parameters and result, as in a class file
     * @param place where in it
     * @param type the class of the static method that is called, by its name, since it may not be there yet
     * @param called that method's name
     */
    record Change(String method, String descriptor, Place place, String type, String called) {
        private static final String PACKAGE = "dev/memalloc/agent/boot/";

        /** The internal name of the class of the method that is called. */
        String owner() {
            return PACKAGE + type;
        }

        boolean isFor(String name, String parametersAndResult) {
            return method.equals(name) && descriptor.equals(parametersAndResult);
        }

        /** Passes the method's code on to {@code code}, with the call. */
        MethodVisitor into(MethodVisitor code, int access) {
            return place == Place.FIRST ? new AskFirst(code, access, this) : new CallBefore(code, this);
        }
    }

    /** The class as the JDK has it. */
    ClassDefinition original() throws ClassNotFoundException, IOException {
        return definition(bytes());
    }

    /**
     * The class with all changes.
     *
     * @throws IllegalStateException if it does not have all the methods
     */
    ClassDefinition rewritten() throws ClassNotFoundException, IOException {
        ClassReader reader = new ClassReader(bytes());
        ClassWriter writer = new ClassWriter(reader, 0);
        Rewriting rewriting = new Rewriting(writer);
        reader.accept(rewriting, 0);
        if (rewriting.written != changes.size()) {
            throw new IllegalStateException(name + " is not as the agent knows it: " + rewriting.written + " of "
                + changes.size() + " methods found");
        }
        return definition(writer.toByteArray());
    }

    private ClassDefinition definition(byte[] bytes) throws ClassNotFoundException {
        return new ClassDefinition(type(), bytes);
    }

    private Class<?> type() throws ClassNotFoundException {
        return Class.forName(name, false, null);
    }

    private byte[] bytes() throws ClassNotFoundException, IOException {
        try (InputStream in = type().getModule().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new IOException("the JVM does not show the class file of " + name);
            }
            return in.readAllBytes();
        }
    }

    private final class Rewriting extends ClassVisitor {
        private int written;

        Rewriting(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String method, String descriptor, String signature, String[] exceptions) {
            MethodVisitor code = super.visitMethod(access, method, descriptor, signature, exceptions);
            for (Change change : changes) {
                if (change.isFor(method, descriptor)) {
                    written++;
                    return change.into(code, access);
                }
            }
            return code;
        }
    }
}
