package dev.memalloc.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Differences that a comparison has to find. */
class ComparisonTest {
    @TempDir
    private Path directory;
    private Path expected;

    @BeforeEach
    void writeExpected() throws IOException {
        expected = write("expected", ComparisonTest::example);
    }

    @Test
    void none() throws IOException {
        assertThat(compareWith(ComparisonTest::example).differences()).isZero();
    }

    @Test
    void longAndOddTextsAreKept() throws IOException {
        Consumer<Tally> odd = tally -> {
            tally.count("\uffff".repeat(200_000), "long");
            tally.count("\ud800", "lone surrogate");
            tally.count("\0", "zero");
            tally.count("", "empty");
        };
        assertThat(Comparison.of(write("a", odd), write("b", odd)).differences()).isZero();
        assertThat(TopConstants.of(write("c", odd), 10)).extracting(TopConstants.Line::constant)
            .containsExactly("\uffff".repeat(200_000), "\ud800", "\0", "");
    }

    @Test
    void firstSeen() throws IOException {
        Comparison comparison = compareWith(tally -> {
            tally.count("a", "first");
            tally.count("b", "elsewhere");
            tally.count("a", "second");
            tally.endFile();
        });
        assertThat(comparison.differences()).isEqualTo(1);
        assertThat(comparison.examples()).containsExactly("constant \"b\": number 1, count 1, first in first"
            + " and number 1, count 1, first in elsewhere");
    }

    @Test
    void count() throws IOException {
        Comparison comparison = compareWith(tally -> {
            example(tally);
            tally.count("b", "first");
        });
        assertThat(comparison.examples()).containsExactly(
            "constant \"b\": number 1, count 1, first in first and number 1, count 2, first in first",
            "number of occurrences: 3 and 4");
    }

    @Test
    void numberAndOrder() throws IOException {
        Comparison comparison = compareWith(tally -> {
            tally.count("b", "first");
            tally.count("a", "first");
            tally.count("a", "first");
            tally.endFile();
        });
        assertThat(comparison.examples()).containsExactlyInAnyOrder(
            "constant \"a\": number 0, count 2, first in first and number 1, count 2, first in first",
            "constant \"b\": number 1, count 1, first in first and number 0, count 1, first in first",
            "constant of occurrence 2: 0 and 1");
    }

    @Test
    void missingAndAdditionalConstant() throws IOException {
        Comparison comparison = compareWith(tally -> {
            tally.count("a", "first");
            tally.count("c", "first");
            tally.count("a", "first");
            tally.endFile();
        });
        assertThat(comparison.examples()).containsExactly(
            "constant \"c\": nothing and number 1, count 1, first in first",
            "constant \"b\": number 1, count 1, first in first and nothing");
    }

    @Test
    void files() throws IOException {
        Comparison comparison = compareWith(tally -> {
            tally.count("a", "first");
            tally.count("b", "first");
            tally.endFile();
            tally.count("a", "first");
            tally.endFile();
        });
        assertThat(comparison.examples()).containsExactly(
            "number of files: 1 and 2", "occurrences of file 0: 3 and 2");
    }

    @Test
    void oneDoctoredOccurrence() throws IOException {
        byte[] bytes = Files.readAllBytes(expected);
        int lastOccurrence = bytes.length - 3 * Integer.BYTES;
        bytes[lastOccurrence + 3] ^= 1;
        Path doctored = Files.write(directory.resolve("doctored"), bytes);
        assertThat(Comparison.of(expected, doctored).examples())
            .containsExactly("constant of occurrence 2: 0 and 1");
    }

    private Comparison compareWith(Consumer<Tally> counted) throws IOException {
        return Comparison.of(expected, write("actual", counted));
    }

    private Path write(String name, Consumer<Tally> counted) throws IOException {
        try (Tally tally = new OnHeapTally()) {
            counted.accept(tally);
            ResultFile.write(directory.resolve(name), tally);
        }
        return directory.resolve(name);
    }

    private static void example(Tally tally) {
        tally.count("a", "first");
        tally.count("b", "first");
        tally.count("a", "first");
        tally.endFile();
    }
}
