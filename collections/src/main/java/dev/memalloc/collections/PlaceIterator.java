package dev.memalloc.collections;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.LongFunction;

/** An iterator over the places of a table, which throws once they may have changed. */
final class PlaceIterator<T> implements Iterator<T> {
    private final Places table;
    private final LongFunction<T> at;
    private long changes;
    private long next;
    /** Those that follow {@code next}, as the table told. */
    private int neighbours;
    private long last = -1;

    /** Iterates over a table, and gives out what {@code at} says for each place. */
    PlaceIterator(Places table, LongFunction<T> at) {
        this.table = table;
        this.at = at;
        changes = table.changes();
        moveBehind(0);
    }

    private void moveBehind(long place) {
        if (neighbours != 0) {
            int steps = Integer.numberOfTrailingZeros(neighbours) + 1;
            next = place + (long) steps * Places.STEP;
            neighbours >>>= steps;
        } else {
            next = table.next(place);
            neighbours = next < 0 ? 0 : table.neighbours(next);
        }
    }

    @Override
    public boolean hasNext() {
        table.requireOpen();
        return next >= 0;
    }

    @Override
    public T next() {
        table.requireChanges(changes);
        if (next < 0) {
            throw new NoSuchElementException();
        }
        T element = at.apply(next);
        last = next;
        moveBehind(next);
        return element;
    }

    @Override
    public void remove() {
        if (last < 0) {
            throw new IllegalStateException("there is no entry to be removed: call next() first");
        }
        table.requireChanges(changes);
        table.remove(last);
        last = -1;
        changes = table.changes();
    }
}
