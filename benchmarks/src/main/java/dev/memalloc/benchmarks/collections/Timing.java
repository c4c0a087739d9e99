package dev.memalloc.benchmarks.collections;

import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/** How long something takes. */
final class Timing {
    private static final double NANOS_PER_SECOND = 1e9;
    /** The JVM is warm once it compiles for less than this part of the time. */
    private static final double COMPILING_MAX = 0.01;
    /** So many times in a row. */
    private static final int QUIET_MIN = 2;

    private Timing() {
    }

    /** A piece of the work, short enough to look at the clock between two of them. */
    @FunctionalInterface
    interface Lap {
        /** Does it; returns how many operations it was. */
        int run();
    }

    /** Does laps until the time is over, one at least; returns the nanoseconds that an operation took. */
    static double nanosPerOperation(double seconds, Lap lap) {
        long operations = 0;
        long nanos;
        long start = System.nanoTime();
        do {
            operations += lap.run();
            nanos = System.nanoTime() - start;
        } while (nanos < nanos(seconds));
        return (double) nanos / operations;
    }

    /**
     * Does what is measured later, on a smaller scale, until the JVM has compiled it, which takes a third of the time
     * at least; or until the time is over.
     */
    static void warmUp(double seconds, Runnable cycle) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long start = System.nanoTime();
        long before = start;
        long compiling = compiler.getTotalCompilationTime();
        int quiet = 0;
        while (quiet < QUIET_MIN || before - start < nanos(seconds) / 3) {
            cycle.run();
            long compiled = compiler.getTotalCompilationTime();
            long now = System.nanoTime();
            quiet = compiled - compiling < COMPILING_MAX * millis(now - before) ? quiet + 1 : 0;
            compiling = compiled;
            before = now;
            if (now - start > nanos(seconds)) {
                return;
            }
        }
    }

    static long nanos(double seconds) {
        return (long) (seconds * NANOS_PER_SECOND);
    }

    static double millis(long nanos) {
        return nanos / 1e6;
    }

    /** How many milliseconds the JVM has stopped for collecting garbage, up to now. */
    static long collectionMillis() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
            .sum();
    }
}
