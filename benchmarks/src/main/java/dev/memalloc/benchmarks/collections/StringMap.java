package dev.memalloc.benchmarks.collections;

import java.util.function.BiConsumer;

/** A map from strings to strings, as the benchmarks use it. */
interface StringMap extends Container {
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
}
