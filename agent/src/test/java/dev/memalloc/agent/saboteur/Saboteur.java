package dev.memalloc.agent.saboteur;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.ByteBuffer;
import java.security.ProtectionDomain;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * Another agent, which makes trouble on the way of an allocation while the system property {@code sabotage} is set:
 * {@code nest} asks for a direct buffer inside of the heap, {@code fail} throws where the buffer's cleaner is made.
 */
public final class Saboteur {
    private Saboteur() {
    }

    /** Installs it. */
    public static void premain(String what, Instrumentation instrumentation) throws Exception {
        if (what.equals("nest")) {
            write(instrumentation, Class.forName("dev.memalloc.Heap", false, null), "defalloc", Nest.class);
        } else {
            write(instrumentation, Class.forName("jdk.internal.ref.Cleaner", false, null), "create", Fail.class);
        }
    }

    private static void write(Instrumentation instrumentation, Class<?> type, String method, Class<?> advice)
            throws Exception {
        ClassFileTransformer transformer = new ClassFileTransformer() {
            @Override
            public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain,
                    byte[] bytes) {
                if (redefined != type) {
                    return null;
                }
                return new ByteBuddy()
                    .with(TypeValidation.DISABLED)
                    .redefine(type, ClassFileLocator.Simple.of(type.getName(), bytes))
                    .visit(Advice.to(advice).on(ElementMatchers.named(method)))
                    .make()
                    .getBytes();
            }
        };
        instrumentation.addTransformer(transformer, true);
        instrumentation.retransformClasses(type);
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

    /** To be copied into the making of a cleaner. */
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
}
