package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An AOT cache (JEP 483, 514) is used by a JVM with the agent if it was made by one; another is refused. With class
 * linking, JDK 25 crashes for some programs.
 */
class AotCacheIT {
    private static final String[] PROGRAM = {
        "-cp", ChildJvm.AGENT.toString(), AttachMain.class.getName(), "help"};
    private static final String SERVED_NOTHING =
        "memalloc agent: 0 direct buffers served, 0 freed, 0 live with 0 bytes, at most 0 bytes at once";

    @TempDir
    Path folder;

    @Test
    void madeWithTheAgentItIsUsed() throws Exception {
        Path cache = make(ChildJvm.withAgent().with("-XX:-AOTClassLinking"));
        ChildJvm.Result result = ChildJvm.withAgent("report=exit")
            .with("-XX:AOTMode=on", "-XX:AOTCache=" + cache).with(PROGRAM).run();
        assertThat(result.status()).as("%s %s", result.out(), result.err()).isZero();
        assertThat(result.out()).first().asString().startsWith("java -jar memalloc-agent.jar");
        assertThat(result.err()).containsExactly(SERVED_NOTHING);
    }

    @Test
    void madeWithoutItIsRefusedAndTheAgentWorks() throws Exception {
        Path cache = make(ChildJvm.stock());
        ChildJvm.Result result = ChildJvm.withAgent("report=exit").with("-XX:AOTCache=" + cache).with(PROGRAM).run();
        assertThat(result.status()).isZero();
        assertThat(result.out()).anyMatch(line -> line.contains("[error][aot]"))
            .anyMatch(line -> line.startsWith("java -jar memalloc-agent.jar"));
        assertThat(result.err()).containsExactly(SERVED_NOTHING);
    }

    private Path make(ChildJvm jvm) throws Exception {
        Path cache = folder.resolve("made.aot");
        ChildJvm.Result training = jvm.with("-XX:AOTCacheOutput=" + cache).with(PROGRAM).run();
        assertThat(training.status()).as("%s %s", training.out(), training.err()).isZero();
        assertThat(Files.size(cache)).isPositive();
        return cache;
    }
}
