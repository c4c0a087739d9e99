package dev.memalloc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"", "workloads", "table", "plot", "misuse", "collections", "list"})
    void eachCommandHasHelp(String command) {
        assertThat(run((command + " --help").strip().split(" "))).isZero();
        assertThat(out.toString()).contains("Usage: benchmarks/run " + command);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void mistakesAreSaidInALine() {
        assertThat(run("workloads", "--only", "nosuch")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("table", "/no/such.csv")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString().lines()).hasSize(2)
            .anyMatch(line -> line.contains("nosuch")).anyMatch(line -> line.contains("there is no file /no/such.csv"));
    }

    private int run(String... arguments) {
        return Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }
}
