package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.allocators.Opponent;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs workloads in JVMs of their own. */
@Command(
    name = "workloads",
    description = "Runs workloads, one JVM per allocator, in turns; prints a table, and writes the raw results.",
    showDefaultValues = true)
final class WorkloadsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--only", split = ",", defaultValue = "headline", paramLabel = "NAME",
        description = "workloads, as name or name@threads; or a set: headline, all")
    private List<String> workloads;

    @Option(names = "--allocators", split = ",", paramLabel = "NAME", description = "default: all that are installed")
    private List<String> allocators = Opponent.ALL.stream().map(Opponent::name).toList();

    @Option(names = "--threads", split = ",", defaultValue = "1", paramLabel = "N",
        description = "for the workloads without @threads")
    private List<Integer> threads;

    @Option(names = "--rounds", defaultValue = "3", paramLabel = "N", description = "JVMs per workload and allocator")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "2", paramLabel = "S",
        description = "how long a workload is timed; half of it is spent on warming up before")
    private double seconds;

    @Option(names = "--out", paramLabel = "CSV", description = "where the raw results go")
    private Path out = Path.of(
        "benchmarks-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")) + ".csv");

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Job> jobs = Job.named(workloads, threads);
        Launcher launcher = new Launcher(new PrintWriter(System.err, true));
        List<Opponent> opponents = launcher.installed(allocators.stream().map(Opponent::named).toList());
        try (PrintWriter raw = new PrintWriter(Files.newBufferedWriter(out))) {
            for (Map.Entry<String, String> field : Machine.fields().entrySet()) {
                raw.println("# " + field.getKey() + ": " + field.getValue());
            }
            raw.println("# command: " + command());
            raw.println(ResultFile.header());
            List<Measurement> measurements = launcher.run(jobs, opponents, rounds, seconds, raw);
            new Table(measurements).print(new PrintWriter(System.out));
        }
        System.err.println("raw results: " + out);
        return 0;
    }

    private String command() {
        List<String> words = new ArrayList<>(List.of("benchmarks/run"));
        words.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return String.join(" ", words);
    }
}
