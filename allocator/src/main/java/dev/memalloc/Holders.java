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
        return "held by " + count(bulk.mappingsLive(), "mapping") + bytes(bulk.bytesMapped())
            + ", " + count(bulk.blocksLive(), "block") + " above " + SlotSizes.SIZE_MAX + " bytes"
            + bytes(bulk.bytesInBlocks())
            + ", and " + count(classes.inUse(), "smaller one") + (small.isEmpty() ? "" : ", mostly " + small);
    }

    /** So many of them, in words. */
    static String count(long n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    private static String bytes(long bytes) {
        return bytes == 0 ? "" : " (" + bytes + " bytes)";
    }
}
