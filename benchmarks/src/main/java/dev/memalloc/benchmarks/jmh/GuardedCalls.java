package dev.memalloc.benchmarks.jmh;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import dev.memalloc.internal.RawMemory;
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

/** What it costs to guard one of so many blocks: each is allocated, written to and freed. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class GuardedCalls {
    private static final byte MARK = 0x5A;

    /** Of how many blocks one is guarded. */
    @Param({"0", "10000", "1000", "100", "1"})
    public int interval;

    /** How large blocks are, in bytes. */
    @Param({"64", "16384"})
    public int bytes;

    private Heap heap;

    /** A heap of its own. */
    @Setup
    public void open() {
        heap = new Heap(HeapOptions.defaults().withGuardInterval(interval));
    }

    /** The heap's memory goes back. */
    @TearDown
    public void close() {
        heap.close();
    }

    /** Returns the address, so that nothing is left out. */
    @Benchmark
    public long allocateAndFree() {
        long block = heap.memalloc(bytes);
        RawMemory.putByte(block, MARK);
        heap.memfree(block);
        return block;
    }
}
