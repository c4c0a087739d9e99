package dev.memalloc.agent.boot;

/**
 * Whether the agent is installed in this JVM, and how to undo it.
 *
 * <p>The agent may be started several times, each time from a class loader of its own; this class exists once.
 * Thread-safe.
 */
public final class Installation {
    private static Runnable uninstaller;

    private Installation() {
    }

    /** Whether direct buffers are served by the agent now. */
    public static synchronized boolean isInstalled() {
        return uninstaller != null;
    }

    /** Notes that the agent was installed. */
    public static synchronized void installed(Runnable howToUninstall) {
        uninstaller = howToUninstall;
    }

    /**
     * Lets the JVM make its direct buffers again, and allocate for whom the agent did. What was served before stays
     * valid and is freed, and counted, as ever.
     *
     * @return false if the agent was not installed
     */
    public static synchronized boolean uninstall() {
        if (uninstaller == null) {
            return false;
        }
        NativeMemory.serve(false);
        uninstaller.run();
        uninstaller = null;
        return true;
    }
}
