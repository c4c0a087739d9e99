package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;

/**
 * What a workload is given.
 *
 * @param allocator what to allocate with
 * @param threads how many threads allocate
 * @param scale 1 for the documented parameters; less for the warm-up of the JVM, and for tests
 * @param live where to count live bytes
 */
record Load(Allocator allocator, int threads, double scale, LiveBytes live) {
    /** A documented count, scaled; at least 1. */
    int scaled(int count) {
        return (int) scaled((long) count);
    }

    /** A documented count, scaled; at least 1. */
    long scaled(long count) {
        return Math.max(1, (long) (count * scale));
    }
}
