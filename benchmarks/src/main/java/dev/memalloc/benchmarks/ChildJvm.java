package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.allocators.Opponent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

    /** How a JVM ended, and what it printed. */
    record End(int status, String out, String err) {
        /**
         * What it printed.
         *
         * @throws ChildFailedException if it did not end well; the message is the first line of its errors, or what it
         *     printed
         */
        String outIfWell() throws ChildFailedException {
            if (status == 0) {
                return out;
            }
            throw new ChildFailedException(err.lines()
                .filter(line -> !line.startsWith("WARNING"))
                .findFirst()
                .orElse(out));
        }
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
        End end = run(opponent, List.of(), Child.class, MINUTES_MAX, TimeUnit.MINUTES, arguments);
        return end.outIfWell();
    }

    /**
     * Runs a main class with one allocator, whose name is its first argument.
     *
     * @throws ChildFailedException if it does not end in time
     */
    static End run(Opponent opponent, List<String> flags, Class<?> main, long time, TimeUnit unit, String... arguments)
            throws IOException, InterruptedException, ChildFailedException {
        List<String> all = new ArrayList<>(FLAGS);
        all.addAll(opponent.jvmFlags());
        all.addAll(flags);
        List<String> words = new ArrayList<>(List.of(opponent.name()));
        words.addAll(List.of(arguments));
        return run(all, main, time, unit, words);
    }

    /**
     * Runs a main class.
     *
     * @throws ChildFailedException if it does not end in time
     */
    static End run(List<String> flags, Class<?> main, long time, TimeUnit unit, List<String> arguments)
            throws IOException, InterruptedException, ChildFailedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        Path out = Files.createTempFile("benchmark", ".out");
        Path err = Files.createTempFile("benchmark", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
            builder.environment().put("GLIBC_TUNABLES", TUNABLES);
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            Process process = builder.start();
            if (!process.waitFor(time, unit)) {
                process.destroyForcibly().waitFor();
                throw new ChildFailedException("not ready after " + time + " " + unit.name().toLowerCase(Locale.ROOT));
            }
            return new End(process.exitValue(), Files.readString(out).strip(), Files.readString(err));
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
