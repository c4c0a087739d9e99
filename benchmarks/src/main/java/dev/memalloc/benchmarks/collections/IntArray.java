package dev.memalloc.benchmarks.collections;

/** An array of ints whose length is fixed, as the benchmarks use it. */
interface IntArray extends AutoCloseable {
    int get(long index);

    void set(long index, int value);

    /** The sum of all elements. */
    long sum();

    /** Sets all elements. */
    void fill(int value);

    /** Copies all elements to an array of Java of the same length. */
    void copyTo(int[] target);

    /** Copies all elements of an array of Java of the same length. */
    void copyFrom(int[] source);

    @Override
    default void close() {
    }
}
