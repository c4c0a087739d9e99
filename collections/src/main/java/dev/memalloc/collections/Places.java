package dev.memalloc.collections;

import java.util.ConcurrentModificationException;

/** A table as its iterators see it: entries that places name, until a change makes them invalid. */
abstract class Places {
    /** The first place behind {@code place}; -1 if there is none. To begin with, give it 0. */
    abstract long next(long place);

    /** Removes an entry. The places of the others stay valid. */
    abstract void remove(long place);

    /** Grows with each change that makes places invalid, and with each removal. */
    abstract long changes();

    abstract void requireOpen();

    void requireChanges(long expected) {
        if (changes() != expected) {
            throw new ConcurrentModificationException("the map was changed, and not through its iterator");
        }
    }
}
