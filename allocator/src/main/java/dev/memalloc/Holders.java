package dev.memalloc;

import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What holds the memory of a heap, as text for who is refused more; about, while other threads run. */
final class Holders {
    private static final int CLASSES_MAX = 3;

    private Holders() {
    }

    static String of(SizeClasses classes, BulkStats bulk) {
        String small = IntStream.rangeClosed(1, SlotSizes.COUNT).boxed()
            .sorted(Comparator.comparingLong(n -> -bytes(classes, n)))
            .limit(CLASSES_MAX)
            .filter(n -> bytes(classes, n) > 0)
            .map(n -> classes.inUse(n) + " of up to " + SlotSizes.stride(n) + " bytes")
            .collect(Collectors.joining(", "));
        return "held by " + blocks(bulk.mappingsLive(), "mappings", bulk.bytesMapped())
            + ", " + blocks(bulk.blocksLive(), "blocks above " + SlotSizes.SIZE_MAX + " bytes", bulk.bytesInBlocks())
            + ", and " + classes.inUse() + " smaller ones" + (small.isEmpty() ? "" : ", mostly " + small);
    }

    private static String blocks(long count, String what, long bytes) {
        return count + " " + what + (count == 0 ? "" : " (" + bytes + " bytes)");
    }

    private static long bytes(SizeClasses classes, int n) {
        return classes.inUse(n) * SlotSizes.stride(n);
    }
}
