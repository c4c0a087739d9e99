package dev.memalloc.benchmarks.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Contestants pass the trials of their sections, in which all answers are verified. */
class SectionTest {
    /** These need flags of their own; CollectionsLauncherTest runs them. */
    private static final Set<String> ELSEWHERE = Set.of("chronicle", "ohc");
    /** Where the contestants are those of "maps", some are enough. */
    private static final Map<String, Set<String>> SOME = Map.of(
        "constants", Set.of("memalloc", "making"),
        "sweep", Set.of("memalloc", "hashmap"),
        "concurrent", Set.of("memalloc", "concurrenthashmap"));

    static Stream<Arguments> trials() {
        return Section.ALL.stream().flatMap(section -> section.contestants().stream()
            .map(Contestant::name)
            .filter(name -> SOME.getOrDefault(section.name(), Set.of(name)).contains(name))
            .filter(name -> !ELSEWHERE.contains(name) && !name.endsWith("-parallel") && !name.endsWith("-hugepages"))
            .map(name -> Arguments.of(section.name(), name)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("trials")
    void contestantPasses(String section, String contestant, @TempDir Path directory) throws Exception {
        if (section.equals("constants")) {
            prepareFew(directory);
        }
        List<Figure> figures = new ArrayList<>();
        Section.named(section).getFirst().run(contestant, new Setting(500, 2, 0.001, directory), figures::add);
        assertThat(figures).isNotEmpty().allSatisfy(figure -> assertThat(figure.value()).isFinite());
        assertThat(figures).filteredOn(figure -> figure.unit().equals(Figure.NANOS))
            .allSatisfy(figure -> assertThat(figure.value()).isPositive());
        assertThat(figures).extracting(Figure::name).doesNotHaveDuplicates();
    }

    @Test
    void groupOfSectionsHasOneName() {
        assertThat(Section.named("arrays")).extracting(Section::name)
            .containsExactly("arrays-bulk", "arrays-random", "arrays-append");
        assertThatThrownBy(() -> Section.named("sets")).hasMessageContaining("maps, constants");
        assertThatThrownBy(() -> Section.named("maps").getFirst().run("nosuch", null, null))
            .hasMessageContaining("nosuch");
    }

    private static void prepareFew(Path directory) throws IOException {
        Constants.prepare(
            FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.logging/java/util"), directory);
    }
}
