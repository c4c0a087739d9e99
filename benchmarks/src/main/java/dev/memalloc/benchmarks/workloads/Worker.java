package dev.memalloc.benchmarks.workloads;

import java.util.Optional;
import org.HdrHistogram.Histogram;

/** One thread's part of a workload: all its methods are called by the same thread. */
interface Worker {
    /** Allocates what is live throughout. */
    default void fill() {
    }

    /**
     * Does a piece of the work, short enough to look at the clock between two of them.
     *
     * @return how many operations it was
     */
    long lap() throws InterruptedException;

    /** Frees all that is live, once every worker is through with its laps. */
    void drain();

    /** The latencies of single calls in nanoseconds, if that is what the workload measures. */
    default Optional<Histogram> latencies() {
        return Optional.empty();
    }
}
