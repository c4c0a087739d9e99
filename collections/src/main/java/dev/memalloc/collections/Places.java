package dev.memalloc.collections;

import java.util.ConcurrentModificationException;

/** A table as its iterators see it: entries that places name, until a change makes them invalid. */
abstract class Places {
    /** By how much the numbers of places differ that are next to each other. */
    static final int STEP = Integer.BYTES;

    /** The first place behind {@code place}; -1 if there is none. To begin with, give it 0. */
    abstract long next(long place);

    /**
     * Places that follow a place, if they are known at once: for each bit i, {@code place + (i + 1) * STEP}. There are
     * none between them.
     */
    int neighbours(long place) {
        return 0;
    }

    /** Removes an entry. The places of the others stay valid. */
    abstract void remove(long place);

    /** Grows with each change that makes places invalid, and with each removal. */
    abstract long changes();

    abstract void requireOpen();

    void requireChanges(long expected) {
        if (changes() != expected) {
            throw new ConcurrentModificationException(
                "keys were added to the map or removed meanwhile, and not by the iterator");
        }
    }
}
