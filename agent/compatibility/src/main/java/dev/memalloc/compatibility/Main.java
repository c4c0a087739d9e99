package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line; {@code agent/compatibility/run} starts it. */
@Command(
    name = "agent/compatibility/run",
    description = {
        "Runs programs of others without the agent and with it, and compares what they answer.",
        "Exit code 1 if an answer differs, a program fails, or the agent served nothing where it should have."},
    mixinStandardHelpOptions = true)
final class Main implements Callable<Integer> {
    @Option(names = "--module", required = true, hidden = true)
    private Path module;

    @Option(names = "--variants", split = ",", paramLabel = "NAME", defaultValue = "",
        description = "Only these ways to start a JVM, the one to compare with first.")
    private List<String> variants;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "1",
        description = "How often each is run; tables have the medians. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--results", paramLabel = "FOLDER",
        description = "Where a file for each program goes. Default: target/results of this module")
    private Path results;

    @Option(names = "--table", description = "Run nothing, and print the table of an earlier run.")
    private boolean tableOnly;

    @Parameters(arity = "1..*", paramLabel = "PROGRAM",
        description = "The start of programs' names (netty-buffer, netty-http, lucene, kafka, spark), or all.")
    private List<String> names;

    private Main() {
    }

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler((thrown, command, parsed) -> {
            if (!(thrown instanceof IllegalArgumentException || thrown instanceof IOException)) {
                throw thrown;
            }
            command.getErr().println(thrown.getMessage());
            return thrown instanceof IOException ? ExitCode.SOFTWARE : ExitCode.USAGE;
        });
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path resultFolder = results == null ? module.resolve("target/results") : results;
        List<Figures> all = new ArrayList<>();
        for (Program program : programs()) {
            List<Figures> figures = tableOnly ? ResultFile.read(resultFolder, program.name()) : run(program);
            if (!tableOnly) {
                ResultFile.write(resultFolder, program.name(), figures);
            }
            all.addAll(figures);
        }
        Table.print(all, System.out);
        return !all.isEmpty() && all.stream().allMatch(Figures::isGood) ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Set<Program> programs() {
        Set<Program> programs = new LinkedHashSet<>();
        names.forEach(name -> programs.addAll(Programs.named(name)));
        return programs;
    }

    private List<Figures> run(Program program) throws IOException, InterruptedException {
        List<Variant> asked = variants.getFirst().isEmpty() ? Variant.ALL
            : variants.stream().map(Variant::named).toList();
        Path artifacts = new Artifacts(module.resolve("programs")).of(program);
        Path agent = module.resolve("../target/memalloc-agent.jar").normalize();
        List<Figures> figures = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Path folder = Files.createTempDirectory(Files.createDirectories(module.resolve("target/runs")), "run");
            List<Figures> once = new Comparison(program, artifacts, agent, folder).run(asked);
            figures.addAll(once);
            if (once.stream().allMatch(Figures::isGood)) {
                Folders.delete(folder);
            } else {
                System.err.println("the files of the JVMs are in " + folder);
            }
        }
        return figures;
    }
}
