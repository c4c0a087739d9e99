package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * One run of a workload in this JVM: all workers fill, warm up, are timed together, and drain.
 *
 * <p>The clock runs from the moment at which all have warmed up to that at which the last has done its laps.
 */
public final class Run {
    private final Workload workload;
    private final Allocator allocator;
    private final double scale;
    private final Effort warmUp;
    private final Effort timed;
    private final LiveBytes live = new LiveBytes();
    private final List<? extends Worker> workers;
    private final Phaser phases;
    private final LongAdder operations = new LongAdder();

    private long residentBefore;
    private long startNanos;
    private long nanos;
    private long residentPeak;
    private long residentLater;

    private Run(Workload workload, Allocator allocator, int threads, double scale, Effort warmUp, Effort timed) {
        this.workload = workload;
        this.allocator = allocator;
        this.scale = scale;
        this.warmUp = warmUp;
        this.timed = timed.atMost(workload.lapsMax());
        workers = workload.workers(new Load(allocator, threads, scale, live));
        phases = new Phaser(workers.size()) {
            @Override
            protected boolean onAdvance(int phase, int registered) {
                if (phase == 0) {
                    startNanos = System.nanoTime();
                } else {
                    end();
                }
                return false;
            }
        };
    }

    /**
     * Runs a workload.
     *
     * @param threads how many threads allocate
     * @param scale 1 for the documented parameters, less for a smaller run
     * @param warmUp the laps before the clock starts
     * @param timed the laps that count
     * @throws IllegalStateException if a worker fails
     */
    public static Outcome of(
            Workload workload, Allocator allocator, int threads, double scale, Effort warmUp, Effort timed)
            throws InterruptedException {
        allocator.threadStart();
        try {
            return new Run(workload, allocator, threads, scale, warmUp, timed).run();
        } finally {
            allocator.threadEnd();
        }
    }

    private Outcome run() throws InterruptedException {
        Resident.resetPeak();
        residentBefore = Resident.bytes();
        Threads.run(allocator, workers.stream().map(worker -> (Threads.Task) () -> work(worker)).toList(),
                phases::forceTermination);
        return new Outcome(operations.sum(), nanos, live.peak(), residentPeak, residentLater, latencies());
    }

    private void work(Worker worker) throws Exception {
        worker.fill();
        warmUp.spend(worker);
        worker.latencies().ifPresent(Histogram::reset);
        awaitOthers();
        operations.add(timed.spend(worker));
        awaitOthers();
        worker.drain();
    }

    /** Waits for all workers; a failure of one of them, also an earlier one, ends the wait. */
    private void awaitOthers() throws InterruptedException {
        if (phases.awaitAdvanceInterruptibly(phases.arrive()) < 0) {
            throw new CancellationException("another worker failed");
        }
    }

    /** Runs in the last worker to arrive, while the others wait. */
    private void end() {
        nanos = System.nanoTime() - startNanos;
        residentPeak = Resident.bytesPeak() - residentBefore;
        try {
            Thread.sleep((long) (workload.rest().toMillis() * scale));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        residentLater = Resident.bytes() - residentBefore;
    }

    private Optional<Histogram> latencies() {
        return workers.stream().flatMap(worker -> worker.latencies().stream()).reduce((all, more) -> {
            all.add(more);
            return all;
        });
    }
}
