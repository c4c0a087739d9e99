package dev.memalloc.agent;

import dev.memalloc.agent.boot.ExitReport;
import dev.memalloc.agent.boot.Installation;
import java.lang.instrument.Instrumentation;
import java.nio.file.Path;

/**
 * The agent, as {@code AgentMain} starts it: reads the options and does what they ask for.
 *
 * <p>Started a second time it installs nothing more; options that were not given before take effect. The caller makes
 * sure that one start is over before the next one begins.
 */
public final class Agent {
    private Agent() {
    }

    /**
     * Starts the agent.
     *
     * @param options the options, or null
     * @param instrumentation the JVM's
     * @param jar the agent's jar
     * @return what was done, one of {@code AgentMain}'s outcomes; or, in other words, why nothing was
     * @throws Exception if the agent cannot be installed; nothing has been rewritten then
     */
    public static String start(String options, Instrumentation instrumentation, Path jar) throws Exception {
        AgentOptions parsed;
        try {
            parsed = AgentOptions.parse(options);
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        return parsed.uninstall() ? uninstall(parsed) : install(parsed, new Installer(instrumentation, jar));
    }

    private static String install(AgentOptions options, Installer installer) throws Exception {
        boolean installed = installer.install(options.interceptAll());
        if (options.reportAtExit()) {
            ExitReport.ask(true);
        }
        return installed ? AgentMain.INSTALLED : AgentMain.INSTALLED_BEFORE;
    }

    private static String uninstall(AgentOptions options) {
        if (!BootClasses.areDefined() || !Installation.uninstall()) {
            return "not uninstalled, it is not installed";
        }
        ExitReport.ask(options.reportAtExit());
        return AgentMain.UNINSTALLED;
    }
}
