package dev.memalloc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultFileTest {
    private final Measurement plain = Measurements.of("pair64", "memalloc", 1, 10);
    private final Measurement withLatencies = Measurements.withLatencies(Measurements.of("latency", "glibc", 2, 20));

    @Test
    void lineIsReadAsItWasWritten() {
        assertThat(ResultFile.parseLine(ResultFile.line(plain))).isEqualTo(plain);
        assertThat(ResultFile.parseLine(ResultFile.line(withLatencies))).isEqualTo(withLatencies);
    }

    @Test
    void fileIsReadAsItWasWritten() throws IOException {
        String file = String.join("\n", "# date: today", "# command: benchmarks/run workloads", ResultFile.header(),
            ResultFile.line(plain), ResultFile.line(withLatencies), "");
        assertThat(ResultFile.parse(new StringReader(file))).isEqualTo(List.of(plain, withLatencies));
    }
}
