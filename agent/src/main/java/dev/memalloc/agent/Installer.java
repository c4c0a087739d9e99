package dev.memalloc.agent;

import dev.memalloc.agent.boot.BeanServerHook;
import dev.memalloc.agent.boot.DirectMemory;
import dev.memalloc.agent.boot.Installation;
import dev.memalloc.agent.boot.NativeMemory;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Installs the agent and undoes it.
 *
 * <p>All that can fail comes first: the classes for the boot loader, the heap, a first use of everything, and what the
 * JDK's classes are to be. Only then is {@code ByteBuffer} replaced, and asked whether it does call the agent. So
 * either every direct buffer from then on is served by the agent, or none.
 *
 * <p>To uninstall is to write the JVM's own {@code ByteBuffer} back. Each buffer carries its own way to be freed, so
 * the heap, its classes and the counts stay for those that are live.
 */
final class Installer {
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
        boolean isFirst = !BootClasses.areDefined();
        // Asked, not believed: another agent may have redefined the classes since.
        boolean servesBuffers = isFirst || !Installation.isInstalled() || !DirectMemory.isCalled();
        boolean servesAll = interceptAll && (isFirst || !NativeMemory.isServing() || !NativeMemory.isCalled());
        if (!servesBuffers && !servesAll) {
            return false;
        }
        boolean offersBeans = ModuleLayer.boot().findModule(JdkClass.MANAGEMENT_MODULE).isPresent()
            && (isFirst || !BeanServerHook.isSet());

        List<JdkClass> classes = new ArrayList<>();
        if (servesBuffers) {
            classes.add(JdkClass.BYTE_BUFFER);
        }
        if (offersBeans) {
            classes.add(JdkClass.MANAGEMENT_FACTORY);
        }
        if (servesAll) {
            classes.addAll(JdkClass.NATIVE_MEMORY);
        }
        Class<?>[] loadedBefore = instrumentation.getAllLoadedClasses();
        Rewriting rewriting = new Rewriting(classes);
        rewriting.start();
        if (isFirst) {
            BootClasses.requireNoOtherCopy(loadedBefore);
            BootClasses.define(jar, instrumentation);
            OtherCopy.mention(jar);
        }
        if (servesBuffers) {
            DirectMemory.start();
        }
        ClassDefinition original = JdkClass.BYTE_BUFFER.original();
        try {
            if (servesAll) {
                NativeMemory.serve(true);
            }
            instrumentation.redefineClasses(rewriting.await());
            if (servesBuffers) {
                Installation.installed(() -> restore(original));
            }
            requireCalls(servesBuffers, servesAll);
        } catch (Throwable e) {
            if (servesAll) {
                NativeMemory.serve(false);
            }
            if (servesBuffers) {
                Installation.uninstall();
            }
            throw e;
        }
        if (offersBeans) {
            offerBeans(loadedBefore);
        }
        return true;
    }

    /** Whether the rewritten classes call the agent is asked, not believed. */
    private static void requireCalls(boolean fromByteBuffer, boolean fromUnsafe) {
        if (fromByteBuffer && !DirectMemory.isCalled()) {
            throw notCalled("ByteBuffer");
        }
        if (fromUnsafe && !NativeMemory.isCalled()) {
            throw notCalled("Unsafe");
        }
    }

    /** Once, and for ever: there are counts to be read as long as there are buffers. */
    private static void offerBeans(Class<?>[] loadedBefore) {
        BeanServerHook.set(() -> Beans.register());
        // Who has the MBean server already would not pass by the hook again.
        for (Class<?> loaded : loadedBefore) {
            if (loaded.getName().equals(JdkClass.MANAGEMENT_FACTORY.name())) {
                BeanServerHook.run();
            }
        }
    }

    private void restore(ClassDefinition original) {
        try {
            instrumentation.redefineClasses(original);
        } catch (ReflectiveOperationException | UnmodifiableClassException e) {
            throw new IllegalStateException(e);
        }
    }

    private static IllegalStateException notCalled(String what) {
        return new IllegalStateException(what + " was rewritten and does not call the agent: another agent writes it");
    }
}
