package dev.memalloc.benchmarks.collections;

/** A map from longs to longs, as the benchmarks use it. */
interface LongMap extends Container {
    void put(long key, long value);

    /** The value, or {@code otherwise}. */
    long get(long key, long otherwise);

    /** Whether it was there. */
    boolean remove(long key);

    /** Hands all entries to an action. */
    void forEach(Action action);

    /** What is done with a key and its value. */
    @FunctionalInterface
    interface Action {
        void accept(long key, long value);
    }
}
