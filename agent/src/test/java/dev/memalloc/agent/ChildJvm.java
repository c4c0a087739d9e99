package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own that runs one of the test programs: with the agent or without, and with an exact class path.
 *
 * <p>Its stderr is kept apart, since the agent has to be silent on it.
 */
final class ChildJvm {
    /** The agent's jar. */
    static final Path AGENT = Path.of(System.getProperty("agent.jar")).toAbsolutePath();
    /** Lets a program invoke a cleaner without a warning about it. */
    static final String ALLOW_CLEANER = "--sun-misc-unsafe-memory-access=allow";
    /** The library, as an application would have it. */
    static final Path ALLOCATOR = locationOf(dev.memalloc.Memory.class);
    private static final Path PROGRAMS = locationOf(ChildJvm.class);
    private static final long SECONDS_MAX = 60;

    private final List<String> arguments = new ArrayList<>();
    private final List<Path> classPath = new ArrayList<>(List.of(PROGRAMS));
    private Path home = Path.of(System.getProperty("java.home"));

    private ChildJvm() {
    }

    static ChildJvm stock() {
        return new ChildJvm();
    }

    static ChildJvm withAgent() {
        return stock().with("-javaagent:" + AGENT);
    }

    static ChildJvm withAgent(String options) {
        return stock().with("-javaagent:" + AGENT + "=" + options);
    }

    static Path locationOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    ChildJvm with(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    ChildJvm onClassPath(Path entry) {
        classPath.add(entry);
        return this;
    }

    /** Uses another JVM than that of the tests. */
    ChildJvm in(Path otherHome) {
        home = otherHome;
        return this;
    }

    /** Runs a program to its end. */
    Result run(Class<?> program, String... programArguments) throws IOException, InterruptedException {
        try (Running running = start(program, programArguments)) {
            running.process.getOutputStream().close();
            return running.end();
        }
    }

    /** Runs the JVM without a program: the arguments say what it does. */
    Result run() throws IOException, InterruptedException {
        return run(null);
    }

    Running start(Class<?> program, String... programArguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/java").toString());
        command.add("-Xmx256m");
        command.addAll(arguments);
        if (program != null) {
            command.addAll(List.of("-cp",
                String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList()), program.getName()));
        }
        command.addAll(List.of(programArguments));
        return new Running(command);
    }

    /** What a JVM said. */
    record Result(int status, List<String> out, List<String> err) {
        /** Asserts that all went well, and nothing was said on stderr. */
        Result silent() {
            assertThat(err).as("stderr").isEmpty();
            assertThat(status).as("status; stdout is %s", out).isZero();
            return this;
        }

        /** The value of the line {@code name: value}. */
        String value(String name) {
            String start = name + ": ";
            List<String> found = out.stream().filter(line -> line.startsWith(start)).toList();
            assertThat(found).as("lines of \"%s\" in %s", name, out).hasSize(1);
            return found.getFirst().substring(start.length());
        }
    }

    /** A JVM that runs, to be talked to by lines. */
    static final class Running implements AutoCloseable {
        final Process process;
        private final Path errors = Files.createTempFile("stderr", ".txt");
        private final BufferedReader reader;
        private final PrintWriter writer;

        private Running(List<String> command) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().remove("JDK_JAVA_OPTIONS");
            process = builder.start();
            reader = process.inputReader();
            writer = new PrintWriter(process.outputWriter(), true);
        }

        String readLine() throws IOException {
            return reader.readLine();
        }

        /** Sends a line and waits for the answer. */
        String ask(String line) throws IOException {
            writer.println(line);
            return readLine();
        }

        List<String> errors() throws IOException {
            return Files.readAllLines(errors);
        }

        /** Lets it end by closing its stdin. */
        Result finish() throws IOException, InterruptedException {
            writer.close();
            return end();
        }

        /** Waits for the end. */
        Result end() throws IOException, InterruptedException {
            Thread watchdog = Thread.ofVirtual().start(() -> {
                try {
                    if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                        process.destroyForcibly();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            List<String> out = reader.lines().toList();
            int status = process.waitFor();
            watchdog.join();
            return new Result(status, out, errors());
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            writer.close();
            reader.close();
            Files.deleteIfExists(errors);
        }
    }
}
