package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Figures as lines of tab-separated values, a file for each program. */
final class ResultFile {
    private static final String HEAD =
        "program\tvariant\tjvm\tmillis\tpeak_rss_kib\tserved\tserved_peak_bytes\twork\toutcome";
    private static final String SUFFIX = ".tsv";

    private ResultFile() {
    }

    static void write(Path folder, String program, List<Figures> figures) throws IOException {
        List<String> lines = new ArrayList<>(List.of(HEAD));
        for (Figures f : figures) {
            lines.add(String.join("\t", f.program(), f.variant(), f.jvm(), Long.toString(f.millis()),
                Long.toString(f.peakKib()), Long.toString(f.served()), Long.toString(f.peakBytes()),
                oneLine(f.work()), oneLine(f.outcome())));
        }
        Files.createDirectories(folder);
        Files.write(folder.resolve(program + SUFFIX), lines);
    }

    /** Reads a program's; empty if there is none. */
    static List<Figures> read(Path folder, String program) throws IOException {
        Path file = folder.resolve(program + SUFFIX);
        if (!Files.exists(file)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.skip(1).map(line -> line.split("\t", -1)).map(cells -> new Figures(cells[0], cells[1],
                cells[2], Long.parseLong(cells[3]), Long.parseLong(cells[4]), Long.parseLong(cells[5]),
                Long.parseLong(cells[6]), cells[7], cells[8])).toList();
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
