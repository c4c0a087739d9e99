package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Spark as a local cluster: a driver and two executors, each a JVM of the variant, with off-heap memory on. It is
 * started with the command that Spark's own launcher makes, flags included. The work is a class of ours, as Spark's
 * examples are not published as artifacts; the answer is what it prints.
 *
 * @param name what it is called
 * @param rows how many there are in the table that is worked on
 */
record Spark(String name, int rows) implements Program {
    private static final String EXECUTORS = "executors";
    private static final String ERRORS = "executor-err-";

    @Override
    public String artifacts() {
        return "spark";
    }

    @Override
    public String served() {
        return EXECUTORS;
    }

    @Override
    public Answer run(Jvms jvms) throws IOException, InterruptedException {
        Path home = Files.createDirectories(jvms.folder().resolve("home"));
        Files.createSymbolicLink(home.resolve("jars"), jvms.libraries());
        String jar;
        try (Stream<Path> built = Files.list(jvms.artifacts().resolve("target"))) {
            jar = built.map(Path::toString).filter(path -> path.endsWith(".jar")).findFirst().orElseThrow();
        }
        String agent = String.join(" ", jvms.variantArguments());
        List<String> submission = new ArrayList<>(List.of("--master", "local-cluster[2,1,1024]"));
        for (String setting : List.of(
                "spark.driver.host=127.0.0.1",
                "spark.driver.bindAddress=127.0.0.1",
                "spark.ui.enabled=false",
                "spark.memory.offHeap.enabled=true",
                "spark.memory.offHeap.size=512m",
                "spark.sql.shuffle.partitions=4",
                "spark.sql.adaptive.enabled=false",
                "spark.driver.extraJavaOptions=" + agent,
                "spark.executor.extraJavaOptions=" + agent)) {
            submission.addAll(List.of("--conf", setting));
        }
        submission.addAll(List.of("--class", "dev.memalloc.compatibility.spark.Sums", jar, Integer.toString(rows)));
        ProcessBuilder builder = new ProcessBuilder(command(home, submission));
        builder.environment().putAll(environment(home));
        builder.environment().put("JAVA_HOME", javaWithOwnErrors(jvms.folder()).toString());
        Jvm driver = jvms.start("driver", builder);
        List<String> printed = driver.end();
        executors(jvms, driver);
        return new Answer(printed.stream().filter(line -> line.startsWith("row ")).toList(), rows + " rows");
    }

    private static Map<String, String> environment(Path home) {
        return Map.of(
            "SPARK_HOME", home.toString(),
            "SPARK_SCALA_VERSION", "2.13",
            "SPARK_LOCAL_IP", "127.0.0.1",
            "SPARK_LOCAL_HOSTNAME", "127.0.0.1",
            "JAVA_HOME", System.getProperty("java.home"));
    }

    /** The command that Spark's launcher makes of a submission, as its script {@code spark-submit} starts it. */
    private static List<String> command(Path home, List<String> submission) throws IOException, InterruptedException {
        List<String> launcher = new ArrayList<>(List.of(Jvms.java().toString(), "-cp", home.resolve("jars") + "/*",
            "org.apache.spark.launcher.Main", "org.apache.spark.deploy.SparkSubmit"));
        launcher.addAll(submission);
        ProcessBuilder builder = new ProcessBuilder(launcher);
        builder.environment().putAll(environment(home));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String printed = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException("Spark's launcher made no command");
        }
        return Stream.of(printed.split("\0")).map(String::strip).filter(word -> !word.isEmpty()).toList();
    }

    /**
     * A home of a JVM for the executors: the JDK's own {@code java}, with stderr to a file for each. A driver stops to
     * listen to its executors before they end, and the agent's report would be lost.
     */
    private static Path javaWithOwnErrors(Path folder) throws IOException {
        Path home = folder.resolve("java");
        Path script = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.write(script, List.of("#!/bin/sh",
            "exec '" + Jvms.java() + "' \"$@\" 2> '" + folder.resolve(ERRORS) + "'$$"));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    /** Adds the figures of the executors, both together. */
    private static void executors(Jvms jvms, Jvm driver) throws IOException {
        long served = 0;
        long peakBytes = 0;
        int reports = 0;
        List<Path> errors;
        try (Stream<Path> files = Files.list(jvms.folder())) {
            errors = files.filter(file -> file.getFileName().toString().startsWith(ERRORS)).toList();
        }
        for (Path file : errors) {
            var report = AgentReport.in(Files.readAllLines(file));
            if (report.isPresent()) {
                reports++;
                served += report.get().served();
                peakBytes += report.get().peakBytes();
            }
        }
        boolean all = !errors.isEmpty() && reports == errors.size();
        jvms.add(EXECUTORS, driver.millis(), driver.peakKibOfChildren(),
            all ? new AgentReport(served, peakBytes) : AgentReport.NONE);
    }
}
