package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.agent.program.behaviour.Behaviour;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One program, run by the JVM as it is and under the agent, with the same flags: what it prints, on stderr too, and
 * how it ends must be the same, line by line.
 */
class BehaviourIT {
    /** The options of the agent with which all is to be as on the JVM as it is. */
    private static final List<String> AGENT_OPTIONS = List.of("", "intercept=all");
    private static final String[] JVM = {
        "-XX:MaxDirectMemorySize=8m", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
        "--add-exports=java.base/jdk.internal.perf=ALL-UNNAMED"};
    private static final int OBSERVATIONS_MIN = 120;

    @TempDir
    static Path folder;

    /** What the JVM is told beside that. */
    enum Flags {
        G1(ChildJvm.ALLOW_CLEANER, "-XX:+UseG1GC"),
        ZGC(ChildJvm.ALLOW_CLEANER, "-XX:+UseZGC"),
        SERIAL(ChildJvm.ALLOW_CLEANER, "-XX:+UseSerialGC"),
        PARALLEL(ChildJvm.ALLOW_CLEANER, "-XX:+UseParallelGC"),
        COMPACT_HEADERS(ChildJvm.ALLOW_CLEANER, "-XX:+UseCompactObjectHeaders"),
        CHECKED_JNI(ChildJvm.ALLOW_CLEANER, "-Xcheck:jni"),
        INTERPRETED(ChildJvm.ALLOW_CLEANER, "-Xint"),
        MEMORY_TRACKED(ChildJvm.ALLOW_CLEANER, "-XX:NativeMemoryTracking=summary"),
        STRICT("--illegal-native-access=deny", "--sun-misc-unsafe-memory-access=deny"),
        PAGE_ALIGNED(ChildJvm.ALLOW_CLEANER, "-Dsun.nio.PageAlignDirectMemory=true"),
        EVERYTHING_MAPPED(ChildJvm.ALLOW_CLEANER, "-Dmemalloc.mmapThreshold=1");

        private final String[] arguments;

        Flags(String... arguments) {
            this.arguments = arguments;
        }
    }

    @BeforeAll
    static void makeKey() throws Exception {
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=server",
            "-validity", "10", "-storetype", "JKS", "-keystore", key(), "-storepass", "password",
            "-keypass", "password")
            .redirectErrorStream(true).start();
        keytool.getOutputStream().close();
        assertThat(keytool.inputReader().lines().filter(line -> line.contains("rror"))).isEmpty();
        assertThat(keytool.waitFor()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void sameAsStock(Flags flags) throws Exception {
        try (ChildJvm.Running running = with(ChildJvm.stock(), flags).start(Behaviour.class, key())) {
            Map<String, ChildJvm.Result> served = new LinkedHashMap<>();
            for (String options : AGENT_OPTIONS) {
                served.put(options, with(ChildJvm.withAgent(options), flags).run(Behaviour.class, key()));
            }
            ChildJvm.Result stock = running.end();
            assertThat(stock.status()).as("status of the JVM as it is; %s", stock).isZero();
            assertThat(stock.out()).hasSizeGreaterThan(OBSERVATIONS_MIN);
            assertThat(stock.value("zero after reuse, 1000")).isEqualTo("yes");
            assertThat(stock.value("address")).isEqualTo("0");
            assertThat(stock.value("end")).isEqualTo("true");
            served.forEach((options, result) -> {
                assertThat(differences(stock.out(), result.out())).as("stdout, agent options \"%s\"", options)
                    .isEmpty();
                assertThat(result.err()).as("stderr, agent options \"%s\"", options).isEqualTo(stock.err());
                assertThat(result.status()).as("status, agent options \"%s\"", options).isZero();
            });
        }
    }

    /** The lines that are not the same, so that a failure shows no others. */
    private static List<String> differences(List<String> stock, List<String> served) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < Math.max(stock.size(), served.size()); i++) {
            String expected = i < stock.size() ? stock.get(i) : "(none)";
            String actual = i < served.size() ? served.get(i) : "(none)";
            if (!expected.equals(actual)) {
                differences.add(expected + " | with the agent: " + actual);
            }
        }
        return differences;
    }

    private static ChildJvm with(ChildJvm jvm, Flags flags) {
        return jvm.with(JVM).with(flags.arguments);
    }

    private static String key() {
        return folder.resolve("key.jks").toString();
    }
}
