package dev.memalloc.agent;

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
     * @throws Exception if the agent cannot be installed; nothing has been rewritten then
     */
    public static void start(String options, Instrumentation instrumentation, Path jar) throws Exception {
        AgentOptions parsed;
        try {
            parsed = AgentOptions.parse(options);
        } catch (IllegalArgumentException e) {
            System.err.print(e.getMessage());
            return;
        }
        if (parsed.uninstall()) {
            uninstall();
            return;
        }
        Installer installer = new Installer(instrumentation, jar);
        installer.install();
        if (parsed.reportAtExit()) {
            ExitReport.register();
        }
    }

    private static void uninstall() {
        if (!BootClasses.areDefined() || !Installation.uninstall()) {
            System.err.println("memalloc agent: not uninstalled, it is not installed");
        }
    }
}
