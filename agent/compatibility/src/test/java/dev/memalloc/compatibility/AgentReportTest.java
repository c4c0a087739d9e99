package dev.memalloc.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AgentReportTest {
    @Test
    void isFoundAmongOtherLines() {
        assertThat(AgentReport.in(List.of("WARNING: something",
            "memalloc agent: 12 direct buffers served, 10 freed, 2 live with 20 bytes, at most 90 bytes at once",
            "the end"))).contains(new AgentReport(12, 90));
    }

    @Test
    void isMissing() {
        assertThat(AgentReport.in(List.of("memalloc agent: not installed"))).isEmpty();
    }
}
