package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.ChildJvm.ChildFailedException;
import dev.memalloc.benchmarks.ChildJvm.End;
import dev.memalloc.benchmarks.allocators.Opponent;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Each misuse by each allocator with each of three sizes: one JVM, and its {@link Verdict}. */
final class MisuseTable {
    private static final long[] SIZES = {8, 4096, 262144};
    private static final int SECONDS_MAX = 20;
    /** A crash shall leave nothing behind, and say so where it is looked for. */
    private static final List<String> FLAGS = List.of("-Xms64m", "-Xmx64m", "-XX:-CreateCoredumpOnCrash",
        "-XX:ErrorFile=/dev/null", "-XX:ReplayDataFile=/dev/null");

    private final List<Opponent> opponents;
    private final PrintWriter log;

    MisuseTable(List<Opponent> opponents, PrintWriter log) {
        this.opponents = opponents;
        this.log = log;
    }

    /** Runs all and prints the table, in Markdown. */
    void print(PrintWriter out) throws IOException, InterruptedException {
        out.println("| misuse | " + opponents.stream().map(Opponent::name).collect(Collectors.joining(" | ")) + " |");
        out.println("|---".repeat(opponents.size() + 1) + "|");
        for (Misuse misuse : Misuse.values()) {
            List<String> cells = new ArrayList<>(List.of(misuse.what));
            for (Opponent opponent : opponents) {
                List<Verdict> verdicts = new ArrayList<>();
                for (long size : SIZES) {
                    verdicts.add(verdict(opponent, misuse, size));
                }
                cells.add(cell(verdicts));
                log.println(misuse + " " + opponent.name() + ": " + cells.getLast());
            }
            out.println("| " + String.join(" | ", cells) + " |");
            out.flush();
        }
        out.println();
        for (Verdict verdict : Verdict.values()) {
            out.println("- " + verdict.shortly + ": " + verdict.meaning);
        }
        out.flush();
    }

    /** One word where all sizes have the same verdict, else one for each. */
    static String cell(List<Verdict> verdicts) {
        List<String> words = verdicts.stream().map(verdict -> verdict.shortly).toList();
        return words.stream().distinct().count() == 1 ? words.getFirst() : String.join(", ", words);
    }

    static Verdict verdict(Opponent opponent, Misuse misuse, long size)
            throws IOException, InterruptedException {
        try {
            End end = ChildJvm.run(opponent, FLAGS, MisuseChild.class, SECONDS_MAX, TimeUnit.SECONDS, misuse.name(),
                Long.toString(size));
            if (end.status() == 0) {
                return Verdict.valueOf(end.out());
            }
            return end.out().contains("A fatal error has been detected") ? Verdict.CRASH : Verdict.ABORT;
        } catch (ChildFailedException e) {
            return Verdict.HANG;
        }
    }
}
