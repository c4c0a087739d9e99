package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.collections.Figure;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.statistics.descriptive.Median;

/**
 * Readings as tables in Markdown: one for each section, size and number of threads; a row for each contestant, a column
 * for each figure. Cells are medians over the rounds.
 */
final class ReadingsTable {
    private final Map<String, List<Reading>> byTitle;

    ReadingsTable(List<Reading> readings) {
        byTitle = readings.stream()
            .collect(Collectors.groupingBy(ReadingsTable::title, LinkedHashMap::new, Collectors.toList()));
    }

    /** Prints everything. */
    void print(PrintWriter out) {
        byTitle.forEach((title, readings) -> {
            out.println();
            out.println("### " + title);
            out.println();
            print(readings, out);
        });
        out.flush();
    }

    private static String title(Reading reading) {
        return String.format(Locale.ROOT, "%s, %,d, %d thread%s",
            reading.section(), reading.size(), reading.threads(), reading.threads() == 1 ? "" : "s");
    }

    private static void print(List<Reading> readings, PrintWriter out) {
        Map<String, Map<String, List<Double>>> rows = new LinkedHashMap<>();
        List<String> columns = readings.stream().map(ReadingsTable::column).distinct().toList();
        boolean several = false;
        for (Reading reading : readings) {
            rows.computeIfAbsent(reading.contestant(), name -> new LinkedHashMap<>())
                .computeIfAbsent(column(reading), name -> new ArrayList<>())
                .add(reading.figure().value());
            several |= reading.round() > 1;
        }
        out.println("| | " + String.join(" | ", columns) + (several ? " | spread |" : " |"));
        out.println("| --- |" + " ---: |".repeat(columns.size() + (several ? 1 : 0)));
        boolean spread = several;
        rows.forEach((contestant, figures) -> {
            StringBuilder line = new StringBuilder("| " + contestant + " |");
            for (String column : columns) {
                List<Double> rounds = figures.get(column);
                line.append(rounds == null ? " |" : " " + number(median(rounds)) + " |");
            }
            if (spread) {
                line.append(String.format(Locale.ROOT, " %.0f %% |", 100 * spread(figures)));
            }
            out.println(line);
        });
    }

    private static String column(Reading reading) {
        Figure figure = reading.figure();
        return figure.unit().isEmpty() ? figure.name() : figure.name() + ", " + figure.unit();
    }

    /** How far the rounds are apart, of the median, where that is farthest; only of what is timed over many calls. */
    private static double spread(Map<String, List<Double>> figures) {
        return figures.entrySet().stream()
            .filter(figure -> figure.getKey().endsWith(", " + Figure.NANOS))
            .mapToDouble(figure -> {
                double min = figure.getValue().stream().mapToDouble(x -> x).min().orElseThrow();
                double max = figure.getValue().stream().mapToDouble(x -> x).max().orElseThrow();
                return (max - min) / median(figure.getValue());
            })
            .max()
            .orElse(0);
    }

    private static double median(List<Double> rounds) {
        return Median.withDefaults().evaluate(rounds.stream().mapToDouble(x -> x).toArray());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
