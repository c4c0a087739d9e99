package dev.memalloc.agent;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.TypeResolutionStrategy;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;

/**
 * Writes the agent's advice into the methods of the JDK that it changes, and leaves all other classes alone.
 *
 * <p>It stays registered while it is to have an effect, so that the advice survives when another agent has the same
 * classes transformed again. The JVM ignores what a transformer throws; so it is kept here, for the message.
 */
final class JdkTransformer implements ClassFileTransformer {
    private final Map<String, List<AsmVisitorWrapper>> byClass;
    private volatile Throwable failure;

    private JdkTransformer(Map<String, List<AsmVisitorWrapper>> byClass) {
        this.byClass = byClass;
    }

    /** For {@code ByteBuffer.allocateDirect}. */
    static JdkTransformer ofDirectBuffers() {
        return new JdkTransformer(Map.of(
            "java.nio.ByteBuffer", List.of(advice(AllocateDirectAdvice.class, "allocateDirect", 1))));
    }

    /** For the beans with the counts. */
    static JdkTransformer ofBeanServer() {
        return new JdkTransformer(Map.of("java.lang.management.ManagementFactory",
            List.of(advice(BeanServerAdvice.class, "getPlatformMBeanServer", 0))));
    }

    /** For {@code Unsafe}, and who uses it for arenas and channels. */
    static JdkTransformer ofNativeMemory() {
        return new JdkTransformer(Map.of(
            "jdk.internal.misc.Unsafe", List.of(
                advice(UnsafeAdvice.Allocate.class, "allocateMemory", 1),
                advice(UnsafeAdvice.Reallocate.class, "reallocateMemory", 2),
                advice(UnsafeAdvice.Free.class, "freeMemory", 1)),
            "jdk.internal.foreign.SegmentFactories",
                List.of(advice(KindAdvice.ArenaAllocate.class, "allocateMemoryWrapper", 1)),
            // What frees a segment's memory.
            "jdk.internal.foreign.SegmentFactories$1",
                List.of(advice(KindAdvice.ArenaFree.class, "cleanup", 0)),
            "sun.nio.ch.Util", List.of(
                advice(KindAdvice.Temporary.class, "getTemporaryDirectBuffer", 1),
                advice(KindAdvice.Temporary.class, "free", 1))));
    }

    /** The classes that it changes. */
    Set<String> classes() {
        return byClass.keySet();
    }

    /** What went wrong at the latest transformation; null if nothing did. */
    Throwable failure() {
        return failure;
    }

    @Override
    public byte[] transform(ClassLoader loader, String className, Class<?> classBeingRedefined,
            ProtectionDomain protectionDomain, byte[] bytes) {
        if (loader != null || className == null) {
            return null;
        }
        String name = className.replace('/', '.');
        List<AsmVisitorWrapper> advices = byClass.get(name);
        return advices == null ? null : write(name, advices, bytes);
    }

    private byte[] write(String name, List<AsmVisitorWrapper> advices, byte[] bytes) {
        try {
            ClassFileLocator itself = ClassFileLocator.Simple.of(name, bytes);
            ClassFileLocator all =
                new ClassFileLocator.Compound(itself, ClassFileLocator.ForClassLoader.ofPlatformLoader());
            DynamicType.Builder<?> builder = new ByteBuddy()
                .with(TypeValidation.DISABLED)
                .decorate(TypePool.Default.of(all).describe(name).resolve(), all);
            for (AsmVisitorWrapper advice : advices) {
                builder = builder.visit(advice);
            }
            byte[] written = builder.make(TypeResolutionStrategy.Disabled.INSTANCE).getBytes();
            failure = null;
            return written;
        } catch (Throwable e) {
            failure = e;
            return null;
        }
    }

    private static AsmVisitorWrapper advice(Class<?> advice, String method, int arguments) {
        return Advice.to(advice).on(ElementMatchers.named(method).and(ElementMatchers.takesArguments(arguments)));
    }
}
