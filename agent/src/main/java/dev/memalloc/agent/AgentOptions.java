package dev.memalloc.agent;

/**
 * The agent's options, as given behind {@code =}, separated by commas.
 *
 * <p>This class is compiled for Java 17, as {@code AttachMain}, which reads the options first.
 *
 * @param interceptAll whether all that the JDK allocates natively is to be served, not only direct buffers
 * @param reportAtExit whether the counts are printed when the JVM ends
 * @param uninstall whether the agent is to be uninstalled, rather than installed
 */
record AgentOptions(boolean interceptAll, boolean reportAtExit, boolean uninstall) {
    static final String HELP = """
        options, separated by commas:
          intercept=direct  serve ByteBuffer.allocateDirect (the default)
          intercept=all     serve the memory of arenas, of channels' temporary buffers and of
                            Unsafe.allocateMemory as well, until the agent is uninstalled
          report=exit       print the counts on stderr when the JVM ends
          uninstall         let the JVM make its direct buffers again; those served before stay
                            valid, and the counts are printed only if report=exit is given with it
          help              print this list
        """;

    /**
     * Reads the options.
     *
     * @param text the options, or null for none
     * @throws IllegalArgumentException if there is one that is not known, or {@code help}; the message is
     *     the text to print, behind the agent's name
     */
    static AgentOptions parse(String text) {
        boolean interceptAll = false;
        boolean reportAtExit = false;
        boolean uninstall = false;
        for (String option : text == null || text.isBlank() ? new String[0] : text.split(",", -1)) {
            switch (option.strip()) {
                case "intercept=direct" -> interceptAll = false;
                case "intercept=all" -> interceptAll = true;
                case "report=exit" -> reportAtExit = true;
                case "uninstall" -> uninstall = true;
                case "help" -> throw new IllegalArgumentException(HELP);
                default -> throw new IllegalArgumentException(
                    "not installed, there is no option \"" + option.strip() + "\"\n" + HELP);
            }
        }
        return new AgentOptions(interceptAll, reportAtExit, uninstall);
    }
}
