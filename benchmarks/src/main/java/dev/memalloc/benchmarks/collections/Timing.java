package dev.memalloc.benchmarks.collections;

import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/** How long something takes. */
final class Timing {
    private static final double NANOS_PER_SECOND = 1e9;
    /** The JVM is warm once it compiles for less than this part of the time. */
    private static final double COMPILING_MAX = 0.01;
    private static final int WARM_UPS_MAX = 20;

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

    /** Does what is measured later, on a smaller scale, until the JVM has compiled it; or the time is over. */
    static void warmUp(double seconds, Runnable cycle) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long start = System.nanoTime();
        long before = start;
        long compiling = compiler.getTotalCompilationTime();
        for (int i = 0; i < WARM_UPS_MAX && before - start < nanos(seconds); i++) {
            cycle.run();
            long compiled = compiler.getTotalCompilationTime();
            long now = System.nanoTime();
            if (compiled - compiling < COMPILING_MAX * millis(now - before)) {
                return;
            }
            compiling = compiled;
            before = now;
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
