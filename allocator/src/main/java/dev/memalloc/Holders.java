package dev.memalloc;

import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What holds the memory of a heap, as text for who is refused more; about, while other threads run. */
final class Holders {
    private static final int CLASSES_MAX = 3;

    private Holders() {
    }

    /** The slots of one size class that are in use, as they were at one moment. */
    private record InUse(long slots, int stride) {
        long bytes() {
            return slots * stride;
        }
    }

    static String of(SizeClasses classes, BulkStats bulk) {
        String small = IntStream.rangeClosed(1, SlotSizes.COUNT)
            .mapToObj(n -> new InUse(classes.inUse(n), SlotSizes.stride(n)))
            .filter(each -> each.slots > 0)
            .sorted(Comparator.comparingLong(InUse::bytes).reversed())
            .limit(CLASSES_MAX)
            .map(each -> each.slots + " of up to " + each.stride + " bytes")
            .collect(Collectors.joining(", "));
        return "held by " + blocks(bulk.mappingsLive(), "mappings", bulk.bytesMapped())
            + ", " + blocks(bulk.blocksLive(), "blocks above " + SlotSizes.SIZE_MAX + " bytes", bulk.bytesInBlocks())
            + ", and " + classes.inUse() + " smaller ones" + (small.isEmpty() ? "" : ", mostly " + small);
    }

    private static String blocks(long count, String what, long bytes) {
        return count + " " + what + (count == 0 ? "" : " (" + bytes + " bytes)");
    }
}
