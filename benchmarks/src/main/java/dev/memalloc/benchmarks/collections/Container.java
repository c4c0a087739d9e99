package dev.memalloc.benchmarks.collections;

import java.util.OptionalLong;

/** What all collections have in common here. */
interface Container extends AutoCloseable {
    /** How many elements there are. */
    long size();

    /** How much memory it has off the Java heap, as it says itself; empty if it is on the Java heap. */
    default OptionalLong bytes() {
        return OptionalLong.empty();
    }

    /** Whether its size is fixed when it is made. */
    default boolean presized() {
        return false;
    }

    /** Whether it is a collection at all, and not only the cost of making what is put into one. */
    default boolean remembers() {
        return true;
    }

    /** Throws {@link IllegalStateException} if it has another size. */
    default void requireSize(long size) {
        if (remembers() && size() != size) {
            throw new IllegalStateException(size() + " elements in place of " + size);
        }
    }

    @Override
    default void close() {
    }
}
