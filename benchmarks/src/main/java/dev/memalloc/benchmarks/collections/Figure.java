package dev.memalloc.benchmarks.collections;

/**
 * One thing that was measured.
 *
 * @param name what
 * @param unit {@code ns} for an operation, {@code ms}, {@code B} or {@code MiB} of memory, or nothing
 * @param value how much
 */
public record Figure(String name, String unit, double value) {
    /** The unit of an operation's time. */
    public static final String NANOS = "ns";

    static Figure nanos(String name, double value) {
        return new Figure(name, NANOS, value);
    }

    static Figure millis(String name, double value) {
        return new Figure(name, "ms", value);
    }

    static Figure bytes(String name, double value) {
        return new Figure(name, "B", value);
    }

    static Figure mebibytes(String name, long bytes) {
        return new Figure(name, "MiB", bytes / (double) (1 << 20));
    }
}
