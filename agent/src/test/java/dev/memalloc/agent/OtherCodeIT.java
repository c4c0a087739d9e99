package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.agent.program.Copies;
import dev.memalloc.agent.program.Taking;
import dev.memalloc.agent.program.Traced;
import dev.memalloc.agent.saboteur.Saboteur;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Others in the same JVM: another agent, and other versions of what the agent brings along. */
class OtherCodeIT {
    /** Copies of other people's jars, made by the build. */
    private static final Path OTHERS = Path.of(System.getProperty("others")).toAbsolutePath();
    private static final String[] TRACING = {
        "-Dotel.traces.exporter=none", "-Dotel.metrics.exporter=none", "-Dotel.logs.exporter=none",
        ChildJvm.ALLOW_CLEANER};
    private static final String STAND_IN = """
        package dev.memalloc;

        public final class Memory {
            public static String standIn() {
                return "of the stand-in";
            }
        }
        """;

    @Test
    void behindATracingAgent() throws Exception {
        assertBothWork(ChildJvm.stock().with("-javaagent:" + tracer()).with("-javaagent:" + ChildJvm.AGENT));
    }

    @Test
    void beforeATracingAgent() throws Exception {
        assertBothWork(ChildJvm.withAgent().with("-javaagent:" + tracer()));
    }

    private static Path tracer() {
        return OTHERS.resolve("opentelemetry-javaagent.jar");
    }

    private static void assertBothWork(ChildJvm jvm) throws Exception {
        ChildJvm.Result result = jvm.with(TRACING).run(Traced.class);
        assertThat(result.status()).as("%s", result).isZero();
        assertThat(result.err()).as("what the agent says").noneMatch(line -> line.contains("memalloc"));
        assertThat(result.value("traced")).isEqualTo("true");
        assertThat(result.value("answer")).isEqualTo("204");
        assertThat(result.value("buffer")).isEqualTo("java.nio.DirectByteBuffer[pos=0 lim=1000 cap=1000]");
        assertThat(Long.parseLong(result.value("served"))).isPositive();
        assertThat(result.value("failed")).isEqualTo("0");
    }

    @Test
    void behindAnAgentThatRewritesTheSameClasses(@TempDir Path folder) throws Exception {
        assertBothRewrite(ChildJvm.stock().with(SaboteurJar.asAgent(folder, "beside"))
            .with("-javaagent:" + ChildJvm.AGENT + "=intercept=all"));
    }

    @Test
    void beforeAnAgentThatRewritesTheSameClasses(@TempDir Path folder) throws Exception {
        assertBothRewrite(ChildJvm.withAgent("intercept=all").with(SaboteurJar.asAgent(folder, "beside")));
    }

    private static void assertBothRewrite(ChildJvm jvm) throws Exception {
        try (ChildJvm.Running child = jvm.with(ChildJvm.ALLOW_CLEANER).onClassPath(SaboteurJar.BYTE_BUDDY)
                .start(Taking.class)) {
            child.readLine();
            child.ask("take all");
            assertThat(child.ask("each LiveCount")).isEqualTo("direct 1, arena 2, temporary 1, unsafe 1");
            child.ask("free all");
            assertThat(child.ask("each LiveCount")).isEqualTo("direct 0, arena 0, temporary 0, unsafe 0");
            assertThat(child.ask("refuse " + Saboteur.REFUSED))
                .isEqualTo("[another agent's buffer, another agent's block]");
            child.finish().silent();
        }
    }

    @Test
    void olderByteBuddyOfTheApplication() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().onClassPath(OTHERS.resolve("byte-buddy.jar"))
            .run(Copies.class, "net.bytebuddy.ClassFileVersion", "latest").silent();
        assertThat(result.value("copy")).isEqualTo("byte-buddy.jar");
        assertThat(result.value("method")).as("the newest that it knows; 25 would be 69").contains("64");
        assertServed(result);
    }

    /** The application gets the agent's copy of the library, as far as that has the class. */
    @Test
    void anotherVersionOfTheLibrary(@TempDir Path folder) throws Exception {
        Path classes = compile(folder, STAND_IN);
        ChildJvm.Result stock = ChildJvm.stock().onClassPath(classes)
            .run(Copies.class, "dev.memalloc.Memory", "standIn");
        assertThat(stock.out()).as("without the agent").contains("copy: stand-in", "method: of the stand-in");
        ChildJvm.Result result = ChildJvm.withAgent().onClassPath(classes)
            .run(Copies.class, "dev.memalloc.Memory", "standIn");
        assertThat(result.err()).singleElement().asString()
            .startsWith("memalloc agent: the class path has another version of the library (")
            .endsWith("); the application gets the agent's");
        assertThat(result.value("copy")).isEqualTo("boot loader");
        assertThat(result.value("method")).isEqualTo("none");
        assertServed(result);
    }

    private static Path compile(Path folder, String source) throws Exception {
        Path file = Files.writeString(folder.resolve("Memory.java"), source);
        Path classes = folder.resolve("stand-in");
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", classes.toString(),
            file.toString())).isZero();
        return classes;
    }

    private static void assertServed(ChildJvm.Result result) {
        assertThat(result.value("buffer")).isEqualTo("java.nio.DirectByteBuffer[pos=0 lim=1000 cap=1000]");
        assertThat(result.value("live")).isEqualTo("1 with 1000 bytes");
        assertThat(result.value("live then")).isEqualTo("0");
    }
}
