package dev.memalloc.collections;

import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.Function;

/** A spliterator over what {@code element} makes of a walk's entries; it splits between stripes. */
final class StripeSpliterator<T> implements Spliterator<T> {
    private final StripeWalk walk;
    private final Function<StripeWalk, T> element;
    private final int characteristics;

    StripeSpliterator(StripeWalk walk, Function<StripeWalk, T> element, int characteristics) {
        this.walk = walk;
        this.element = element;
        this.characteristics = characteristics;
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        Objects.requireNonNull(action, "action");
        if (!walk.advance()) {
            return false;
        }
        action.accept(element.apply(walk));
        return true;
    }

    @Override
    public Spliterator<T> trySplit() {
        StripeWalk other = walk.split();
        return other == null ? null : new StripeSpliterator<>(other, element, characteristics);
    }

    @Override
    public long estimateSize() {
        return walk.left();
    }

    @Override
    public int characteristics() {
        return characteristics | CONCURRENT | NONNULL;
    }
}
