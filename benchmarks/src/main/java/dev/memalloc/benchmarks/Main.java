package dev.memalloc.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line of the benchmarks; {@code benchmarks/run} starts it. */
@Command(
    name = "benchmarks/run",
    description = "Compares memalloc with other allocators.",
    subcommands = {
        WorkloadsCommand.class, TableCommand.class, PlotCommand.class, ListCommand.class, HelpCommand.class},
    footer = {"", "  jmh [REGEX]   runs the JMH benchmarks, with JMH's own options"})
final class Main {
    private Main() {
    }

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }
}
