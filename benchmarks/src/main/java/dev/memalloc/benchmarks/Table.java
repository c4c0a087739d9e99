package dev.memalloc.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.statistics.descriptive.GeometricMean;
import org.apache.commons.statistics.descriptive.Median;

/**
 * Measurements as tables in Markdown: one for each job, with the medians over the rounds, and one with the geometric
 * means over the jobs.
 *
 * <p>A ratio is a time divided by memalloc's, or by the best opponent's: above 1 is slower than that.
 */
final class Table {
    /** Whose times the others are divided by. */
    static final String OURS = "memalloc";

    private final Map<String, Map<String, List<Measurement>>> byJob;

    Table(List<Measurement> measurements) {
        byJob = measurements.stream().collect(Collectors.groupingBy(
            measurement -> measurement.workload() + "@" + measurement.threads(), LinkedHashMap::new,
            Collectors.groupingBy(Measurement::allocator, LinkedHashMap::new, Collectors.toList())));
    }

    /** The jobs, as {@code workload@threads}, in the order of the measurements. */
    List<String> jobs() {
        return List.copyOf(byJob.keySet());
    }

    /** The allocators that have done a job. */
    List<String> allocators(String job) {
        return List.copyOf(byJob.get(job).keySet());
    }

    /** The median over the rounds; empty if the allocator has not done the job. */
    OptionalDouble median(String job, String allocator, ToDoubleFunction<Measurement> figure) {
        List<Measurement> rounds = byJob.get(job).getOrDefault(allocator, List.of());
        return rounds.isEmpty() ? OptionalDouble.empty()
            : OptionalDouble.of(Median.withDefaults().evaluate(rounds.stream().mapToDouble(figure).toArray()));
    }

    /** An allocator's time divided by memalloc's. */
    OptionalDouble timeOverOurs(String job, String allocator) {
        return ratio(nanos(job, allocator), nanos(job, OURS));
    }

    /** An allocator's time divided by that of the fastest opponent. */
    OptionalDouble timeOverBest(String job, String allocator) {
        OptionalDouble best = allocators(job).stream()
            .filter(name -> !name.equals(OURS))
            .mapToDouble(name -> nanos(job, name).orElseThrow())
            .min();
        return ratio(nanos(job, allocator), best);
    }

    /** An allocator's peak resident memory over what was live; empty if too little was live. */
    OptionalDouble residentOverLive(String job, String allocator) {
        return saysMemory(job) ? median(job, allocator, Measurement::residentOverLive) : OptionalDouble.empty();
    }

    /** For each allocator the geometric mean of {@link #timeOverOurs} over the jobs that both have done. */
    Map<String, Double> geometricMeans() {
        Map<String, List<Double>> ratios = new TreeMap<>();
        for (String job : jobs()) {
            for (String allocator : allocators(job)) {
                timeOverOurs(job, allocator).ifPresent(ratio ->
                    ratios.computeIfAbsent(allocator, name -> new ArrayList<>()).add(ratio));
            }
        }
        Map<String, Double> means = new LinkedHashMap<>();
        ratios.forEach((allocator, all) ->
            means.put(allocator, GeometricMean.of(all.stream().mapToDouble(x -> x).toArray()).getAsDouble()));
        return means;
    }

    /** Prints everything. */
    void print(PrintWriter out) {
        for (String job : jobs()) {
            out.println();
            out.println("### " + job);
            out.println();
            printJob(job, out);
        }
        if (jobs().size() > 1) {
            out.println();
            out.println("### geometric mean of time / memalloc's");
            out.println();
            printRow(out, "allocator", "ratio", "jobs");
            printRow(out, "---", "---:", "---:");
            geometricMeans().forEach((allocator, mean) -> printRow(out, allocator, number(mean, 2),
                Long.toString(jobs().stream().filter(job -> timeOverOurs(job, allocator).isPresent()).count())));
        }
        out.flush();
    }

    private void printJob(String job, PrintWriter out) {
        boolean memory = saysMemory(job);
        boolean latencies = all(job).noneMatch(measurement -> measurement.latencies().isEmpty());
        List<String> head = new ArrayList<>(List.of(
            "allocator", "ns/op", "spread", "/ memalloc", "/ best opponent"));
        if (memory) {
            head.addAll(List.of("peak RSS / live", "RSS later / peak"));
        }
        if (latencies) {
            Measurement.QUANTILES.forEach(quantile -> head.add(quantile == 100 ? "max ns"
                : "p" + quantile.toString().replace(".0", "") + " ns"));
        }
        printRow(out, head.toArray(String[]::new));
        printRow(out, head.stream().map(name -> name.equals("allocator") ? "---" : "---:").toArray(String[]::new));
        for (String allocator : allocators(job)) {
            List<String> row = new ArrayList<>(List.of(
                allocator,
                number(nanos(job, allocator).orElseThrow(), 1),
                spread(job, allocator),
                number(timeOverOurs(job, allocator), 2),
                number(timeOverBest(job, allocator), 2)));
            if (memory) {
                row.add(number(residentOverLive(job, allocator), 2));
                row.add(number(median(job, allocator, Measurement::laterOverPeak), 3));
            }
            for (int i = 0; latencies && i < Measurement.QUANTILES.size(); i++) {
                int at = i;
                row.add(number(median(job, allocator, measurement -> measurement.latencies().get(at)), 0));
            }
            printRow(out, row.toArray(String[]::new));
        }
    }

    private boolean saysMemory(String job) {
        return all(job).allMatch(Measurement::saysMemory);
    }

    private Stream<Measurement> all(String job) {
        return byJob.get(job).values().stream().flatMap(List::stream);
    }

    private OptionalDouble nanos(String job, String allocator) {
        return median(job, allocator, Measurement::nanosPerOperation);
    }

    /** How far the rounds are apart, in percent of the median. */
    private String spread(String job, String allocator) {
        var nanos = byJob.get(job).get(allocator).stream()
            .collect(Collectors.summarizingDouble(Measurement::nanosPerOperation));
        return number(100 * (nanos.getMax() - nanos.getMin()) / nanos(job, allocator).orElseThrow(), 0) + " %";
    }

    private static OptionalDouble ratio(OptionalDouble time, OptionalDouble other) {
        return time.isPresent() && other.isPresent()
            ? OptionalDouble.of(time.getAsDouble() / other.getAsDouble())
            : OptionalDouble.empty();
    }

    private static String number(OptionalDouble value, int digits) {
        return value.isPresent() ? number(value.getAsDouble(), digits) : "";
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private static void printRow(PrintWriter out, String... cells) {
        out.println("| " + String.join(" | ", cells) + " |");
    }
}
