package dev.memalloc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.benchmarks.collections.Figure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadingsTest {
    private final List<Reading> readings = List.of(
        reading("maps", 1_000_000, "memalloc", 1, "put", "ns", 400),
        reading("maps", 1_000_000, "memalloc", 1, "an entry", "B", 39.25),
        reading("maps", 1_000_000, "hashmap", 1, "put", "ns", 1234.5),
        reading("maps", 1_000_000, "memalloc", 2, "put", "ns", 500),
        reading("maps", 1_000_000, "memalloc", 3, "put", "ns", 420),
        reading("arrays-bulk", 10, "int-array", 1, "sum", "ns", 0.125),
        reading("arrays-bulk", 10, "int-array", 1, "entries", "", 10));

    @Test
    void fileIsReadAsItWasWritten() throws IOException {
        String file = "# date: today\n" + ReadingsFile.header() + "\n"
            + readings.stream().map(ReadingsFile::line).collect(Collectors.joining("\n"));
        assertThat(ReadingsFile.parse(new StringReader(file))).isEqualTo(readings);
    }

    @Test
    void tableHasMediansAndHowFarTheRoundsAreApart() {
        StringWriter text = new StringWriter();
        new ReadingsTable(readings).print(new PrintWriter(text));
        assertThat(text.toString().lines()).containsSequence(
            "### maps, 1,000,000, 1 thread",
            "",
            "| | put, ns | an entry, B | spread |",
            "| --- | ---: | ---: | ---: |",
            "| memalloc | 420 | 39.3 | 24 % |",
            "| hashmap | 1,235 | | 0 % |").containsSequence(
            "| | sum, ns | entries |",
            "| --- | ---: | ---: |",
            "| int-array | 0.13 | 10.0 |");
    }

    private static Reading reading(
            String section, int size, String contestant, int round, String figure, String unit, double value) {
        return new Reading(section, size, 1, contestant, "1.0", round, new Figure(figure, unit, value));
    }
}
