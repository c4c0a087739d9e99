package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.collections.Contestant;
import dev.memalloc.benchmarks.collections.Section;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares the collections with others, in JVMs of their own. */
@Command(
    name = "collections",
    description = {
        "Compares the collections with others, one JVM for each, in turns; prints tables, and writes the raw results.",
        "All of it takes many hours: choose sections, opponents, sizes."},
    showDefaultValues = true)
final class CollectionsCommand implements Callable<Integer> {
    private static final int COLUMNS = 80;

    private CommandSpec spec;

    @Option(names = "--only", split = ",", defaultValue = "maps", paramLabel = "SECTION",
        description = "one or more of the sections below; arrays is all whose names begin with it")
    private List<String> sections;

    @Option(names = "--opponents", split = ",", paramLabel = "NAME", showDefaultValue = Visibility.NEVER,
        description = "one or more of those below, ours included; default: all of the section")
    private List<String> opponents = List.of();

    @Option(names = "--sizes", split = ",", paramLabel = "N", showDefaultValue = Visibility.NEVER,
        description = "how many elements; default: the section's")
    private List<Integer> sizes = List.of();

    @Option(names = "--threads", split = ",", defaultValue = "1,2", paramLabel = "N",
        description = "for what is done with several threads")
    private List<Integer> threads;

    @Option(names = "--rounds", defaultValue = "3", paramLabel = "N", description = "JVMs for each row of a table")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "2", paramLabel = "S",
        description = "how long each phase is timed that can be repeated; warming up takes at most three times that")
    private double seconds;

    @Option(names = "--minutes", defaultValue = "10", paramLabel = "M", description = "after which a JVM is ended")
    private int minutes;

    @Option(names = "--out", paramLabel = "CSV",
        description = "where the raw results go; default: benchmarks/results/collections-TIME.csv")
    private Path out;

    @Spec
    private void setSpec(CommandSpec command) {
        spec = command;
        List<String> footer = new ArrayList<>(List.of("", "Sections, their sizes, and who takes part:"));
        for (Section<?> section : Section.ALL) {
            footer.add("");
            footer.add("  " + section.name() + ": " + section.about());
            footer.add("    " + section.sizes().stream()
                .map(size -> String.format(Locale.ROOT, "%,d", size))
                .collect(Collectors.joining("; ")));
            StringBuilder names = new StringBuilder("   ");
            for (Contestant<?> contestant : section.contestants()) {
                if (names.length() + contestant.name().length() >= COLUMNS) {
                    footer.add(names.toString());
                    names = new StringBuilder("   ");
                }
                names.append(' ').append(contestant.name());
            }
            footer.add(names.toString());
        }
        spec.usageMessage().footer(footer.toArray(String[]::new));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Section<?>> chosen = sections.stream()
            .<Section<?>>flatMap(name -> Section.named(name).stream())
            .distinct()
            .toList();
        requireKnown(chosen);
        Path file = out != null ? out : Path.of(System.getProperty("benchmarks.results", "."),
            "collections-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")) + ".csv");
        Path data = Files.createTempDirectory("collections");
        List<Reading> readings = new ArrayList<>();
        try (PrintWriter raw = new PrintWriter(Files.newBufferedWriter(file))) {
            for (Map.Entry<String, String> field : Machine.fields(CollectionsLauncher.FLAGS).entrySet()) {
                raw.println("# " + field.getKey() + ": " + field.getValue());
            }
            raw.println("# command: benchmarks/run "
                + String.join(" ", spec.root().commandLine().getParseResult().originalArgs()));
            chosen.stream().flatMap(section -> contestants(section).stream())
                .map(contestant -> "# " + contestant.name() + ": " + String.join(" ", contestant.jvmFlags()))
                .distinct()
                .forEach(raw::println);
            raw.println(ReadingsFile.header());
            CollectionsLauncher launcher = new CollectionsLauncher(
                new PrintWriter(System.err, true), raw, data, rounds, seconds, minutes);
            for (Section<?> section : chosen) {
                section.prepare(data);
                for (int size : sizes.isEmpty() ? section.sizes() : sizes) {
                    for (int count : section.parallel() ? threads : List.of(1)) {
                        readings.addAll(launcher.run(section, contestants(section), size, count));
                    }
                }
            }
        } finally {
            try (var files = Files.list(data)) {
                for (Path each : files.toList()) {
                    Files.delete(each);
                }
            }
            Files.delete(data);
        }
        new ReadingsTable(readings).print(new PrintWriter(System.out));
        System.err.println("raw results: " + file);
        return 0;
    }

    private List<? extends Contestant<?>> contestants(Section<?> section) {
        return section.contestants().stream()
            .filter(contestant -> opponents.isEmpty() || opponents.contains(contestant.name()))
            .toList();
    }

    private void requireKnown(List<Section<?>> chosen) {
        for (String name : opponents) {
            if (chosen.stream().allMatch(section -> section.contestants().stream()
                    .noneMatch(contestant -> contestant.name().equals(name)))) {
                throw new IllegalArgumentException("no opponent is called " + name + "; there are " + chosen.stream()
                    .flatMap(section -> section.contestants().stream())
                    .map(Contestant::name)
                    .distinct()
                    .toList());
            }
        }
    }
}
