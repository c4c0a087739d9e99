package dev.memalloc.benchmarks.collections;

/** A list of ints that grows, as the benchmarks use it. */
interface IntList extends Container {
    void add(int value);

    int get(long index);
}
