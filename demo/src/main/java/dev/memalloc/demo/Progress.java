package dev.memalloc.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How far a census is, on stderr: on a terminal one line that changes, elsewhere a line every few seconds. */
final class Progress {
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    private final PrintStream out;
    private final boolean terminal;
    private final long intervalNanos;
    private final String title;
    private long nextNanos;

    private Progress(PrintStream out, boolean terminal, String title) {
        this.out = out;
        this.terminal = terminal;
        this.title = title;
        intervalNanos = terminal ? TimeUnit.MILLISECONDS.toNanos(100) : TimeUnit.SECONDS.toNanos(2);
        nextNanos = System.nanoTime() + intervalNanos;
    }

    static Progress onStderr(String title) {
        return new Progress(System.err, isTerminal(), title);
    }

    /** Shows nothing. */
    static Progress silent() {
        return new Progress(new PrintStream(OutputStream.nullOutputStream()), false, "");
    }

    /** Shows how far the tally is, if it is time to. */
    void show(Tally tally) {
        if (System.nanoTime() - nextNanos >= 0) {
            nextNanos = System.nanoTime() + intervalNanos;
            print(tally, terminal ? "" : System.lineSeparator());
        }
    }

    /** Shows how far the tally got. */
    void end(Tally tally) {
        print(tally, System.lineSeparator());
    }

    /** Leaves a line that was to change, for another one to be printed. */
    void breakOff() {
        if (terminal) {
            out.println();
        }
    }

    private void print(Tally tally, String end) {
        out.print((terminal ? "\r" : "") + String.format(Locale.ROOT, "%s: %,d files, %,d occurrences of %,d constants",
            title, tally.files(), tally.occurrences(), tally.constants()) + end);
        out.flush();
    }

    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(STDERR).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
