package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A JVM that runs. What it prints goes to two files; its resident memory is looked at until it ends, and it is ended
 * by force when its time is over.
 */
final class Jvm implements AutoCloseable {
    private static final long LOOK_MILLIS = 20;
    private static final int SIGTERM_STATUS = 128 + 15;

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;
    private final Thread watch;
    private final long startNanos = System.nanoTime();
    private final long endNanos;
    private final Map<Long, Long> peakKibOfChild = new ConcurrentHashMap<>();
    private volatile long endedNanos = startNanos;
    private volatile long peakKib;
    private volatile boolean isStopped;

    Jvm(String name, ProcessBuilder builder, Path folder, Duration timeMax) throws IOException {
        this.name = name;
        out = folder.resolve(name + ".out");
        err = folder.resolve(name + ".err");
        endNanos = startNanos + timeMax.toNanos();
        process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        process.getOutputStream().close();
        watch = Thread.ofPlatform().daemon().name("watch-" + name).start(this::watch);
    }

    private void watch() {
        try {
            do {
                ResidentMemory.peakKib(process.pid()).ifPresent(kib -> peakKib = kib);
                process.children().forEach(child -> ResidentMemory.peakKib(child.pid())
                    .ifPresent(kib -> peakKibOfChild.put(child.pid(), kib)));
                if (System.nanoTime() > endNanos) {
                    process.destroyForcibly();
                }
            } while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
        endedNanos = System.nanoTime();
    }

    String name() {
        return name;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it has printed a line with some text in it, on stdout or stderr. */
    void awaitLine(String text) throws IOException, InterruptedException {
        while (lines(out).stream().noneMatch(line -> line.contains(text))
            && lines(err).stream().noneMatch(line -> line.contains(text))) {
            if (!process.isAlive()) {
                throw new IOException(name + " ended before it said \"" + text + "\"; " + lastWords());
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Waits for its end. */
    List<String> end() throws IOException, InterruptedException {
        watch.join();
        int status = process.exitValue();
        if (status != 0 && !(isStopped && status == SIGTERM_STATUS)) {
            throw new IOException(name + (endedNanos > endNanos ? " took too long" : " ended with status " + status)
                + "; " + lastWords());
        }
        return lines(out);
    }

    /** Asks it to end, as a service is, and waits for that. */
    List<String> stop() throws IOException, InterruptedException {
        isStopped = true;
        process.destroy();
        return end();
    }

    List<String> errors() throws IOException {
        return lines(err);
    }

    long millis() {
        return TimeUnit.NANOSECONDS.toMillis(endedNanos - startNanos);
    }

    long peakKib() {
        return peakKib;
    }

    /** The sum of the peaks of the processes that it started. */
    long peakKibOfChildren() {
        return peakKibOfChild.values().stream().mapToLong(Long::longValue).sum();
    }

    Optional<AgentReport> report() throws IOException {
        return AgentReport.in(errors());
    }

    private String lastWords() throws IOException {
        List<String> all = errors();
        return "stderr is in " + err + (all.isEmpty() ? "" : ", and ends: "
            + String.join(" / ", all.subList(Math.max(0, all.size() - 3), all.size())));
    }

    private static List<String> lines(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    }

    /** Ends it by force if it still runs, with what it has started. */
    @Override
    public void close() {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        process.onExit().join();
    }
}
