package dev.memalloc.agent;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Where the JVM starts the agent: by {@code -javaagent:memalloc-agent.jar=options}, or when it is loaded into a JVM
 * that runs.
 *
 * <p>It has no state and does nothing but start {@code Agent} in a class loader of its own, so that nothing of the
 * agent can meet the application's classes. Nothing is thrown, since an exception from here would end the JVM: what
 * goes wrong is said on stderr, and the application runs on without the agent. Where it is loaded into a JVM that
 * runs, a system property tells {@code AttachMain} what came of it.
 *
 * <p>This class is compiled for Java 17, so that an older JVM than the agent needs can say so.
 */
public final class AgentMain {
    /** The system property with the outcome of the latest start in a JVM that runs. */
    static final String OUTCOME = "dev.memalloc.agent.outcome";
    /** The outcomes of a start that did what was asked for; all others say why it did not. */
    static final String INSTALLED = "installed";
    static final String INSTALLED_BEFORE = "installed before";
    static final String UNINSTALLED = "uninstalled";
    static final Set<String> DONE = Set.of(INSTALLED, INSTALLED_BEFORE, UNINSTALLED);

    private static final int JAVA = 25;
    private static final String NOT_INSTALLED = "not installed, direct buffers are the JVM's own: ";

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
        System.setProperty(OUTCOME, start(options, instrumentation));
    }

    private static synchronized String start(String options, Instrumentation instrumentation) {
        String outcome;
        try {
            outcome = startInOwnLoader(options, instrumentation);
        } catch (InvocationTargetException e) {
            outcome = failure(e.getCause(), Runtime.version().feature());
        } catch (Throwable e) {
            outcome = failure(e, Runtime.version().feature());
        }
        if (!DONE.contains(outcome)) {
            System.err.println("memalloc agent: " + outcome.stripTrailing());
        }
        return outcome;
    }

    private static String startInOwnLoader(String options, Instrumentation instrumentation) throws Exception {
        if (Runtime.version().feature() < JAVA) {
            return NOT_INSTALLED + "Java " + JAVA + " is needed, this is " + System.getProperty("java.version");
        }
        URL jar = AgentMain.class.getProtectionDomain().getCodeSource().getLocation();
        @SuppressWarnings("unchecked")
        BiFunction<String, Instrumentation, String> agent = (BiFunction<String, Instrumentation, String>)
            loader(jar).loadClass("dev.memalloc.agent.Agent").getConstructor().newInstance();
        return agent.apply(options, instrumentation);
    }

    /** Stays open for as long as the agent may load a class. */
    private static ClassLoader loader(URL jar) {
        return new URLClassLoader("memalloc-agent", new URL[] {jar}, ClassLoader.getPlatformClassLoader());
    }

    /** One line. A setting that is wrong is explained by its message alone; what else fails, by all its causes. */
    static String failure(Throwable e, int feature) {
        String why = e.toString();
        if (e instanceof IllegalArgumentException) {
            why = e.getMessage();
        } else {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                boolean isSaid = cause.getMessage() != null && why.contains(cause.getMessage());
                why += isSaid ? "" : "; caused by " + cause;
            }
        }
        String where = feature > JAVA ? "it was made for Java " + JAVA + ", this is " + feature + ": " : "";
        return NOT_INSTALLED + where + why.replaceAll("\\R", " ");
    }
}
