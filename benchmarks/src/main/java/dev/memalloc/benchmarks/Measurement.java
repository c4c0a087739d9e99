package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.workloads.Outcome;
import java.util.List;

/**
 * One row of raw results: what one JVM measured.
 *
 * @param workload the workload's name
 * @param allocator the allocator's name
 * @param version the allocator's version
 * @param threads how many threads allocated
 * @param round the round in which it was run, from 1 on
 * @param operations how many operations all threads did together
 * @param nanos how long that took, in wall time
 * @param bytesLivePeak the most requested bytes that were live at once
 * @param bytesResidentPeak the most resident memory that the run added to the process
 * @param bytesResidentLater that memory after the workload's rest
 * @param latencies nanoseconds of a single call at the quantiles {@link #QUANTILES}; empty if not measured
 */
record Measurement(
    String workload,
    String allocator,
    String version,
    int threads,
    int round,
    long operations,
    long nanos,
    long bytesLivePeak,
    long bytesResidentPeak,
    long bytesResidentLater,
    List<Long> latencies) {

    /** Where latencies are read, in percent; the last is the maximum. */
    static final List<Double> QUANTILES = List.of(50.0, 99.0, 99.9, 99.99, 100.0);
    /** Below it, resident memory says more about the JVM than about the allocator. */
    private static final long BYTES_LIVE_MIN = 16 << 20;

    static Measurement of(
            String workload, String allocator, String version, int threads, int round, Outcome outcome) {
        List<Long> latencies = outcome.latencies()
            .map(histogram -> QUANTILES.stream().map(histogram::getValueAtPercentile).toList())
            .orElse(List.of());
        return new Measurement(workload, allocator, version, threads, round, outcome.operations(), outcome.nanos(),
            outcome.bytesLivePeak(), outcome.bytesResidentPeak(), outcome.bytesResidentLater(), latencies);
    }

    /** Wall time for one operation of all threads together: half of it if twice the threads do twice the work. */
    double nanosPerOperation() {
        return (double) nanos / operations;
    }

    /** Whether so much was live that resident memory can be compared with it. */
    boolean saysMemory() {
        return bytesLivePeak >= BYTES_LIVE_MIN;
    }

    double residentOverLive() {
        return (double) bytesResidentPeak / bytesLivePeak;
    }

    /** What part of the peak is still resident after the rest. */
    double laterOverPeak() {
        return (double) bytesResidentLater / bytesResidentPeak;
    }
}
