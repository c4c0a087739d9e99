package dev.memalloc.benchmarks.workloads;

import java.time.Duration;

/**
 * How long each worker repeats its laps: until the time is over or it has done so many, whichever is first.
 *
 * @param time the time
 * @param lapsMax the number of laps
 */
public record Effort(Duration time, int lapsMax) {
    /** For that long. */
    public static Effort of(Duration time) {
        return new Effort(time, Integer.MAX_VALUE);
    }

    /** So many laps, however long they take: the same work each time. */
    public static Effort laps(int laps) {
        return new Effort(Duration.ofDays(1), laps);
    }

    Effort atMost(int laps) {
        return new Effort(time, Math.min(laps, lapsMax));
    }

    /** Does the laps of a worker, and returns how many operations they were. */
    long spend(Worker worker) throws InterruptedException {
        long start = System.nanoTime();
        long operations = 0;
        for (int lap = 0; lap < lapsMax && System.nanoTime() - start < time.toNanos(); lap++) {
            operations += worker.lap();
        }
        return operations;
    }
}
