package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.ChildJvm.ChildFailedException;
import dev.memalloc.benchmarks.ChildJvm.End;
import dev.memalloc.benchmarks.collections.Contestant;
import dev.memalloc.benchmarks.collections.Figure;
import dev.memalloc.benchmarks.collections.Section;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Measures collections, each in a JVM of its own, taking turns: for each section and size all contestants are measured
 * once, then all once more.
 */
final class CollectionsLauncher {
    /** What all JVMs have. */
    static final List<String> FLAGS = List.of("-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED");

    private final PrintWriter log;
    private final PrintWriter raw;
    private final Path data;
    private final int rounds;
    private final double seconds;
    private final int minutes;

    /**
     * A launcher.
     *
     * @param log where it says what it does
     * @param raw where each reading goes at once
     * @param data a directory for what all JVMs need
     * @param rounds how many JVMs measure the same
     * @param seconds how long each phase is timed that can be repeated
     * @param minutes after which a JVM is ended
     */
    CollectionsLauncher(PrintWriter log, PrintWriter raw, Path data, int rounds, double seconds, int minutes) {
        this.log = log;
        this.raw = raw;
        this.data = data;
        this.rounds = rounds;
        this.seconds = seconds;
        this.minutes = minutes;
    }

    /** Measures these of a section's contestants; none that is too small for the size. */
    List<Reading> run(Section<?> section, List<? extends Contestant<?>> contestants, int size, int threads)
            throws IOException, InterruptedException {
        List<Reading> readings = new ArrayList<>();
        List<Contestant<?>> fit = new ArrayList<>();
        for (Contestant<?> contestant : contestants) {
            if (contestant.sizeMax() >= size) {
                fit.add(contestant);
            } else {
                log.printf("%s %,d: %s is left out: too many for it%n", section.name(), size, contestant.name());
            }
        }
        for (int round = 1; round <= rounds; round++) {
            for (Contestant<?> contestant : fit) {
                String what = String.format(Locale.ROOT, "%s %,d@%d, round %d of %d, %s: ",
                    section.name(), size, threads, round, rounds, contestant.name());
                try {
                    List<Figure> figures = measure(section, contestant, size, threads);
                    for (Figure figure : figures) {
                        Reading reading = new Reading(section.name(), size, threads, contestant.name(),
                            contestant.version(), round, figure);
                        readings.add(reading);
                        raw.println(ReadingsFile.line(reading));
                    }
                    raw.flush();
                    log.println(what + figures.stream()
                        .map(figure -> String.format(Locale.ROOT, "%s %.1f", figure.name(), figure.value()))
                        .collect(Collectors.joining(", ")));
                } catch (ChildFailedException e) {
                    log.println(what + "failed: " + e.getMessage());
                }
                log.flush();
            }
        }
        return readings;
    }

    private List<Figure> measure(Section<?> section, Contestant<?> contestant, int size, int threads)
            throws IOException, InterruptedException, ChildFailedException {
        List<String> flags = new ArrayList<>(FLAGS);
        flags.addAll(contestant.jvmFlags());
        End end = ChildJvm.run(flags, CollectionsChild.class, minutes, TimeUnit.MINUTES,
            List.of(section.name(), contestant.name(), Integer.toString(size), Integer.toString(threads),
                Double.toString(seconds), data.toString()));
        List<String> lines = end.out().lines().toList();
        if (end.status() == CollectionsChild.FAILED && !lines.isEmpty()) {
            throw new ChildFailedException(lines.getLast());
        }
        end.outIfWell();
        return lines.stream().map(CollectionsChild::parse).toList();
    }
}
