package dev.memalloc.agent;

import dev.memalloc.agent.boot.ExitReport;
import dev.memalloc.agent.boot.Installation;
import java.lang.instrument.Instrumentation;
import java.net.URL;
import java.nio.file.Path;
import java.util.function.BiFunction;

/**
 * The agent, as {@code AgentMain} starts it: reads the options and does what they ask for.
 *
 * <p>Started a second time it installs nothing more; options that were not given before take effect. The caller makes
 * sure that one start is over before the next one begins.
 */
public final class Agent implements BiFunction<String, Instrumentation, String> {
    /** To be made by {@code AgentMain}, which cannot name this class. */
    public Agent() {
    }

    /**
     * Starts the agent.
     *
     * @param options the options, or null
     * @param instrumentation the JVM's
     * @return what was done, one of {@code AgentMain}'s outcomes; or, in other words, why nothing was
     * @throws IllegalStateException if the agent cannot be installed; nothing has been rewritten then
     */
    @Override
    public String apply(String options, Instrumentation instrumentation) {
        AgentOptions parsed;
        try {
            parsed = AgentOptions.parse(options);
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        return parsed.uninstall() ? uninstall(parsed) : install(parsed, instrumentation);
    }

    private static String install(AgentOptions options, Instrumentation instrumentation) {
        try {
            URL jar = Agent.class.getProtectionDomain().getCodeSource().getLocation();
            Installer installer = new Installer(instrumentation, Path.of(jar.toURI()));
            boolean installed = installer.install(options.interceptAll());
            if (options.reportAtExit()) {
                ExitReport.ask(true);
            }
            return installed ? AgentMain.INSTALLED : AgentMain.INSTALLED_BEFORE;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static String uninstall(AgentOptions options) {
        if (!BootClasses.areDefined() || !Installation.uninstall()) {
            return "not uninstalled, it is not installed";
        }
        ExitReport.ask(options.reportAtExit());
        return AgentMain.UNINSTALLED;
    }
}
