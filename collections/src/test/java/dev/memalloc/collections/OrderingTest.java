package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.TestGrading;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.SpinLoopStyle;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * What is without a lock, or relies on an order, does nothing but what its tests for jcstress allow: those are the
 * classes named {@code ...Stress}. They run here for a moment each, in this JVM. With {@code -Djcstress.mode=MODE},
 * jcstress itself runs them for long, in JVMs of their own, with whatever the JIT compilers can do to them.
 * {@code -Djcstress.tests=REGEX} is for some of them.
 */
class OrderingTest {
    private static final String MODE = "jcstress.mode";
    private static final String TESTS = System.getProperty("jcstress.tests", ".*");
    private static final int MILLIS = 150;
    private static final int FOOTPRINT_MB = 32;
    /** Few: maps are large, and in a long stride the thread that gets an exception falls behind. */
    private static final int STRIDE_SIZE = 2;
    private static final int STRIDE_COUNT = 15;

    static Stream<String> names() {
        return System.getProperty(MODE) == null
            ? TestList.tests().stream().filter(Pattern.compile(TESTS).asPredicate()).sorted()
            : Stream.empty();
    }

    static Stream<String> modes() {
        return Stream.ofNullable(System.getProperty(MODE));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("names")
    void outcomesAreAllowed(String name) throws Exception {
        TestInfo test = TestList.getInfo(name);
        TestResult result = ((Runner<?>) Class.forName(test.generatedRunner())
            .getConstructor(ForkedTestConfig.class).newInstance(config(test))).run();
        assertThat(result.status()).as(() -> String.join("\n", result.getMessages())).isEqualTo(Status.NORMAL);
        assertThat(result.getTotalCount()).isPositive();
        List<String> forbidden = new ArrayList<>();
        for (String outcome : result.getStateKeys()) {
            StateCase expected = caseOf(test, outcome);
            if (!TestGrading.passed(expected.expect(), result.getCount(outcome))) {
                forbidden.add(result.getCount(outcome) + " times \"" + outcome + "\": " + expected.description());
            }
        }
        assertThat(forbidden).isEmpty();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modes")
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void outcomesAreAllowedForLong(String mode) throws Exception {
        Path results = Files.createDirectories(Path.of("target", "jcstress").toAbsolutePath());
        Path output = results.resolve("output.txt");
        List<String> command = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // It passes these on to the JVMs that it starts.
            "--enable-native-access=ALL-UNNAMED", "-ea",
            "-cp", String.join(File.pathSeparator, Path.of("target", "test-classes").toAbsolutePath().toString(),
                Path.of("target", "classes").toAbsolutePath().toString(), System.getProperty("java.class.path")),
            Main.class.getName(), "-m", mode, "-t", TESTS, "-r", results.toString(),
            "-strideSize", Integer.toString(STRIDE_SIZE), "-strideCount", Integer.toString(STRIDE_COUNT));
        Process jcstress = new ProcessBuilder(command)
            .directory(results.toFile()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(jcstress.waitFor()).as(() -> "see " + output).isZero();
            assertThat(output).content().contains("0 failed, 0 soft errs, 0 hard errs");
        } finally {
            jcstress.descendants().forEach(ProcessHandle::destroyForcibly);
            jcstress.destroyForcibly();
        }
    }

    /** As jcstress tells it to the JVMs that it starts. */
    private static ForkedTestConfig config(TestInfo test) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        data.writeInt(SpinLoopStyle.THREAD_YIELD.ordinal());
        data.writeInt(MILLIS);
        data.writeInt(1);
        data.writeUTF(test.generatedRunner());
        data.writeInt(FOOTPRINT_MB);
        data.writeInt(STRIDE_SIZE);
        data.writeInt(STRIDE_COUNT);
        data.writeBoolean(false);
        return new ForkedTestConfig(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    private static StateCase caseOf(TestInfo test, String outcome) {
        return test.cases().stream().filter(each -> each.matchesExactly(outcome)).findFirst()
            .or(() -> test.cases().stream().filter(each -> each.matches(outcome)).findFirst())
            .orElseGet(test::unmatched);
    }
}
