package dev.memalloc.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The JVMs that do the censuses, one after the other, with the same settings: the same heap, the same collector.
 *
 * <p>When this JVM ends, for whatever reason, a child that still runs is ended and the files that the children left
 * are deleted.
 */
final class ChildJvms {
    /** What the heap starts with; by default that would depend on the machine, and resident memory with it. */
    private static final int START_MIB = 64;
    private static final int SIGNALLED = 128;

    private final Path agent;
    private final int heapMib;
    private final List<Path> paths;
    private final Path directory = Files.createTempDirectory("memalloc-demo");

    /**
     * Starts none yet.
     *
     * @param agent the agent's jar
     * @param heapMib the most that the garbage-collected heap may take, in MiB
     * @param paths what is counted; without any, the JDK
     */
    ChildJvms(Path agent, int heapMib, List<Path> paths) throws IOException {
        this.agent = agent;
        this.heapMib = heapMib;
        this.paths = paths;
        Runtime.getRuntime().addShutdownHook(new Thread(this::cleanUp));
    }

    /** The arguments on which the figures depend, the same for both. */
    List<String> heapSettings() {
        return List.of("-Xms" + Math.min(heapMib, START_MIB) + "m", "-Xmx" + heapMib + "m", "-XX:+UseG1GC");
    }

    /** Does a census in a JVM of its own; if that runs out of memory, the figures say so. */
    Figures run(Way way) throws IOException, InterruptedException {
        Path figures = directory.resolve(way + ".figures");
        int status = start(command(way, figures)).waitFor();
        if (status == CensusMain.OUT_OF_MEMORY) {
            return Figures.outOfMemory();
        }
        if (status > SIGNALLED) {
            throw new IOException("the " + way.label() + " census was ended by signal " + (status - SIGNALLED));
        }
        if (status != 0) {
            throw new IOException("the " + way.label() + " census failed, its JVM ended with status " + status);
        }
        return Figures.read(figures);
    }

    /** What a census has counted. */
    Path result(Way way) {
        return directory.resolve(way + ".result");
    }

    private List<String> command(Way way, Path figures) {
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+DisplayVMOutputToStderr", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(heapSettings());
        if (way == Way.OFF_HEAP) {
            command.add("-javaagent:" + agent.toAbsolutePath());
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CensusMain.class.getName(),
            way.name(), figures.toString(), result(way).toString()));
        paths.forEach(path -> command.add(path.toString()));
        return command;
    }

    private static Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        return builder.start();
    }

    private void cleanUp() {
        try {
            ProcessHandle.current().children().forEach(child -> {
                child.destroyForcibly();
                child.onExit().join();
            });
            for (Way way : Way.values()) {
                Files.deleteIfExists(directory.resolve(way + ".figures"));
                Files.deleteIfExists(result(way));
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            System.err.println("demo: " + directory + " is left behind: " + e);
        }
    }
}
