package dev.memalloc.demo;

import java.util.Locale;

/** A number of what a census took, in the order in which they are printed. */
enum Figure {
    MILLIS("time, from the JVM's start", Unit.MILLIS),
    FILES("files read", Unit.COUNT),
    UNUSABLE("  damaged or unreadable", Unit.COUNT),
    SKIPPED("  neither class file nor text", Unit.COUNT),
    BYTES_READ("  bytes in them", Unit.BYTES),
    OCCURRENCES("occurrences", Unit.COUNT),
    CONSTANTS("entries (different constants)", Unit.COUNT),
    BYTES_OFF_HEAP("collections, off the heap", Unit.BYTES),
    BUFFERS("direct buffers served", Unit.COUNT),
    BUFFER_BYTES("  bytes in them", Unit.BYTES),
    BUFFER_BYTES_PEAK("  bytes live at most", Unit.BYTES),
    COLLECTIONS("garbage collections", Unit.COUNT),
    PAUSE_MILLIS("  time that they paused it", Unit.MILLIS),
    HEAP_USED("heap used, after a last one", Unit.BYTES),
    RESIDENT("resident memory, after it", Unit.BYTES),
    RESIDENT_FILES("  of it mapped files", Unit.BYTES),
    RESIDENT_PEAK("  at most", Unit.BYTES);

    private final String label;
    private final Unit unit;

    Figure(String label, Unit unit) {
        this.label = label;
        this.unit = unit;
    }

    String label() {
        return label;
    }

    String format(long value) {
        return switch (unit) {
            case COUNT -> String.format(Locale.ROOT, "%,d", value);
            case MILLIS -> String.format(Locale.ROOT, "%,d ms", value);
            case BYTES -> formatBytes(value);
        };
    }

    private static String formatBytes(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " bytes";
        }
        return bytes < 1 << 20
            ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
            : String.format(Locale.ROOT, "%,.1f MiB", bytes / 1024.0 / 1024.0);
    }

    private enum Unit { COUNT, MILLIS, BYTES }
}
