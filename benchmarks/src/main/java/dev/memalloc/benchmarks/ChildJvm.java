package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.allocators.Opponent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts JVMs that run one allocator each. */
final class ChildJvm {
    /**
     * The same for all: a Java heap that is resident from the start and never grows, so that what is resident later
     * is off-heap; and a collector without threads.
     */
    static final List<String> FLAGS = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC",
        "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED");
    /** Lets a library with much thread-local storage, as jemalloc, be loaded after the start of the process. */
    private static final String TUNABLES = "glibc.rtld.optional_static_tls=16384";
    private static final long MINUTES_MAX = 15;

    private ChildJvm() {
    }

    /**
     * Runs {@link Child}.
     *
     * @return what it printed
     * @throws ChildFailedException if it did not end well; the message is the first line of its errors, or what it
     *     printed
     */
    static String run(Opponent opponent, String... arguments)
            throws IOException, InterruptedException, ChildFailedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(opponent.jvmFlags());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName(), opponent.name()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("benchmark", ".out");
        Path err = Files.createTempFile("benchmark", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
            builder.environment().put("GLIBC_TUNABLES", TUNABLES);
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            Process process = builder.start();
            if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new ChildFailedException("not ready after " + MINUTES_MAX + " minutes");
            }
            String printed = Files.readString(out).strip();
            if (process.exitValue() != 0) {
                throw new ChildFailedException(Files.readString(err).lines()
                    .filter(line -> !line.startsWith("WARNING"))
                    .findFirst()
                    .orElse(printed));
            }
            return printed;
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** A JVM did not end well. */
    static final class ChildFailedException extends Exception {
        private static final long serialVersionUID = 1;

        ChildFailedException(String message) {
            super(message);
        }
    }
}
