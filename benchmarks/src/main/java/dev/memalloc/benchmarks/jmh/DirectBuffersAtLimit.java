package dev.memalloc.benchmarks.jmh;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

/** A direct buffer that is refused: the limit is reached by live ones, so that nothing is left to be collected. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:MaxDirectMemorySize=64m"})
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@State(Scope.Benchmark)
public class DirectBuffersAtLimit {
    /** How large buffers are, in bytes. */
    @Param("1048576")
    public int bytes;

    private List<ByteBuffer> live;

    /** Takes what there is. */
    @Setup
    public void fill() {
        live = new ArrayList<>();
        try {
            while (true) {
                live.add(ByteBuffer.allocateDirect(bytes));
            }
        } catch (OutOfMemoryError e) {
            // Now there is none left.
        }
    }

    /** Refused. */
    @Benchmark
    public String refused() {
        try {
            return ByteBuffer.allocateDirect(bytes).toString();
        } catch (OutOfMemoryError e) {
            return e.getMessage();
        }
    }
}
