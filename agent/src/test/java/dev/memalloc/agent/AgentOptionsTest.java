package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AgentOptionsTest {
    @Test
    void none() {
        assertThat(AgentOptions.parse(null)).isEqualTo(new AgentOptions(false, false, false));
        assertThat(AgentOptions.parse("")).isEqualTo(new AgentOptions(false, false, false));
        assertThat(AgentOptions.parse(" ")).isEqualTo(new AgentOptions(false, false, false));
    }

    @Test
    void known() {
        assertThat(AgentOptions.parse("report=exit")).isEqualTo(new AgentOptions(false, true, false));
        assertThat(AgentOptions.parse("intercept=all")).isEqualTo(new AgentOptions(true, false, false));
        assertThat(AgentOptions.parse("intercept=direct")).isEqualTo(new AgentOptions(false, false, false));
        assertThat(AgentOptions.parse("uninstall")).isEqualTo(new AgentOptions(false, false, true));
        assertThat(AgentOptions.parse(" report=exit , report=exit")).isEqualTo(new AgentOptions(false, true, false));
    }

    @Test
    void unknown() {
        for (String text : new String[] {"report", "report=", "report=never", "report=exit,", ",", "Help", "x"}) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> AgentOptions.parse(text))
                .withMessageContaining("there is no option").withMessageEndingWith(AgentOptions.HELP);
        }
    }

    @Test
    void help() {
        assertThatIllegalArgumentException().isThrownBy(() -> AgentOptions.parse("report=exit,help"))
            .withMessage(AgentOptions.HELP);
    }
}
