package dev.memalloc.compatibility;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The tests of netty-buffer, as they are published, under JUnit's launcher. The answer is how many tests were found,
 * started, aborted, successful and failed, and which ones failed.
 *
 * @param version the Netty that is tested, 4.1 or 4.2
 * @param classes a regular expression for the names of the test classes
 * @param name what it is called
 */
record NettyBuffer(String name, String version, String classes) implements Program {
    private static final String ALL = ".*";

    static NettyBuffer all(String version) {
        return new NettyBuffer("netty-buffer-" + version, version, ALL);
    }

    /** Those of one class. */
    static NettyBuffer some(String version, String className) {
        return new NettyBuffer("netty-buffer-" + version + "-" + className, version, ".*[.]" + className);
    }

    @Override
    public String artifacts() {
        return "netty-buffer-" + version;
    }

    @Override
    public String served() {
        return "tests";
    }

    @Override
    public Answer run(Jvms jvms) throws IOException, InterruptedException {
        List<String> arguments = List.of("-Xmx1g", "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED", "-XX:+EnableDynamicAgentLoading", "-Xshare:auto");
        Jvm jvm = jvms.start("tests", arguments, "org.junit.platform.console.ConsoleLauncher", List.of("execute",
            "--scan-classpath", jvms.library("netty-buffer-*-tests.jar").toString(), "--include-classname", classes,
            "--details", "summary", "--disable-banner", "--disable-ansi-colors", "--fail-if-no-tests"));
        List<String> printed = jvm.end();
        List<String> answer = new ArrayList<>();
        String took = "";
        for (String line : printed) {
            if (line.startsWith("Test run finished after ")) {
                took = line.replaceAll("\\D+", "");
            } else {
                answer.add(line);
            }
        }
        String found = printed.stream().filter(line -> line.contains("tests found")).findFirst()
            .orElseThrow(() -> new IOException("no tests were found")).replaceAll("\\D+", "");
        return new Answer(answer, found + " tests in " + took + " ms");
    }
}
