package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AgentMainTest {
    private static final String NOT_INSTALLED = "not installed, direct buffers are the JVM's own: ";

    @Test
    void settingThatIsWrongIsExplainedByItsMessageAlone() {
        assertThat(AgentMain.failure(new IllegalArgumentException("limit is x", new NumberFormatException("x")), 25))
            .isEqualTo(NOT_INSTALLED + "limit is x");
    }

    @Test
    void otherFailuresAreExplainedByTheirCauses() {
        assertThat(AgentMain.failure(new IllegalStateException("no\nway", new Error("two", new Error())), 25))
            .isEqualTo(NOT_INSTALLED + "java.lang.IllegalStateException: no way; caused by java.lang.Error: two"
                + "; caused by java.lang.Error");
    }

    @Test
    void causeThatIsSaidIsNotSaidAgain() {
        assertThat(AgentMain.failure(new IllegalStateException("unlike Java 25: gone", new Error("gone")), 25))
            .isEqualTo(NOT_INSTALLED + "java.lang.IllegalStateException: unlike Java 25: gone");
    }

    @Test
    void newerJavaIsNamed() {
        assertThat(AgentMain.failure(new IllegalStateException("no such field"), 27))
            .isEqualTo(NOT_INSTALLED + "it was made for Java 25, this is 27: "
                + "java.lang.IllegalStateException: no such field");
    }
}
