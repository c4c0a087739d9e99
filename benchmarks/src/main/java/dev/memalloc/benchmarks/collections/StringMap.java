package dev.memalloc.benchmarks.collections;

import java.util.OptionalLong;
import java.util.function.BiConsumer;

/** A map from strings to strings, as the benchmarks use it. */
interface StringMap extends AutoCloseable {
    void put(String key, String value);

    /** The value, or null. */
    String get(String key);

    /** Whether it has {@link #getAll}. */
    default boolean canGetAll() {
        return false;
    }

    /** Reads the values of several keys at once; null where there is none. */
    default void getAll(String[] keys, String[] values) {
        throw new UnsupportedOperationException();
    }

    /** Whether it was there. */
    boolean remove(String key);

    /** Hands all entries to an action. */
    void forEach(BiConsumer<String, String> action);

    long size();

    /** How much memory the map has off the Java heap, as it says itself; empty if it is on the Java heap. */
    default OptionalLong bytes() {
        return OptionalLong.empty();
    }

    /** Whether the map's size is fixed when it is made. */
    default boolean presized() {
        return false;
    }

    /** Whether it is a map at all, and not only the cost of making keys and values. */
    default boolean remembers() {
        return true;
    }

    @Override
    default void close() {
    }
}
