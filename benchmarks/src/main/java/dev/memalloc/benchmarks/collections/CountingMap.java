package dev.memalloc.benchmarks.collections;

import java.util.function.ObjIntConsumer;

/** A map from strings to counts, as the benchmarks use it. */
interface CountingMap extends Container {
    /** Counts one more of it; returns how often it was counted now. */
    int increment(String key);

    /** How often it was counted. */
    int count(String key);

    /** Hands all entries to an action. */
    void forEach(ObjIntConsumer<String> action);
}
