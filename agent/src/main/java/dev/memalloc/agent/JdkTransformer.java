package dev.memalloc.agent;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.TypeResolutionStrategy;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;

/**
 * Writes the agent's advice into the two methods of the JDK that it changes, and leaves all other classes alone.
 *
 * <p>It stays registered while the agent is installed, so that the advice survives when another agent has the same
 * classes transformed again. The JVM ignores what a transformer throws; so it is kept here, for the message.
 */
final class JdkTransformer implements ClassFileTransformer {
    private static final String BYTE_BUFFER = "java/nio/ByteBuffer";
    private static final String MANAGEMENT_FACTORY = "java/lang/management/ManagementFactory";

    private final Advice allocateDirect = Advice.to(AllocateDirectAdvice.class);
    private final Advice beanServer = Advice.to(BeanServerAdvice.class);
    private volatile Throwable failure;

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
        return switch (className) {
            case BYTE_BUFFER -> write(allocateDirect, className, bytes,
                ElementMatchers.<MethodDescription>named("allocateDirect")
                    .and(ElementMatchers.takesArguments(int.class)));
            case MANAGEMENT_FACTORY -> write(beanServer, className, bytes,
                ElementMatchers.<MethodDescription>named("getPlatformMBeanServer")
                    .and(ElementMatchers.takesNoArguments()));
            default -> null;
        };
    }

    private byte[] write(Advice advice, String className, byte[] bytes, ElementMatcher<MethodDescription> method) {
        try {
            String name = className.replace('/', '.');
            ClassFileLocator itself = ClassFileLocator.Simple.of(name, bytes);
            ClassFileLocator all =
                new ClassFileLocator.Compound(itself, ClassFileLocator.ForClassLoader.ofPlatformLoader());
            byte[] written = new ByteBuddy()
                .with(TypeValidation.DISABLED)
                .decorate(TypePool.Default.of(all).describe(name).resolve(), all)
                .visit(advice.on(method))
                .make(TypeResolutionStrategy.Disabled.INSTANCE)
                .getBytes();
            failure = null;
            return written;
        } catch (Throwable e) {
            failure = e;
            return null;
        }
    }
}
