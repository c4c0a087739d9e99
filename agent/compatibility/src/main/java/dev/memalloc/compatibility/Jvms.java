package dev.memalloc.compatibility;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Starts the JVMs of one program in one variant, and ends those that are left. Files go to a folder of their own. */
final class Jvms implements AutoCloseable {
    private static final Duration TIME_MAX = Duration.ofMinutes(8);

    private final Variant variant;
    private final Path agent;
    private final Path artifacts;
    private final Path folder;
    private final List<Jvm> started = new ArrayList<>();
    private final List<Figures> others = new ArrayList<>();

    /**
     * Starts none yet.
     *
     * @param variant how each of them is started
     * @param agent the agent's jar
     * @param artifacts the folder with the pom of the program, which has been built
     * @param folder an empty one
     */
    Jvms(Variant variant, Path agent, Path artifacts, Path folder) {
        this.variant = variant;
        this.agent = agent;
        this.artifacts = artifacts;
        this.folder = folder;
    }

    Variant variant() {
        return variant;
    }

    /** The folder for the files of this run. */
    Path folder() {
        return folder;
    }

    /** The folder with the program's pom. */
    Path artifacts() {
        return artifacts;
    }

    /** The folder with the program's jars. */
    Path libraries() {
        return artifacts.resolve("target/lib");
    }

    /** The only jar of the program whose name matches. */
    Path library(String glob) throws IOException {
        try (var found = Files.newDirectoryStream(libraries(), glob)) {
            return found.iterator().next();
        }
    }

    /** What a JVM needs to be of this variant. */
    List<String> variantArguments() {
        return variant.arguments(agent);
    }

    /**
     * Starts a main class of the program.
     *
     * @param name what to call the JVM
     * @param jvmArguments its arguments, beside those of the variant
     * @param main the class
     * @param arguments the program's own
     */
    Jvm start(String name, List<String> jvmArguments, String main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java().toString()));
        command.addAll(jvmArguments);
        command.addAll(variantArguments());
        command.addAll(List.of("-cp", classPath(), main));
        command.addAll(arguments);
        return start(name, new ProcessBuilder(command));
    }

    /** Starts a command that starts a JVM with what {@link #variantArguments} says. */
    Jvm start(String name, ProcessBuilder builder) throws IOException {
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Jvm jvm = new Jvm(name, builder.directory(folder.toFile()), folder, TIME_MAX);
        started.add(jvm);
        return jvm;
    }

    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** The program's jars in the order of their names, and what was compiled beside its pom. */
    String classPath() throws IOException {
        try (Stream<Path> jars = Files.list(libraries())) {
            return String.join(File.pathSeparator,
                Stream.concat(jars.sorted(), Stream.of(artifacts.resolve("target/classes")))
                    .map(Path::toString).toList());
        }
    }

    /** Adds what JVMs took that were started by those started here, and have ended. */
    void add(String name, long millis, long peakKib, AgentReport report) {
        others.add(new Figures("", variant.name(), name, millis, peakKib, report.served(), report.peakBytes(), "", ""));
    }

    /** What each JVM took, after all have ended. */
    List<Figures> figures(String program) {
        return Stream.concat(started.stream().map(this::figures), others.stream())
            .map(figures -> figures.of(program))
            .toList();
    }

    private Figures figures(Jvm jvm) {
        try {
            AgentReport report = jvm.report().orElse(AgentReport.NONE);
            return new Figures("", variant.name(), jvm.name(), jvm.millis(), jvm.peakKib(), report.served(),
                report.peakBytes(), "", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends those that still run, by force. */
    void end() {
        started.reversed().forEach(Jvm::close);
    }

    @Override
    public void close() {
        end();
    }
}
