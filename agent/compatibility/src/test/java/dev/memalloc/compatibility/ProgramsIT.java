package dev.memalloc.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The programs that are quick enough for each build, with less work than {@code agent/compatibility/run} gives. */
class ProgramsIT {
    static final List<Program> QUICK = List.of(
        NettyBuffer.some("4.1", "BigEndianDirectByteBufTest"),
        new LuceneDemo("lucene-demo", Texts.LICENCES),
        new LuceneDirectIo("lucene-direct-io", Texts.LICENCES));
    private static final Path MODULE = Path.of(System.getProperty("module.directory"));

    @ParameterizedTest
    @FieldSource("QUICK")
    void answersTheSame(Program program, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
        Path artifacts = MODULE.resolve("programs").resolve(program.artifacts());
        Path agent = MODULE.resolve("../target/memalloc-agent.jar").normalize();

        List<Figures> figures = new Comparison(program, artifacts, agent, folder).run(Variant.ALL);

        assertThat(figures).extracting(Figures::variant).containsOnly(
            Variant.ALL.stream().map(Variant::name).toArray(String[]::new));
        assertThat(figures).allSatisfy(jvm -> {
            assertThat(jvm.outcome()).isIn(Figures.REFERENCE, Figures.SAME);
            assertThat(jvm.peakKib()).isPositive();
        });
    }
}
