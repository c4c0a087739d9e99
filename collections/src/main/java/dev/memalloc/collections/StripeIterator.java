package dev.memalloc.collections;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** An iterator over what {@code element} makes of a walk's entries. It is always one entry ahead. */
final class StripeIterator<T> implements Iterator<T> {
    private final StripeWalk walk;
    private final Function<StripeWalk, T> element;
    private T next;
    private String lastKey;

    StripeIterator(StripeWalk walk, Function<StripeWalk, T> element) {
        this.walk = walk;
        this.element = element;
        advance();
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public T next() {
        if (next == null) {
            throw new NoSuchElementException();
        }
        String key = walk.key();
        T element = next;
        advance();
        lastKey = key;
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

    private void advance() {
        next = walk.advance() ? element.apply(walk) : null;
    }
}
