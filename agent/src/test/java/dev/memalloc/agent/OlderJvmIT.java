package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.memalloc.agent.program.Listening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent and its tool where {@code java} is older than 25: both say so in one line, and nothing else happens. */
class OlderJvmIT {
    private static final String NEEDED = "not installed, direct buffers are the JVM's own: Java 25 is needed, this is ";
    private static final int STATUS = 7;

    private static Path older;

    @TempDir
    private Path directory;

    @BeforeAll
    static void find() throws IOException {
        older = OlderJvm.home().orElseGet(() -> abort("no JDK from 17 to 24 is installed"));
    }

    @Test
    void applicationRunsWithoutTheAgent() throws Exception {
        compileApplication();
        ChildJvm.Result result = ChildJvm.withAgent("report=exit").in(older)
            .with("-cp", directory.toString(), "Application").run();
        assertThat(result.out()).last().asString().isEqualTo("java.nio.DirectByteBuffer[pos=0 lim=10 cap=10]");
        assertThat(result.status()).isEqualTo(STATUS);
        assertThat(result.err()).singleElement().asString().startsWith("memalloc agent: " + NEEDED);
    }

    @Test
    void toolSaysWhatAnOlderTargetNeeds() throws Exception {
        compileApplication();
        try (ChildJvm.Running child = ChildJvm.stock().in(older)
                .with("-cp", directory.toString(), "Application").start(null)) {
            String id = child.readLine();
            for (ChildJvm tool : new ChildJvm[] {ChildJvm.stock(), ChildJvm.stock().in(older)}) {
                ChildJvm.Result result = tool.with("-jar", ChildJvm.AGENT.toString(), id).run();
                assertThat(result.out()).isEmpty();
                assertThat(result.err()).singleElement().asString()
                    .startsWith("memalloc agent: process " + id + ": " + NEEDED);
                assertThat(result.status()).isEqualTo(1);
            }
            assertThat(child.errors()).hasSize(2).allMatch(line -> line.startsWith("memalloc agent: " + NEEDED));
        }
    }

    /** Only the JVM that the agent is loaded into has to be a Java 25. */
    @Test
    void toolRunsOnAnOlderJvm() throws Exception {
        try (ChildJvm.Running child = ChildJvm.stock().with("-XX:+EnableDynamicAgentLoading").start(Listening.class)) {
            String id = child.readLine();
            ChildJvm.Result result = ChildJvm.stock().in(older).with("-jar", ChildJvm.AGENT.toString(), id).run();
            assertThat(result.silent().out()).containsExactly("memalloc agent: installed into " + id);
            child.ask("allocate 1000");
            assertThat(child.ask("agent LiveBytes")).isEqualTo("1000");
        }
    }

    /** A program that says its process id and waits to be told to end; the test programs are not for older JVMs. */
    private void compileApplication() throws IOException {
        Path source = Files.writeString(directory.resolve("Application.java"), """
            class Application {
                public static void main(String[] args) throws java.io.IOException {
                    System.out.println(ProcessHandle.current().pid());
                    System.in.read();
                    System.out.println(java.nio.ByteBuffer.allocateDirect(10));
                    System.exit(%d);
                }
            }
            """.formatted(STATUS));
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null,
            "--release", "17", "-d", directory.toString(), source.toString())).isZero();
    }
}
