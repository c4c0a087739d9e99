package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.agent.program.Behaviour;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One program, run by the JVM as it is and under the agent: what it prints must be the same, line by line. */
class BehaviourIT {
    private static final String[] JVM = {
        "-XX:MaxDirectMemorySize=8m", ChildJvm.ALLOW_CLEANER, "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED"};

    @Test
    void sameAsStock() throws Exception {
        compare();
    }

    @Test
    void sameAsStockWhenPageAligned() throws Exception {
        compare("-Dsun.nio.PageAlignDirectMemory=true");
    }

    @Test
    void sameAsStockWithEverythingMapped() throws Exception {
        List<String> out = compare("-Dmemalloc.mmapThreshold=1");
        assertThat(out).contains("pool after them: 0 buffers, 0 bytes, 0 used");
    }

    private static List<String> compare(String... more) throws Exception {
        ChildJvm.Result stock = ChildJvm.stock().with(JVM).with(more).run(Behaviour.class).silent();
        ChildJvm.Result served = ChildJvm.withAgent().with(JVM).with(more).run(Behaviour.class).silent();
        assertThat(served.out()).isEqualTo(stock.out()).hasSizeGreaterThan(60);
        assertThat(stock.value("zero after reuse, 1000")).isEqualTo("yes");
        assertThat(stock.value("address")).isEqualTo("0");
        return served.out();
    }
}
