package dev.memalloc.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The demo's command: has the census done both ways, each in a JVM of its own, and prints the two side by side. */
@Command(name = "demo/run", sortOptions = false,
    description = {
        "Counts constants: of class files each Utf8 entry of the constant pool (names, descriptors, texts), of text "
            + "files each word. Once in off-heap collections, with direct buffers that the agent serves; once in "
            + "HashMap and int[], with the JDK's. Then prints what each took.", ""},
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:done, though one of the two may have run out of memory; with --verify, the results are equal",
        "1:failed; with --verify, the results differ or there are no two", "2:wrong usage"})
final class Demo implements Callable<Integer> {
    private static final int HEAP_MIB_MIN = 8;

    @Parameters(paramLabel = "PATH", arity = "0..*",
        description = "Jars, class files, directories or text files; by default each class file of the JDK.")
    private List<Path> paths = List.of();

    @Option(names = "--verify", description = "Compare the two results, entry by entry.")
    private boolean verify;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10",
        description = "How many of the most frequent constants to print (${DEFAULT-VALUE}).")
    private int top;

    @Option(names = "--heap", paramLabel = "MIB", defaultValue = "256",
        description = "The garbage-collected heap that each of the two may use at most, in MiB (${DEFAULT-VALUE}).")
    private int heapMib;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this.")
    private boolean help;

    @Option(names = "--agent", required = true, hidden = true)
    private Path agent;

    @Spec
    private CommandSpec spec;

    private Demo() {
    }

    /**
     * Runs the command.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Demo())
            .setExpandAtFiles(false)
            .setParameterExceptionHandler((e, wrong) -> {
                System.err.println("demo: " + e.getMessage() + " (demo/run --help lists what may be given)");
                return CommandLine.ExitCode.USAGE;
            })
            .setExecutionExceptionHandler((e, command, parsed) -> {
                System.err.println("demo: " + (e.getMessage() == null ? e : e.getMessage()));
                return CommandLine.ExitCode.SOFTWARE;
            })
            .execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireUsable();
        ChildJvms jvms = new ChildJvms(agent, heapMib, paths);
        Figures offHeap = runAndRequireAnyCounted(jvms, Way.OFF_HEAP);
        Figures onHeap = runAndRequireAnyCounted(jvms, Way.ON_HEAP);
        if (offHeap.isOutOfMemory() && onHeap.isOutOfMemory()) {
            throw new IOException("both ran out of memory, try a larger --heap than " + heapMib);
        }
        Report report = new Report(System.out);
        if (top > 0) {
            report.print(TopConstants.of(jvms.result(offHeap.isOutOfMemory() ? Way.ON_HEAP : Way.OFF_HEAP), top));
        }
        report.print(offHeap, onHeap, jvms.heapSettings());
        if (!offHeap.isOutOfMemory() && !onHeap.isOutOfMemory()) {
            return verify ? verify(jvms, report, offHeap) : CommandLine.ExitCode.OK;
        }
        report.printOutOfMemory(offHeap.isOutOfMemory() ? Way.OFF_HEAP : Way.ON_HEAP, heapMib);
        if (verify) {
            System.err.println("demo: there is one result only, and nothing to compare it with");
            return CommandLine.ExitCode.SOFTWARE;
        }
        return CommandLine.ExitCode.OK;
    }

    private static int verify(ChildJvms jvms, Report report, Figures offHeap) throws IOException {
        System.err.println("comparing the results, entry by entry");
        Comparison comparison = Comparison.of(jvms.result(Way.OFF_HEAP), jvms.result(Way.ON_HEAP));
        report.print(comparison, offHeap);
        return comparison.differences() == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private void requireUsable() {
        for (Path path : paths) {
            require(Files.exists(path), "there is no " + path);
            require(Files.isReadable(path), path + " may not be read");
        }
        require(top >= 0, "--top must not be negative");
        require(heapMib >= HEAP_MIB_MIN, "--heap must be at least " + HEAP_MIB_MIN);
        require(Files.isReadable(agent), "there is no agent at " + agent);
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    /** Both ways meet the same problems with input files, so they are printed once. */
    private static Figures runAndRequireAnyCounted(ChildJvms jvms, Way way) throws IOException, InterruptedException {
        Figures figures = jvms.run(way);
        if (way == Way.OFF_HEAP) {
            printProblems(figures);
        }
        if (!figures.isOutOfMemory() && figures.get(Figure.OCCURRENCES) == 0) {
            throw new IOException("nothing to count: " + figures.get(Figure.FILES)
                + " files read with nothing in them, " + figures.get(Figure.UNUSABLE) + " damaged or unreadable, "
                + figures.get(Figure.SKIPPED) + " neither class file nor text");
        }
        return figures;
    }

    private static void printProblems(Figures figures) {
        figures.problems().forEach(problem -> System.err.println("passed over: " + problem));
        long more = figures.get(Figure.UNUSABLE) - figures.problems().size();
        if (more > 0) {
            System.err.println("passed over: " + more + " more");
        }
    }
}
