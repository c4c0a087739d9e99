package dev.memalloc.agent;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/**
 * Where the JVM starts the agent: by {@code -javaagent:memalloc-agent.jar=options}, or when it is loaded into a JVM
 * that runs.
 *
 * <p>It has no state and does nothing but start {@code Agent} in a class loader of its own, so that nothing of the
 * agent can meet the application's classes. Nothing is thrown, since an exception from here would end the JVM: what
 * goes wrong is one line on stderr, and the application runs on without the agent.
 */
public final class AgentMain {
    private AgentMain() {
    }

    /**
     * Starts the agent before the application.
     *
     * @param options the text behind {@code =}, or null
     * @param instrumentation the JVM's
     */
    public static void premain(String options, Instrumentation instrumentation) {
        start(options, instrumentation);
    }

    /**
     * Starts the agent in a running application.
     *
     * @param options the options given, or null
     * @param instrumentation the JVM's
     */
    public static void agentmain(String options, Instrumentation instrumentation) {
        start(options, instrumentation);
    }

    private static synchronized void start(String options, Instrumentation instrumentation) {
        try {
            URL jar = AgentMain.class.getProtectionDomain().getCodeSource().getLocation();
            loader(jar)
                .loadClass("dev.memalloc.agent.Agent")
                .getMethod("start", String.class, Instrumentation.class, Path.class)
                .invoke(null, options, instrumentation, Path.of(jar.toURI()));
        } catch (InvocationTargetException e) {
            report(e.getCause());
        } catch (Throwable e) {
            report(e);
        }
    }

    /** Stays open for as long as the agent may load a class. */
    private static ClassLoader loader(URL jar) {
        return new URLClassLoader("memalloc-agent", new URL[] {jar}, ClassLoader.getPlatformClassLoader());
    }

    private static void report(Throwable e) {
        String why = e.toString();
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            why += "; caused by " + cause;
        }
        System.err.println("memalloc agent: not installed, direct buffers are the JVM's own: "
            + why.replaceAll("\\R", " "));
    }
}
