package dev.memalloc.benchmarks.workloads;

import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * What one run of a workload came to. Resident memory is what the run has added to the process.
 *
 * @param operations how many operations all workers did together
 * @param nanos how long that took them, in wall time
 * @param bytesLivePeak the most requested bytes that were live at once
 * @param bytesResidentPeak the most resident memory
 * @param bytesResidentLater resident memory after the workload's rest
 * @param latencies the latencies of single calls, where the workload measures them
 */
public record Outcome(
    long operations,
    long nanos,
    long bytesLivePeak,
    long bytesResidentPeak,
    long bytesResidentLater,
    Optional<Histogram> latencies) {
}
