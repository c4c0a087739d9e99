package dev.memalloc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.benchmarks.collections.Contestant;
import dev.memalloc.benchmarks.collections.Section;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs JVMs of its own. */
class CollectionsLauncherTest {
    private final StringWriter log = new StringWriter();

    /** Both need flags, which the JVM of these tests has not. */
    @Test
    void commandWritesMachineAndRows(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("raw.csv");
        int status = Main.commandLine().execute("collections", "--opponents", "chronicle,ohc", "--sizes", "500",
            "--rounds", "1", "--seconds", "0.001", "--out", file.toString());
        assertThat(status).isZero();
        assertThat(Files.readAllLines(file))
            .anyMatch(line -> line.startsWith("# processor: "))
            .contains("# command: benchmarks/run collections --opponents chronicle,ohc --sizes 500 --rounds 1 "
                + "--seconds 0.001 --out " + file)
            .contains(ReadingsFile.header());
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            assertThat(ReadingsFile.parse(reader)).allMatch(reading -> reading.size() == 500)
                .extracting(reading -> reading.contestant() + " " + reading.version() + " " + reading.figure().name())
                .contains("chronicle chronicle-map-2026.1 put", "chronicle chronicle-map-2026.1 remove half",
                    "ohc ohc-core-0.7.4 put", "ohc ohc-core-0.7.4 remove half");
        }
        assertThat(Main.commandLine().execute("table", file.toString())).isZero();
    }

    @Test
    void whatCannotBeMeasuredIsNamed(@TempDir Path directory) throws Exception {
        CollectionsLauncher launcher =
            new CollectionsLauncher(new PrintWriter(log), new PrintWriter(new StringWriter()), directory, 1, 0.001, 1);
        Section<?> maps = Section.named("maps").getFirst();
        assertThat(launcher.run(maps, named(maps, "mapdb"), 2_000_000, 1)).isEmpty();
        assertThat(log.toString()).contains("mapdb is left out: too many for it");
        assertThat(launcher.run(maps, named(maps, "hashmap"), 99_000_000, 1)).isEmpty();
        assertThat(log.toString()).contains("hashmap: failed: java.lang.IllegalArgumentException: 1 to 50000000");
    }

    private static List<? extends Contestant<?>> named(Section<?> section, String name) {
        return section.contestants().stream().filter(contestant -> contestant.name().equals(name)).toList();
    }
}
