package dev.memalloc.agent.boot;

/**
 * The line with the counts that is printed on stderr when the JVM ends, if it was asked for: one, however often the
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

    static String line(Counts.Snapshot counts) {
        return "memalloc agent: " + counts.allocations() + " direct buffers served, " + counts.frees() + " freed, "
            + counts.live() + " live with " + counts.liveBytes() + " bytes, at most "
            + counts.peakBytes() + " bytes at once";
    }

    private static final class Hook extends Thread {
        Hook() {
            super("memalloc-exit-report");
        }

        @Override
        public void run() {
            if (isAskedFor()) {
                System.err.println(line(Counts.OF_JVM.snapshot()));
            }
        }
    }
}
