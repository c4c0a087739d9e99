package dev.memalloc;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Address ranges for the states of slots. Those of closed heaps are kept, without memory, for heaps to come, so that a
 * program that opens and closes many does not map and unmap gigabytes of address space each time.
 */
final class StateRange {
    private static final Map<Long, Queue<Long>> RETIRED = new HashMap<>();

    private StateRange() {
    }

    /** A range of {@code size} bytes that says that all slots are free; it takes no memory until it is written. */
    static synchronized long reserve(Os os, long size) {
        Queue<Long> retired = RETIRED.get(size);
        return retired == null || retired.isEmpty() ? os.reserveWritable(size) : retired.remove();
    }

    /** Takes a range back, and its memory. */
    static synchronized void retire(Os os, long states, long size) {
        os.discard(states, size);
        Queue<Long> retired = RETIRED.get(size);
        if (retired == null) {
            retired = new ArrayDeque<>();
            RETIRED.put(size, retired);
        }
        retired.add(states);
    }
}
