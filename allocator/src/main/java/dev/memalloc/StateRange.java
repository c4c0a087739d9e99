package dev.memalloc;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Address ranges for the states of slots, which are never unmapped: a state is read without a lock, maybe just when
 * its heap is closed by another thread. So ranges of closed heaps are kept, without memory, for heaps to come; the one
 * that was retired first is used again first.
 */
final class StateRange {
    private static final Map<Long, Queue<Long>> RETIRED = new HashMap<>();

    private StateRange() {
    }

    /** A range of {@code size} bytes that can be read and says that all slots are free; to be committed for writing. */
    static synchronized long reserve(Os os, long size) {
        Queue<Long> retired = RETIRED.get(size);
        return retired == null || retired.isEmpty() ? os.reserveReadable(size) : retired.remove();
    }

    /** Takes a range back, and its memory. */
    static synchronized void retire(Os os, long states, long size) {
        os.discard(states, size);
        RETIRED.computeIfAbsent(size, any -> new ArrayDeque<>()).add(states);
    }
}
