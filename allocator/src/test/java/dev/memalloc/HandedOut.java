package dev.memalloc;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * Slots of one size that come from and go to a heap which two threads have freed some slots of at once: finds one that
 * is handed out twice. One thread at a time is served: two that are handed out slots at once are another test.
 */
final class HandedOut {
    /** More than the caches of two threads hold of a size, so that both of two places come up in the meantime. */
    private static final int KEPT = 400;
    private static final int TRIES = 10_000;

    private final Heap heap;
    private final long size;
    private final ArrayDeque<Long> kept = new ArrayDeque<>();
    private final Set<Long> live = new HashSet<>();

    HandedOut(Heap heap, long size) {
        this.heap = heap;
        this.size = size;
    }

    /** A live slot. What is found to be in two places is passed over, as a program would that goes on. */
    synchronized long take() {
        for (int i = 0; i < TRIES; i++) {
            try {
                return heap.memalloc(size);
            } catch (IllegalStateException e) {
                if (!e.getMessage().startsWith("damaged heap")) {
                    throw e;
                }
            }
        }
        throw new IllegalStateException("the heap does not go on");
    }

    /** Takes some slots, and keeps them for a while; returns whether all that are kept are different. */
    synchronized boolean areApart() {
        boolean apart = true;
        for (int i = 0; i < 3; i++) {
            long slot = take();
            apart &= live.add(slot);
            kept.add(slot);
        }
        while (kept.size() > KEPT) {
            long slot = kept.remove();
            live.remove(slot);
            heap.memfree(slot);
        }
        return apart;
    }
}
