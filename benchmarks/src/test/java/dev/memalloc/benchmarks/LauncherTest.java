package dev.memalloc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.benchmarks.allocators.Opponent;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs JVMs of its own. */
class LauncherTest {
    private final StringWriter log = new StringWriter();
    private final Launcher launcher = new Launcher(new PrintWriter(log));

    @Test
    void missingOpponentIsNamedAndLeftOut() throws Exception {
        List<Opponent> asked = List.of(Opponent.named("memalloc"), Opponent.named("/none/libabsent.so"));
        assertThat(launcher.installed(asked)).extracting(Opponent::name).containsExactly("memalloc");
        assertThat(log.toString()).contains("/none/libabsent.so is left out: ");
    }

    @Test
    void opponentsThatDoNotFitAreNamedAndLeftOut() throws Exception {
        List<Opponent> opponents = List.of(Opponent.named("arena"), Opponent.named("arena-shared"));
        List<Job> jobs = Job.named(List.of("larson@2"), List.of());
        assertThat(launcher.run(jobs, opponents.subList(0, 1), 1, 0.1, new PrintWriter(new StringWriter()))).isEmpty();
        assertThat(log.toString()).contains("larson: arena is left out: ");
    }

    @Test
    void memallocAndGlibcTakeTurns() throws Exception {
        StringWriter raw = new StringWriter();
        List<Measurement> measurements = launcher.run(
            Job.named(List.of("replace10k@2"), List.of()),
            List.of(Opponent.named("memalloc"), Opponent.named("glibc")), 2, 0.05, new PrintWriter(raw));
        assertThat(measurements)
            .extracting(row -> row.workload() + "@" + row.threads() + " " + row.allocator() + " " + row.round())
            .containsExactly(
                "replace10k@2 memalloc 1", "replace10k@2 glibc 1", "replace10k@2 memalloc 2", "replace10k@2 glibc 2");
        assertThat(measurements).allSatisfy(row -> assertThat(row.operations()).isPositive());
        assertThat(ResultFile.parse(new StringReader(ResultFile.header() + "\n" + raw))).isEqualTo(measurements);
    }

    @Test
    void commandWritesMachineAndRows(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("raw.csv");
        int status = Main.commandLine().execute("workloads", "--only", "pair64", "--allocators", "memalloc",
            "--rounds", "1", "--seconds", "0.05", "--out", file.toString());
        assertThat(status).isZero();
        assertThat(Files.readAllLines(file))
            .anyMatch(line -> line.startsWith("# processor: "))
            .contains("# command: benchmarks/run workloads --only pair64 --allocators memalloc --rounds 1 "
                + "--seconds 0.05 --out " + file)
            .contains(ResultFile.header())
            .last().asString().startsWith("pair64,memalloc,");
    }
}
