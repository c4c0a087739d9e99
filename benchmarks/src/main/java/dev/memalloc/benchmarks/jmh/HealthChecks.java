package dev.memalloc.benchmarks.jmh;

import dev.memalloc.Heap;
import dev.memalloc.HeapStats;
import dev.memalloc.LiveBlock;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What is called from a health check: on a heap with many live blocks, a tenth of them above 8 KiB, some freed. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class HealthChecks {
    private static final int SMALL_MAX = 1024;
    private static final int LARGE_MAX = 20_000;

    /** How many blocks are allocated. */
    @Param({"10000", "1000000"})
    public int blocks;

    private Heap heap;

    /** Fills the heap; every fifth block is freed. */
    @Setup
    public void fill() {
        heap = new Heap();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < blocks; i++) {
            long block = heap.memalloc(random.nextInt(1, i % 10 == 0 ? LARGE_MAX : SMALL_MAX));
            if (i % 5 == 1) {
                heap.memfree(block);
            }
        }
    }

    /** The heap's memory goes back. */
    @TearDown
    public void close() {
        heap.close();
    }

    /** Every invariant. */
    @Benchmark
    public void check() {
        heap.check();
    }

    /** The figures. */
    @Benchmark
    public HeapStats stats() {
        return heap.stats();
    }

    /** Every live block. */
    @Benchmark
    public void forEachLive(Blackhole blackhole) {
        heap.forEachLive((LiveBlock block) -> blackhole.consume(block.size()));
    }
}
