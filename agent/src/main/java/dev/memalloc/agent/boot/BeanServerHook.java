package dev.memalloc.agent.boot;

import java.util.concurrent.atomic.AtomicReference;

/**
 * What is to be done when the JVM's MBean server is first asked for: the rewritten
 * {@code ManagementFactory.getPlatformMBeanServer} calls it.
 *
 * <p>To make that server just to register there would cost every application its start-up time, and initialise
 * logging and the server's builder before the application could choose its own. This way the beans are there before
 * anyone gets to see the server, and nothing happens where nobody does.
 */
public final class BeanServerHook {
    private static final AtomicReference<Runnable> REGISTRATION = new AtomicReference<>();
    private static boolean isSet;

    private BeanServerHook() {
    }

    /** Whether it was set. */
    public static synchronized boolean isSet() {
        return isSet;
    }

    /** Sets what is to be done, once for the life of the JVM; it must not throw. */
    public static synchronized void set(Runnable registration) {
        isSet = true;
        REGISTRATION.set(registration);
    }

    /** Does it, the first time that this is called after it was set. */
    public static void run() {
        Runnable registration = REGISTRATION.getAndSet(null);
        if (registration != null) {
            registration.run();
        }
    }
}
