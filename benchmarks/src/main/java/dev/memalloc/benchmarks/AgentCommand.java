package dev.memalloc.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.commons.statistics.descriptive.Median;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares the JVM as it is with the JVM under the agent, by JMH. */
@Command(
    name = "agent",
    description = {
        "Times direct buffers, arenas and Unsafe on the JVM as it is and under the agent, in turns; prints a table.",
        "With all sizes and one thread that takes about ten minutes a round."},
    showDefaultValues = true)
final class AgentCommand implements Callable<Integer> {
    private static final String STOCK = "stock";

    @Option(names = "--jar", paramLabel = "JAR", description = "the agent's")
    private Path jar = Path.of(System.getProperty("benchmarks.agent", "agent/target/memalloc-agent.jar"));

    @Option(names = "--only", defaultValue = "DirectBuffers|JdkMemory", paramLabel = "REGEX",
        description = "benchmarks, by their name")
    private String only;

    @Option(names = "--bytes", split = ",", paramLabel = "N", description = "sizes; default: those of the benchmark")
    private List<String> bytes = List.of();

    @Option(names = "--threads", split = ",", defaultValue = "1", paramLabel = "N")
    private List<Integer> threads;

    @Option(names = "--rounds", defaultValue = "3", paramLabel = "N", description = "JVMs for each row and variant")
    private int rounds;

    @Option(names = "--millis", defaultValue = "500", paramLabel = "MS",
        description = "how long each is timed, twice; and warmed up before, three times")
    private int millis;

    @Option(names = "--out", paramLabel = "CSV", defaultValue = "agent.csv", description = "where the raw results go")
    private Path out;

    @Override
    public Integer call() throws IOException, RunnerException {
        if (!Files.exists(jar)) {
            throw new IllegalArgumentException("there is no agent " + jar + ": mvn -B -DskipTests package makes it");
        }
        Map<String, List<String>> variants = new LinkedHashMap<>();
        variants.put(STOCK, List.of());
        variants.put("direct", List.of("-javaagent:" + jar.toAbsolutePath()));
        variants.put("all", List.of("-javaagent:" + jar.toAbsolutePath() + "=intercept=all"));
        Map<String, Map<String, List<Double>>> times = new TreeMap<>();
        try (PrintWriter raw = new PrintWriter(Files.newBufferedWriter(out))) {
            Machine.fields().forEach((name, value) -> raw.println("# " + name + ": " + value));
            raw.println("benchmark,variant,round,ns");
            for (int round = 1; round <= rounds; round++) {
                for (int count : threads) {
                    for (Map.Entry<String, List<String>> variant : variants.entrySet()) {
                        System.err.println("round " + round + ", threads " + count + ", " + variant.getKey());
                        for (RunResult result : run(variant.getValue(), count)) {
                            String row = row(result.getParams());
                            double nanos = result.getPrimaryResult().getScore();
                            raw.printf(Locale.ROOT, "%s,%s,%d,%.2f%n", row, variant.getKey(), round, nanos);
                            times.computeIfAbsent(row, name -> new LinkedHashMap<>())
                                .computeIfAbsent(variant.getKey(), name -> new ArrayList<>()).add(nanos);
                        }
                        raw.flush();
                    }
                }
            }
        }
        print(times, List.copyOf(variants.keySet()));
        System.err.println("raw results: " + out);
        return 0;
    }

    private Iterable<RunResult> run(List<String> flags, int count) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
            .include(only)
            .forks(1)
            .threads(count)
            .warmupIterations(3)
            .warmupTime(TimeValue.milliseconds(millis))
            .measurementIterations(2)
            .measurementTime(TimeValue.milliseconds(millis))
            .verbosity(VerboseMode.SILENT)
            .jvmArgsPrepend(flags.toArray(String[]::new));
        if (!bytes.isEmpty()) {
            options.param("bytes", bytes.toArray(String[]::new));
        }
        return new Runner(options.build()).run();
    }

    /** Sorted as the table is to be. */
    private static String row(BenchmarkParams params) {
        String[] name = params.getBenchmark().split("\\.");
        return String.format(Locale.ROOT, "%s.%s@%d %12s", name[name.length - 2], name[name.length - 1],
            params.getThreads(), params.getParam("bytes"));
    }

    private static void print(Map<String, Map<String, List<Double>>> times, List<String> variants) {
        System.out.println("| benchmark | bytes | stock, ns | direct, ns | / stock | all, ns | / stock |");
        System.out.println("|---|---:|---:|---:|---:|---:|---:|");
        times.forEach((row, byVariant) -> {
            String[] words = row.split(" +");
            StringBuilder line = new StringBuilder("| " + words[0] + " | " + words[1] + " |");
            double stock = median(byVariant.get(STOCK));
            for (String variant : variants) {
                double nanos = median(byVariant.get(variant));
                line.append(String.format(Locale.ROOT, " %,.1f |", nanos));
                if (!variant.equals(STOCK)) {
                    line.append(String.format(Locale.ROOT, " %.2f |", nanos / stock));
                }
            }
            System.out.println(line);
        });
    }

    private static double median(List<Double> rounds) {
        return Median.withDefaults().evaluate(rounds.stream().mapToDouble(x -> x).toArray());
    }
}
