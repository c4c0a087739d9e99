package dev.memalloc.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command, in a JVM of its own with the jars as they are built; its children are JVMs with and without agent. */
class DemoIT {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    @TempDir
    private Path directory;

    @Test
    void verifiedCensusOfADirectory() throws Exception {
        Path input = Files.createDirectories(directory.resolve("input"));
        Files.createDirectories(input.resolve("deep/er"));
        Files.writeString(input.resolve("a.txt"), "sea sun sea");
        Files.writeString(input.resolve("deep/er/b.txt"), "sun sea");
        Files.writeString(input.resolve("deep/Damaged.class"), "?");
        Files.write(input.resolve("binary"), new byte[] {0});
        Result result = demo("--verify", "--top", "1", input.toString());
        assertThat(result.status()).as(result.toString()).isEqualTo(OK);
        assertThat(result.out()).extracting(line -> line.strip().replaceAll(" +", " ")).containsSubsequence(
            "3 sea " + input.resolve("a.txt"),
            "files read 2 2",
            "damaged or unreadable 1 1",
            "neither class file nor text 1 1",
            "occurrences 5 5",
            "entries (different constants) 2 2",
            "direct buffers served 4 4",
            "The results are equal: 2 constants with number, count and where first seen, 5 occurrences in 2 files.");
        assertThat(result.err()).containsExactly(
            "off-heap: 2 files, 5 occurrences of 2 constants",
            "passed over: " + input.resolve("deep/Damaged.class") + ": ends too early, after 1 bytes",
            "on-heap: 2 files, 5 occurrences of 2 constants",
            "comparing the results, entry by entry");
        assertThat(leftBehind()).isEmpty();
    }

    @Test
    void noSuchPath() throws Exception {
        Result result = demo("/no/such/path");
        assertThat(result.status()).isEqualTo(USAGE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).containsExactly(
            "demo: there is no /no/such/path (demo/run --help lists what may be given)");
    }

    @Test
    void wrongOptions() throws Exception {
        assertThat(demo("--top", "-1").err()).singleElement().asString().startsWith("demo: --top must not be negative");
        assertThat(demo("--heap", "1").err()).singleElement().asString().startsWith("demo: --heap must be at least 8");
        assertThat(demo("--nonsense").status()).isEqualTo(USAGE);
    }

    @Test
    void nothingToCount() throws Exception {
        Result result = demo(Files.createDirectory(directory.resolve("empty")).toString());
        assertThat(result.status()).isEqualTo(FAILED);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).last().asString().isEqualTo(
            "demo: nothing to count: 0 files read with nothing in them, 0 damaged or unreadable, "
                + "0 neither class file nor text");
    }

    @Test
    void jarThatIsNone() throws Exception {
        Path jar = Files.writeString(directory.resolve("broken.jar"), "no jar");
        Result result = demo(jar.toString());
        assertThat(result.status()).isEqualTo(FAILED);
        assertThat(result.err()).anyMatch(line -> line.startsWith("passed over: " + jar + ": "));
    }

    @Test
    void tableIsPrintedWhereOneRunsOutOfMemory() throws Exception {
        Path words = manyWords();
        Result result = demo("--heap", "32", "--top", "1", words.toString());
        assertThat(result.status()).as(result.toString()).isEqualTo(OK);
        assertThat(result.out()).extracting(line -> line.strip().replaceAll(" +", " "))
            .containsSubsequence("1 0 " + words, "files read 1 -", "occurrences 1,000,000 -")
            .anyMatch(line -> line.matches("time, from the JVM's start [\\d,]+ ms out of memory"))
            .last().isEqualTo(
                "The on-heap census ran out of memory with a heap of 32 MiB, the off-heap one did not.");
        assertThat(result.err()).last().asString().isEqualTo("on-heap: out of memory: Java heap space");
        assertThat(leftBehind()).isEmpty();
        Result verified = demo("--heap", "32", "--verify", words.toString());
        assertThat(verified.status()).isEqualTo(FAILED);
        assertThat(verified.err()).last().asString()
            .isEqualTo("demo: there is one result only, and nothing to compare it with");
    }

    @Test
    void bothRunOutOfMemory() throws Exception {
        Result result = demo("--heap", "8", manyWords().toString());
        assertThat(result.status()).as(result.toString()).isEqualTo(FAILED);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).last().asString()
            .isEqualTo("demo: both ran out of memory, try a larger --heap than 8");
        assertThat(leftBehind()).isEmpty();
    }

    @Test
    void childrenEndWithIt() throws Exception {
        Process demo = start(List.of());
        try {
            List<ProcessHandle> children = List.of();
            while (children.isEmpty() && demo.isAlive()) {
                Thread.sleep(20);
                children = demo.descendants().toList();
            }
            demo.destroy();
            assertThat(demo.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
            assertThat(leftBehind()).isEmpty();
        } finally {
            demo.destroyForcibly();
        }
    }

    /** Of a million different words. */
    private Path manyWords() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            text.append(i).append(' ');
        }
        return Files.writeString(directory.resolve("words.txt"), text);
    }

    private Result demo(String... arguments) throws IOException, InterruptedException {
        Process demo = start(List.of(arguments));
        int status = demo.waitFor();
        return new Result(status, Files.readAllLines(directory.resolve("out")),
            Files.readAllLines(directory.resolve("err")));
    }

    private Process start(List<String> arguments) throws IOException {
        Files.createDirectories(directory.resolve("tmp"));
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.io.tmpdir=" + directory.resolve("tmp"), "-Dpicocli.ansi=false",
            "-jar", System.getProperty("demo.jar"), "--agent", System.getProperty("agent.jar")));
        command.addAll(arguments);
        return new ProcessBuilder(command)
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
    }

    private List<Path> leftBehind() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
            return files.toList();
        }
    }

    private record Result(int status, List<String> out, List<String> err) {
    }
}
