package dev.memalloc.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A census of a few files, either way. */
class CensusTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void knownCounts(Way way) throws IOException {
        write("a.txt", "one two two");
        write("deep/er/b.txt", "three two");
        write("deep/z.txt", "");
        try (Tally tally = way.newTally()) {
            Figures figures = count(tally, directory);
            Map<String, String> counted = new TreeMap<>();
            tally.forEach((constant, number, count, firstSeen) ->
                counted.put(constant, number + " " + count + " " + directory.relativize(Path.of(firstSeen))));
            assertThat(counted).containsExactly(
                Map.entry("one", "0 1 a.txt"),
                Map.entry("three", "2 1 deep/er/b.txt"),
                Map.entry("two", "1 3 a.txt"));
            assertThat(occurrences(tally)).containsExactly(0, 1, 1, 2, 1);
            assertThat(occurrencesPerFile(tally)).containsExactly(3, 2, 0);
            assertThat(figures.get(Figure.FILES)).isEqualTo(3);
            assertThat(figures.get(Figure.BYTES_READ)).isEqualTo(20);
            assertThat(figures.get(Figure.CONSTANTS)).isEqualTo(3);
            assertThat(figures.get(Figure.OCCURRENCES)).isEqualTo(5);
            assertThat(figures.get(Figure.BUFFERS)).isEqualTo(3);
            assertThat(figures.get(Figure.BUFFER_BYTES)).isEqualTo(20);
            assertThat(figures.get(Figure.BYTES_OFF_HEAP) > 0).isEqualTo(way == Way.OFF_HEAP);
            assertThat(figures.problems()).isEmpty();
        }
    }

    @Test
    void bothWaysCountOwnClassesTheSame() throws IOException {
        Path classes = Path.of("target", "classes");
        for (Way way : Way.values()) {
            try (Tally tally = way.newTally()) {
                Figures figures = count(tally, classes);
                assertThat(figures.get(Figure.UNUSABLE)).isZero();
                assertThat(figures.get(Figure.CONSTANTS)).isGreaterThan(500);
                ResultFile.write(directory.resolve(way.name()), tally);
            }
        }
        Path offHeap = directory.resolve(Way.OFF_HEAP.name());
        assertThat(Comparison.of(offHeap, directory.resolve(Way.ON_HEAP.name())).differences()).isZero();
        assertThat(TopConstants.of(offHeap, 1)).singleElement().extracting(TopConstants.Line::constant)
            .isEqualTo("SourceFile");
        assertThat(TopConstants.of(offHeap, 0)).isEmpty();
    }

    @Test
    void jarsAreWalked() throws IOException {
        Path jar = directory.resolve("some.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("dir/a.txt"));
            out.write("in the jar".getBytes());
            out.putNextEntry(new ZipEntry("dir/inner.jar"));
            out.write(new byte[] {'P', 'K', 3, 4, 0, 0});
            out.putNextEntry(new ZipEntry("dir/Bad.class"));
        }
        try (Tally tally = new OnHeapTally()) {
            Figures figures = count(tally, jar);
            assertThat(TopConstants.of(result(tally), 1))
                .containsExactly(new TopConstants.Line("in", 0, 1, jar + "!/dir/a.txt"));
            assertThat(figures.get(Figure.FILES)).isEqualTo(1);
            assertThat(figures.get(Figure.SKIPPED)).isEqualTo(1);
            assertThat(figures.problems()).containsExactly(
                jar + "!/dir/Bad.class: ends too early, after 0 bytes");
        }
    }

    @Test
    void damagedJarsDoNotEndIt() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] intact = jarOfOwnClasses();
        for (int round = 0; round < 300; round++) {
            byte[] damaged = intact.clone();
            for (int i = 0; i < 20; i++) {
                // Half of them hit the directory at the end, which is small.
                int at = random.nextInt(random.nextBoolean() ? damaged.length : 2000);
                damaged[damaged.length - 1 - at] = (byte) random.nextInt();
            }
            Path jar = Files.write(directory.resolve("damaged.jar"), damaged);
            try (Tally tally = new OnHeapTally()) {
                Figures figures = count(tally, jar);
                assertThat(figures.get(Figure.UNUSABLE)).as("seed %d, round %d", seed, round)
                    .isEqualTo(figures.problems().size()).isLessThanOrEqualTo(5);
            }
        }
    }

    @Test
    void whatCannotBeUsedIsPassedOver() throws IOException {
        write("Damaged.class", "no class file");
        write("broken.jar", "no jar");
        write("empty.jar", "");
        Files.write(directory.resolve("binary"), new byte[] {0, 1, 2, -1});
        Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
        Files.createSymbolicLink(directory.resolve("loop"), directory);
        write("text.txt", "text");
        try (Tally tally = new OnHeapTally()) {
            Figures figures = count(tally, directory);
            assertThat(tally.constants()).isEqualTo(1);
            assertThat(figures.get(Figure.FILES)).isEqualTo(1);
            assertThat(figures.get(Figure.SKIPPED)).isEqualTo(3);
            assertThat(figures.get(Figure.UNUSABLE)).isEqualTo(3);
            assertThat(figures.problems()).hasSize(3).first().asString()
                .isEqualTo(directory.resolve("Damaged.class") + ": does not start with 0xCAFEBABE");
        }
    }

    @Test
    void figuresAreHandedOver() throws IOException {
        Figures figures = new Figures();
        for (Figure figure : Figure.values()) {
            figures.set(figure, figure.ordinal());
        }
        for (int i = 0; i < 20; i++) {
            figures.addProblem("file " + i + "\n: is bad");
        }
        Path file = directory.resolve("figures");
        figures.write(file);
        Figures read = Figures.read(file);
        for (Figure figure : Figure.values()) {
            assertThat(read.get(figure)).isEqualTo(figure.ordinal());
        }
        assertThat(read.problems()).hasSize(10).startsWith("file 0 : is bad");
    }

    private static byte[] jarOfOwnClasses() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Class<?> type : List.of(Census.class, Tally.class, Demo.class)) {
                out.putNextEntry(new ZipEntry(type.getName().replace('.', '/') + ".class"));
                try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
                    in.transferTo(out);
                }
            }
        }
        return bytes.toByteArray();
    }

    private static Figures count(Tally tally, Path path) {
        Census census = new Census(tally, Progress.silent());
        new InputFiles(census).findAt(path);
        return census.figures();
    }

    private static List<Integer> occurrences(Tally tally) {
        List<Integer> numbers = new ArrayList<>();
        for (long i = 0; i < tally.occurrences(); i++) {
            numbers.add(tally.occurrence(i));
        }
        return numbers;
    }

    private static List<Integer> occurrencesPerFile(Tally tally) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < tally.files(); i++) {
            numbers.add(tally.occurrencesIn(i));
        }
        return numbers;
    }

    private Path result(Tally tally) throws IOException {
        Path file = directory.resolve("result");
        ResultFile.write(file, tally);
        return file;
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
