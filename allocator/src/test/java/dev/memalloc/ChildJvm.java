package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A JVM of its own that runs one of the test programs, in an empty directory, with assertions, and not for ever. */
final class ChildJvm {
    private static final long SECONDS_MAX = 100;

    private ChildJvm() {
    }

    /** Runs the main method of {@code program}; {@code options} are the JVM's. */
    static Result run(Class<?> program, List<String> options, String... arguments)
            throws IOException, InterruptedException {
        return run(List.of(), program, options, arguments);
    }

    /** The same, with the whole command as further arguments of another command. */
    static Result run(List<String> through, Class<?> program, List<String> options, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(through);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC", "-ea"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), program.getName()));
        command.addAll(List.of(arguments));
        Path directory = Files.createTempDirectory("child-jvm");
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().remove("JDK_JAVA_OPTIONS");
            Process process = builder.start();
            boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            return new Result(ended ? process.exitValue() : -1, Files.readString(out), Files.readString(err),
                hasCrashed(directory));
        } finally {
            delete(directory);
        }
    }

    private static String classPath() {
        return Stream.of(Heap.class, ChildJvm.class)
            .map(type -> Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString())
            .distinct().reduce((a, b) -> a + File.pathSeparator + b).orElseThrow();
    }

    private static boolean hasCrashed(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.getFileName().toString().matches("hs_err.*|core.*"));
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** How a JVM ended, and what it said. */
    record Result(int status, String out, String err, boolean crashed) {
        /** Asserts that it ended with that status, in peace, and that nothing was said on stderr. */
        Result silent(int expectedStatus) {
            assertThat(err).as("stderr; stdout is %s", out).isEmpty();
            return ended(expectedStatus);
        }

        Result ended(int expectedStatus) {
            assertThat(crashed).as("it has left a report of a crash; stdout is %s, stderr is %s", out, err).isFalse();
            assertThat(status).as("status; stdout is %s, stderr is %s", out, err).isEqualTo(expectedStatus);
            return this;
        }
    }
}
