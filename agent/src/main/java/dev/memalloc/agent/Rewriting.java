package dev.memalloc.agent;

import java.lang.foreign.Linker;
import java.lang.instrument.ClassDefinition;
import java.util.List;

/**
 * Writes classes of the JDK, on a thread of its own: the start of the JVM waits for this and for the heap, and both
 * spend most of their time in loading classes.
 */
final class Rewriting extends Thread {
    private final List<JdkClass> classes;
    private final ClassDefinition[] written;
    private Throwable failure;

    Rewriting(List<JdkClass> classes) {
        super("memalloc-rewriting");
        this.classes = classes;
        written = new ClassDefinition[classes.size()];
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            // What the heap needs first, and what takes no native access.
            Linker.nativeLinker();
            for (int i = 0; i < written.length; i++) {
                written[i] = classes.get(i).rewritten();
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    /**
     * Waits for them.
     *
     * @return what they are to be
     * @throws IllegalStateException if one of them is not as it should be
     */
    ClassDefinition[] await() throws InterruptedException {
        join();
        if (failure != null) {
            throw new IllegalStateException("the JDK's classes cannot be rewritten", failure);
        }
        return written;
    }
}
