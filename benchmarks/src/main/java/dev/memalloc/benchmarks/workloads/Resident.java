package dev.memalloc.benchmarks.workloads;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The resident memory of this process, as Linux counts it.
 *
 * <p>What is resident now is the sum over all mappings, which is exact. The peak is the kernel's own, which can be
 * some dozens of pages per processor behind.
 */
public final class Resident {
    private static final Path MAPPINGS = Path.of("/proc/self/smaps_rollup");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR_REFS = Path.of("/proc/self/clear_refs");
    /** What {@code clear_refs} takes as the order to set the peak to what is resident now. */
    private static final String RESET_PEAK = "5";

    private Resident() {
    }

    /** How many bytes are resident now. */
    public static long bytes() {
        return field(MAPPINGS, "Rss:");
    }

    /** The most bytes that were resident since {@link #resetPeak}. */
    public static long bytesPeak() {
        return Math.max(bytes(), field(STATUS, "VmHWM:"));
    }

    /** Forgets the peak so far. */
    public static void resetPeak() {
        try {
            Files.writeString(CLEAR_REFS, RESET_PEAK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long field(Path file, String name) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(name)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
            throw new IllegalStateException(file + " has no " + name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
