package dev.memalloc.agent;

import dev.memalloc.agent.boot.Counts;

/**
 * The line with the counts that is printed on stderr when the JVM ends. Live buffers in it need not be leaks: those
 * that were not collected yet are among them.
 */
final class ExitReport {
    private static final String NAME = "memalloc-exit-report";

    private ExitReport() {
    }

    static void register() {
        Runtime.getRuntime().addShutdownHook(
            new Thread(() -> System.err.println(line(Counts.OF_JVM.snapshot())), NAME));
    }

    static String line(Counts.Snapshot counts) {
        return "memalloc agent: " + counts.allocations() + " direct buffers served, " + counts.frees() + " freed, "
            + counts.live() + " live with " + counts.liveBytes() + " bytes, at most "
            + counts.peakBytes() + " bytes at once";
    }
}
