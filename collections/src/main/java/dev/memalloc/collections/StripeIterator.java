package dev.memalloc.collections;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** An iterator over what {@code element} makes of a walk's entries. It is always one entry ahead. */
final class StripeIterator<T> implements Iterator<T> {
    private final StripeWalk walk;
    private final Function<StripeWalk, T> element;
    /** What comes next, if that was looked for already. */
    private T next;
    private String lastKey;

    StripeIterator(StripeWalk walk, Function<StripeWalk, T> element) {
        this.walk = walk;
        this.element = element;
        hasNext();
    }

    @Override
    public boolean hasNext() {
        if (next == null && walk.advance()) {
            next = element.apply(walk);
        }
        return next != null;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        T element = next;
        next = null;
        lastKey = walk.key();
        return element;
    }

    @Override
    public void remove() {
        if (lastKey == null) {
            throw new IllegalStateException("there is no entry to be removed: call next() first");
        }
        walk.map().remove(lastKey);
        lastKey = null;
    }
}
