package dev.memalloc.benchmarks.workloads;

import java.time.Duration;
import java.util.List;

/** A pattern of allocation that allocators are compared on; docs/BENCHMARKS.md has all parameters. */
public interface Workload {
    /** What it is called on the command line. */
    String name();

    /** What it does, in a line. */
    String about();

    /** How many blocks are live at once, at most, with so many threads; 0 if that depends on the run. */
    default long blocksLive(int threads) {
        return 0;
    }

    /** Whether it can be run with several threads. */
    default boolean parallel() {
        return true;
    }

    /** Whether a block may be freed by another thread than that which allocated it. */
    default boolean handsOver() {
        return false;
    }

    /** How many laps each worker does; {@link Integer#MAX_VALUE} to go on until the time is over. */
    default int lapsMax() {
        return Integer.MAX_VALUE;
    }

    /** How long nothing is allocated or freed after the last lap, until resident memory is read once more. */
    default Duration rest() {
        return Duration.ZERO;
    }

    /** The workers for a load; what they share is made here. */
    List<? extends Worker> workers(Load load);
}
