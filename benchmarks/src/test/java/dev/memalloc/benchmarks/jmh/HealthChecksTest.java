package dev.memalloc.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/** The heap that is checked has the blocks that it is said to have. */
class HealthChecksTest {
    @Test
    void fourOfFiveBlocksAreLive() {
        HealthChecks checks = new HealthChecks();
        checks.blocks = 10_000;
        checks.fill();
        assertThat(checks.stats().blocksLive()).isEqualTo(8_000);
        assertThatCode(checks::check).doesNotThrowAnyException();
        checks.close();
    }
}
