package dev.memalloc.agent;

import dev.memalloc.agent.boot.BeanServerHook;
import dev.memalloc.agent.boot.DirectMemory;
import dev.memalloc.agent.boot.Installation;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Installs the agent and undoes it.
 *
 * <p>All that can fail comes first: the classes for the boot loader, the heap, a first use of everything. Only then
 * is {@code ByteBuffer} rewritten, and asked whether it does call the agent. So either every direct buffer from then
 * on is served by the agent, or none.
 *
 * <p>To uninstall is to write the JVM's own {@code ByteBuffer} back. Each buffer carries its own way to be freed, so
 * the heap, its classes and the counts stay for those that are live.
 */
final class Installer {
    private static final String MANAGEMENT_FACTORY = "java.lang.management.ManagementFactory";

    private final Instrumentation instrumentation;
    private final Path jar;

    Installer(Instrumentation instrumentation, Path jar) {
        this.instrumentation = instrumentation;
        this.jar = jar;
    }

    /**
     * Installs the agent, unless it is installed.
     *
     * @return false if it was installed before
     * @throws Exception if that cannot be done; direct buffers are the JVM's own then
     */
    boolean install() throws Exception {
        if (!BootClasses.areDefined()) {
            BootClasses.requireNoOtherCopy(instrumentation);
            BootClasses.define(jar, JavaBase.lookup(instrumentation));
        }
        if (Installation.isInstalled()) {
            return false;
        }
        DirectMemory.start(JavaBase.lookup(instrumentation));
        BeanServerHook.set(() -> Beans.register());
        JdkTransformer transformer = new JdkTransformer();
        instrumentation.addTransformer(transformer, true);
        rewriteByteBuffer(transformer);
        Installation.installed(() -> remove(transformer));
        if (isManagementInUse()) {
            BeanServerHook.run();
        }
        return true;
    }

    private void rewriteByteBuffer(JdkTransformer transformer) throws UnmodifiableClassException {
        try {
            instrumentation.retransformClasses(ByteBuffer.class);
            if (!DirectMemory.isCalled()) {
                throw new IllegalStateException("ByteBuffer could not be rewritten", transformer.failure());
            }
        } catch (Throwable e) {
            remove(transformer);
            throw e;
        }
    }

    private void remove(JdkTransformer transformer) {
        instrumentation.removeTransformer(transformer);
        try {
            instrumentation.retransformClasses(ByteBuffer.class);
        } catch (UnmodifiableClassException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether someone may have the MBean server already, and would not pass by the hook again. */
    private boolean isManagementInUse() {
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (loaded.getName().equals(MANAGEMENT_FACTORY)) {
                return true;
            }
        }
        return false;
    }
}
