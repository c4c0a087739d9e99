package dev.memalloc.agent;

import dev.memalloc.agent.boot.BeanServerHook;
import dev.memalloc.agent.boot.DirectMemory;
import dev.memalloc.agent.boot.Installation;
import dev.memalloc.agent.boot.NativeMemory;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
     * Installs the agent, unless it is installed; and has it intercept all, if that is wanted and it does not yet.
     *
     * @return false if there was nothing to do
     * @throws Exception if that cannot be done; what was not intercepted before is not then
     */
    boolean install(boolean interceptAll) throws Exception {
        if (!BootClasses.areDefined()) {
            BootClasses.requireNoOtherCopy(instrumentation);
            BootClasses.define(jar, JavaBase.lookup(instrumentation));
            OtherCopy.mention(jar);
        }
        boolean installs = !Installation.isInstalled();
        if (installs) {
            installForDirectBuffers();
        }
        boolean servesMore = interceptAll && !NativeMemory.isServing();
        if (servesMore) {
            try {
                installForNativeMemory();
            } catch (Throwable e) {
                if (installs) {
                    Installation.uninstall();
                }
                throw e;
            }
        }
        return installs || servesMore;
    }

    private void installForDirectBuffers() throws Exception {
        DirectMemory.start(JavaBase.lookup(instrumentation));
        JdkTransformer transformer = JdkTransformer.ofDirectBuffers();
        instrumentation.addTransformer(transformer, true);
        try {
            instrumentation.retransformClasses(ByteBuffer.class);
            require(DirectMemory.isCalled(), "ByteBuffer", transformer);
        } catch (Throwable e) {
            remove(transformer);
            throw e;
        }
        Installation.installed(() -> remove(transformer));
        offerBeans();
    }

    /** Once, and for ever: there are counts to be read as long as there are buffers. */
    private void offerBeans() {
        if (BeanServerHook.set(() -> Beans.register())) {
            instrumentation.addTransformer(JdkTransformer.ofBeanServer(), true);
            if (isManagementInUse()) {
                BeanServerHook.run();
            }
        }
    }

    private void installForNativeMemory() throws Exception {
        NativeMemory.serve(true);
        try {
            JdkTransformer transformer = JdkTransformer.ofNativeMemory();
            if (Installation.claimUnsafe()) {
                rewriteUnsafe(transformer);
            }
            require(NativeMemory.isCalled(), "Unsafe", transformer);
        } catch (Throwable e) {
            NativeMemory.serve(false);
            throw e;
        }
    }

    /** The transformer stays for ever: memory that was served is to be freed where it came from. */
    private void rewriteUnsafe(JdkTransformer transformer) throws Exception {
        List<Class<?>> classes = new ArrayList<>();
        for (String name : transformer.classes()) {
            classes.add(Class.forName(name, false, null));
        }
        instrumentation.addTransformer(transformer, true);
        instrumentation.retransformClasses(classes.toArray(Class<?>[]::new));
    }

    private static void require(boolean isCalled, String what, JdkTransformer transformer) {
        if (!isCalled) {
            throw new IllegalStateException(what + " could not be rewritten", transformer.failure());
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
