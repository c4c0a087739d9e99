package dev.memalloc.collections;

import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** An iterator over the places of a string table, which throws once they may have changed. */
abstract class PlaceIterator<T> implements Iterator<T> {
    private final StringTable table;
    private final Object owner;
    private long changes;
    private long next;
    private long last = -1;

    /** Iterates over a table, and keeps its owner reachable. */
    PlaceIterator(StringTable table, Object owner) {
        this.table = table;
        this.owner = owner;
        changes = table.changes();
        next = table.next(0);
        Reference.reachabilityFence(owner);
    }

    /** What the iterator gives out for a place. */
    abstract T at(long place);

    @Override
    public final boolean hasNext() {
        return next >= 0;
    }

    @Override
    public final T next() {
        try {
            table.requireChanges(changes);
            if (next < 0) {
                throw new NoSuchElementException();
            }
            T element = at(next);
            last = next;
            next = table.next(next);
            return element;
        } finally {
            Reference.reachabilityFence(owner);
        }
    }

    @Override
    public final void remove() {
        try {
            if (last < 0) {
                throw new IllegalStateException("there is no entry to be removed: call next() first");
            }
            table.requireChanges(changes);
            table.remove(last);
            last = -1;
            changes = table.changes();
        } finally {
            Reference.reachabilityFence(owner);
        }
    }
}
