package dev.memalloc.agent.saboteur;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.ByteBuffer;
import java.security.ProtectionDomain;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;

/**
 * Another agent, which makes trouble on the way of an allocation while the system property {@code sabotage} is set:
 * {@code nest} asks for a direct buffer inside of the heap, {@code fail} throws where the buffer's cleaner is made,
 * {@code refuse} throws where the heap is to free a block. Given before the agent, {@code undo} has it rewrite nothing.
 * {@code beside} does no harm: it refuses direct buffers and blocks of {@code Unsafe} of one size that none has.
 */
public final class Saboteur {
    /** The size that it refuses. */
    public static final int REFUSED = -7;

    private Saboteur() {
    }

    /** Installs it. */
    public static void premain(String what, Instrumentation instrumentation) throws Exception {
        switch (what) {
            case "nest" -> rewrite(instrumentation, "dev.memalloc.Heap", "defalloc", Nest.class);
            case "fail" -> rewrite(instrumentation, "jdk.internal.ref.Cleaner", "create", Fail.class);
            case "refuse" -> rewrite(instrumentation, "dev.memalloc.Memory", "memfree", Fail.class);
            case "beside" -> {
                rewrite(instrumentation, "java.nio.ByteBuffer", "allocateDirect", RefuseBuffer.class);
                rewrite(instrumentation, "jdk.internal.misc.Unsafe", "allocateMemory", RefuseBlock.class);
            }
            case "undo" -> write(instrumentation, "dev.memalloc.agent.AskFirst", "visitCode", Undo.class);
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static void rewrite(Instrumentation instrumentation, String name, String method, Class<?> advice)
            throws Exception {
        write(instrumentation, name, method, advice);
        instrumentation.retransformClasses(Class.forName(name, false, null));
    }

    private static void write(Instrumentation instrumentation, String typeName, String method, Class<?> advice) {
        ClassFileTransformer transformer = new ClassFileTransformer() {
            @Override
            public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain,
                    byte[] bytes) {
                if (!typeName.replace('.', '/').equals(name)) {
                    return null;
                }
                try {
                    ClassFileLocator all = new ClassFileLocator.Compound(ClassFileLocator.Simple.of(typeName, bytes),
                        ClassFileLocator.ForClassLoader.of(loader));
                    TypeDescription type = redefined == null ? TypePool.Default.of(all).describe(typeName).resolve()
                        : TypeDescription.ForLoadedType.of(redefined);
                    return new ByteBuddy()
                        .with(TypeValidation.DISABLED)
                        .redefine(type, all)
                        .visit(Advice.to(advice).on(ElementMatchers.named(method)))
                        .make()
                        .getBytes();
                } catch (RuntimeException | Error e) {
                    // The JVM would not tell.
                    e.printStackTrace();
                    throw e;
                }
            }
        };
        instrumentation.addTransformer(transformer, true);
    }

    /** To be copied into the heap. */
    static final class Nest {
        private Nest() {
        }

        @Advice.OnMethodEnter
        static void enter() {
            if (System.getProperty("sabotage") != null) {
                // Kept, so that no collection takes it out of the counts.
                System.getProperties().put(new Object(), ByteBuffer.allocateDirect(16));
            }
        }
    }

    /** To be copied into the making of a cleaner, or the freeing of a block. */
    static final class Fail {
        private Fail() {
        }

        @Advice.OnMethodEnter
        static void enter() {
            if (System.getProperty("sabotage") != null) {
                throw new OutOfMemoryError("sabotage");
            }
        }
    }

    /** To be copied into the making of a direct buffer. */
    static final class RefuseBuffer {
        private RefuseBuffer() {
        }

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(0) int bytes) {
            if (bytes == REFUSED) {
                throw new IllegalStateException("another agent's buffer");
            }
        }
    }

    /** To be copied into an allocation by {@code Unsafe}. */
    static final class RefuseBlock {
        private RefuseBlock() {
        }

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(0) long bytes) {
            if (bytes == REFUSED) {
                throw new IllegalStateException("another agent's block");
            }
        }
    }

    /** To be copied into where the agent writes its first call into a method, which writes nothing then. */
    static final class Undo {
        private Undo() {
        }

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }
}
