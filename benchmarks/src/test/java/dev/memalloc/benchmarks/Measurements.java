package dev.memalloc.benchmarks;

import java.util.List;

/** Measurements for tests. */
final class Measurements {
    private Measurements() {
    }

    static Measurement of(String workload, String allocator, int round, long nanosPerOperation) {
        return new Measurement(workload, allocator, "1, \"quoted\"", 1, round, 1000, 1000 * nanosPerOperation,
            100 << 20, 150 << 20, 75 << 20, List.of());
    }

    static Measurement withLatencies(Measurement of) {
        return new Measurement(of.workload(), of.allocator(), of.version(), of.threads(), of.round(), of.operations(),
            of.nanos(), of.bytesLivePeak(), of.bytesResidentPeak(), of.bytesResidentLater(),
            List.of(30L, 200L, 300L, 4000L, 50_000L));
    }
}
