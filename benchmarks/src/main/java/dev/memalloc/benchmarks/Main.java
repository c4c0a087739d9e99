package dev.memalloc.benchmarks;

import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command line of the benchmarks; {@code benchmarks/run} starts it. */
@Command(
    name = "benchmarks/run",
    description = "Compares memalloc with other allocators.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    subcommands = {
        WorkloadsCommand.class, TableCommand.class, PlotCommand.class, MisuseCommand.class, AgentCommand.class,
        CollectionsCommand.class, ListCommand.class, HelpCommand.class},
    footer = {"", "  jmh [REGEX]   runs the JMH benchmarks, with JMH's own options"})
final class Main {
    private Main() {
    }

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler(Main::say);
    }

    /** What the user can mend is said in a line. */
    private static int say(Exception thrown, CommandLine command, ParseResult parsed) throws Exception {
        switch (thrown) {
            case IllegalArgumentException e -> command.getErr().println(e.getMessage());
            case NoSuchFileException e -> command.getErr().println("there is no file " + e.getMessage());
            default -> throw thrown;
        }
        return ExitCode.USAGE;
    }
}
