package dev.memalloc.agent;

import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Loads the agent into a JVM that runs: {@code java -jar memalloc-agent.jar <process id> [options]}.
 *
 * <p>It ends with status 0 when that JVM has started the agent. Whether the agent was then installed is for that JVM
 * to say: on its stderr, as ever.
 */
public final class AttachMain {
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
        if (args.length < 1 || args.length > 2 || !args[0].matches("\\d+")) {
            System.err.print("java -jar memalloc-agent.jar <process id> [options]\n" + AgentOptions.HELP);
            System.exit(USAGE);
        }
        Path jar = Path.of(AttachMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try {
            VirtualMachine jvm = VirtualMachine.attach(args[0]);
            try {
                jvm.loadAgent(jar.toAbsolutePath().toString(), args.length == 2 ? args[1] : null);
            } finally {
                jvm.detach();
            }
        } catch (AttachNotSupportedException | AgentLoadException | IOException e) {
            System.err.println("memalloc agent: cannot be loaded into process " + args[0] + ": " + e.getMessage());
            System.exit(1);
        }
    }
}
