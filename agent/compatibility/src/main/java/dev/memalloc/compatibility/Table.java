package dev.memalloc.compatibility;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Figures as a table in Markdown: a row for each JVM, with the medians over the rounds. */
final class Table {
    private static final double KIB_OF_MIB = 1024;
    private static final double MIB = 1024 * 1024;

    private Table() {
    }

    static void print(List<Figures> figures, PrintStream out) {
        out.println("| program | JVM | variant | time, s | peak RSS, MiB | served "
            + "| live at most, MiB | work | answer |");
        out.println("|---|---|---|---:|---:|---:|---:|---|---|");
        Map<List<String>, List<Figures>> rows = figures.stream().collect(Collectors.groupingBy(
            f -> List.of(f.program(), f.jvm(), f.variant()), LinkedHashMap::new, Collectors.toList()));
        rows.values().forEach(rounds -> out.println(row(rounds)));
    }

    private static String row(List<Figures> rounds) {
        Figures first = rounds.getFirst();
        Figures worst = rounds.stream().filter(f -> !f.isGood()).findFirst().orElse(first);
        boolean hasAgent = first.served() >= 0;
        return "| " + String.join(" | ",
            first.program(), first.jvm(), first.variant(),
            number(median(rounds, Figures::millis) / 1e3),
            String.format(Locale.ROOT, "%.0f", median(rounds, Figures::peakKib) / KIB_OF_MIB),
            hasAgent ? String.format(Locale.ROOT, "%,d", median(rounds, Figures::served)) : "",
            hasAgent ? number(median(rounds, Figures::peakBytes) / MIB) : "",
            first.work(), worst.outcome()) + " |";
    }

    private static long median(List<Figures> rounds, ToLongFunction<Figures> figure) {
        long[] sorted = rounds.stream().mapToLong(figure).sorted().toArray();
        return sorted[(sorted.length - 1) / 2];
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
