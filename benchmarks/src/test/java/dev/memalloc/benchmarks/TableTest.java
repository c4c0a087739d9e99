package dev.memalloc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private final Table table = new Table(List.of(
        Measurements.of("pair64", "memalloc", 1, 10),
        Measurements.of("pair64", "glibc", 1, 40),
        Measurements.of("pair64", "jemalloc", 1, 20),
        Measurements.of("pair64", "memalloc", 2, 1000),
        Measurements.of("pair64", "glibc", 2, 40),
        Measurements.of("pair64", "memalloc", 3, 10),
        Measurements.of("pair64", "glibc", 3, 44),
        Measurements.of("grow", "memalloc", 1, 100),
        Measurements.of("grow", "glibc", 1, 100)));

    @Test
    void ratiosAreOfMedians() {
        assertThat(table.timeOverOurs("pair64@1", "glibc")).hasValue(4);
        assertThat(table.timeOverOurs("pair64@1", "memalloc")).hasValue(1);
        assertThat(table.timeOverBest("pair64@1", "glibc")).hasValue(2);
        assertThat(table.timeOverBest("pair64@1", "memalloc")).hasValue(0.5);
    }

    @Test
    void geometricMeansAreOverTheJobsThatBothHaveDone() {
        assertThat(table.geometricMeans().get("glibc")).isCloseTo(2, within(1e-9));
        assertThat(table.geometricMeans().get("jemalloc")).isCloseTo(2, within(1e-9));
    }

    @Test
    void printsMediansRatiosAndMemory() {
        assertThat(print(table))
            .contains("### pair64@1")
            .contains("| memalloc | 10.0 | 9900 % | 1.00 | 0.50 | 1.50 | 0.500 |")
            .contains("| glibc | 40.0 | 10 % | 4.00 | 2.00 | 1.50 | 0.500 |");
    }

    @Test
    void printsLatencies() {
        assertThat(print(new Table(List.of(
            Measurements.withLatencies(Measurements.of("latency", "memalloc", 1, 10))))))
            .contains("| p50 ns | p99 ns | p99.9 ns | p99.99 ns | max ns |")
            .contains("| 30 | 200 | 300 | 4000 | 50000 |");
    }

    @Test
    void withoutMemallocThereIsNoRatioToIt() {
        Table others = new Table(List.of(Measurements.of("pair64", "glibc", 1, 40)));
        assertThat(others.timeOverOurs("pair64@1", "glibc")).isEmpty();
        assertThat(print(others)).contains("| glibc | 40.0 | 0 % |  | 1.00 |");
    }

    private static String print(Table table) {
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text));
        return text.toString();
    }
}
