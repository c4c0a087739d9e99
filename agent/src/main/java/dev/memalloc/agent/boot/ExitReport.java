package dev.memalloc.agent.boot;

import java.util.Arrays;
import java.util.List;

/**
 * What is printed of the counts on stderr when the JVM ends, if it was asked for: once, however often the
 * agent was started. Live buffers in it need not be leaks: those that were not collected yet are among them.
 * Thread-safe.
 */
public final class ExitReport {
    private static boolean isAskedFor;
    private static boolean isHooked;

    private ExitReport() {
    }

    /** Has the report printed at the end, or not printed; the latest call counts. */
    public static synchronized void ask(boolean wanted) {
        isAskedFor = wanted;
        if (wanted && !isHooked) {
            try {
                Runtime.getRuntime().addShutdownHook(new Hook());
                isHooked = true;
            } catch (IllegalStateException e) {
                // The JVM is ending: too late to be asked.
            }
        }
    }

    static synchronized boolean isAskedFor() {
        return isAskedFor;
    }

    /** A line for direct buffers, and one for each other kind of which there were any. */
    static List<String> lines(List<Counts.Snapshot> counts) {
        return Arrays.stream(Kind.values())
            .filter(kind -> kind == Kind.DIRECT || counts.get(kind.ordinal()).allocations() > 0)
            .map(kind -> line(kind, counts.get(kind.ordinal())))
            .toList();
    }

    private static String line(Kind kind, Counts.Snapshot counts) {
        return "memalloc agent: " + counts.allocations() + " " + kind.plural + " served, " + counts.frees() + " freed, "
            + counts.live() + " live with " + counts.liveBytes() + " bytes"
            + (kind == Kind.DIRECT ? ", at most " + counts.peakBytes() + " bytes at once" : "");
    }

    private static final class Hook extends Thread {
        Hook() {
            super("memalloc-exit-report");
        }

        @Override
        public void run() {
            if (isAskedFor()) {
                lines(Counts.OF_JVM.snapshots()).forEach(System.err::println);
            }
        }
    }
}
