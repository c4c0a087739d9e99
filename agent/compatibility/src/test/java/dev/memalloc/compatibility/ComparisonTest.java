package dev.memalloc.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong is said, and is never taken for the same answer. */
class ComparisonTest {
    private static final AgentReport SERVED = new AgentReport(5, 500);
    private static final AgentReport SERVED_NOTHING = new AgentReport(0, 0);

    @TempDir
    private Path folder;

    @Test
    void sameAnswer() throws Exception {
        assertThat(outcomes(variant -> List.of("a", "b"), SERVED)).containsExactly("reference", "same");
    }

    @Test
    void anotherAnswer() throws Exception {
        assertThat(outcomes(variant -> List.of("a", variant.name()), SERVED)).containsExactly("reference",
            "differs in line 2: expected \"stock\", got \"agent\"");
    }

    @Test
    void shorterAnswer() throws Exception {
        assertThat(outcomes(variant -> variant.hasAgent() ? List.of("a") : List.of("a", "b"), SERVED))
            .containsExactly("reference", "differs in line 2: expected \"b\", got the end");
    }

    @Test
    void noAnswer() throws Exception {
        assertThat(outcomes(variant -> List.of(), SERVED)).containsOnly("failed: no answer to compare");
    }

    @Test
    void servedNothing() throws Exception {
        assertThat(outcomes(variant -> List.of("a"), SERVED_NOTHING))
            .containsExactly("reference", "failed: the agent served nothing in main");
    }

    @Test
    void agentSaidNothing() throws Exception {
        assertThat(outcomes(variant -> List.of("a"), AgentReport.NONE))
            .containsExactly("reference", "failed: no report of the agent in main");
    }

    @Test
    void programFails() throws Exception {
        Function<Variant, List<String>> failing = variant -> {
            throw new IllegalStateException("no answer");
        };
        assertThat(outcomes(failing, SERVED)).containsOnly("failed: no answer");
    }

    private List<String> outcomes(Function<Variant, List<String>> answers, AgentReport report) throws Exception {
        Program program = new Program() {
            @Override
            public String name() {
                return "program";
            }

            @Override
            public String artifacts() {
                return "none";
            }

            @Override
            public String served() {
                return "main";
            }

            @Override
            public Answer run(Jvms jvms) throws IOException {
                jvms.add("main", 1, 1, jvms.variant().hasAgent() ? report : AgentReport.NONE);
                try {
                    return new Answer(answers.apply(jvms.variant()), "");
                } catch (IllegalStateException e) {
                    throw new IOException(e.getMessage(), e);
                }
            }
        };
        return new Comparison(program, folder, folder, folder).run(List.of(Variant.STOCK, new Variant("agent", "")))
            .stream().map(Figures::outcome).toList();
    }
}
