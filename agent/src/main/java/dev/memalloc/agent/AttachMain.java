package dev.memalloc.agent;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Loads the agent into a JVM that runs: {@code java -jar memalloc-agent.jar <process id> [options]}.
 *
 * <p>It prints one line that says what was done, and ends with status 0; or why nothing was done, with status 1. It is
 * the other JVM that knows, and leaves it in a system property.
 *
 * <p>This class is compiled for Java 17 and does run there: only the JVM that the agent is loaded into has to be newer.
 */
public final class AttachMain {
    private static final String USAGE_TEXT =
        "java -jar memalloc-agent.jar <process id> [options]\nmemalloc agent: " + AgentOptions.HELP;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private AttachMain() {
    }

    /**
     * Loads the agent.
     *
     * @param args the process id, and the agent's options where some are wanted
     * @throws Exception if this program is not in a file
     */
    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[args.length - 1].matches("(--)?help")) {
            System.out.print(USAGE_TEXT);
            return;
        }
        if (args.length < 1 || args.length > 2 || !args[0].matches("\\d+")) {
            System.err.print(USAGE_TEXT);
            System.exit(USAGE);
        }
        String options = args.length == 2 ? args[1] : null;
        try {
            AgentOptions.parse(options);
        } catch (IllegalArgumentException e) {
            fail(e.getMessage().strip());
        }
        if (ModuleLayer.boot().findModule("jdk.attach").isEmpty()) {
            fail("a JDK is needed to load it into another process, this Java has no module jdk.attach");
        }
        System.out.println("memalloc agent: " + Attachment.load(args[0], options));
    }

    private static void fail(String why) {
        System.err.println("memalloc agent: " + why);
        System.exit(FAILED);
    }

    /** Apart, since these classes need not be there. */
    private static final class Attachment {
        private Attachment() {
        }

        /** What was done; where nothing was, it does not return. */
        static String load(String id, String options) throws URISyntaxException {
            Path jar = Path.of(AttachMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            String outcome = null;
            try {
                VirtualMachine jvm = VirtualMachine.attach(id);
                try {
                    jvm.loadAgent(jar.toAbsolutePath().toString(), options);
                    outcome = jvm.getSystemProperties().getProperty(AgentMain.OUTCOME, "it does not say what it did");
                } finally {
                    jvm.detach();
                }
            } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException
                    | IOException e) {
                fail("cannot be loaded into process " + id + ": " + e.getMessage());
            }
            if (!AgentMain.DONE.contains(outcome)) {
                fail("process " + id + ": " + outcome);
            }
            return switch (outcome) {
                case AgentMain.INSTALLED -> "installed into " + id;
                case AgentMain.INSTALLED_BEFORE -> "was installed in " + id + " before";
                default -> "uninstalled from " + id;
            };
        }
    }
}
