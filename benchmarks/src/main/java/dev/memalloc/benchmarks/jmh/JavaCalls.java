package dev.memalloc.benchmarks.jmh;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Single calls of what hands out Java objects, as its users call it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {
    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:+UseSerialGC",
    "-Xms1g", "-Xmx1g", "-Dio.netty.noUnsafe=true", "-Dio.netty.leakDetection.level=disabled"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class JavaCalls {
    private static final byte MARK = 0x5A;

    @Param({"16", "64", "1024", "16384"})
    int size;

    private final ByteBufAllocator pooled = PooledByteBufAllocator.DEFAULT;
    private final ByteBufAllocator adaptive = new AdaptiveByteBufAllocator();

    /** One arena for one segment. */
    @Benchmark
    public void confinedArena() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(size);
            segment.set(ValueLayout.JAVA_BYTE, 0, MARK);
            segment.set(ValueLayout.JAVA_BYTE, size - 1, MARK);
        }
    }

    /** Freed by the garbage collector, whose time is in the figure. */
    @Benchmark
    public ByteBuffer allocateDirect() {
        return ByteBuffer.allocateDirect(size).put(0, MARK).put(size - 1, MARK);
    }

    @Benchmark
    public void nettyPooled() {
        pair(pooled);
    }

    @Benchmark
    public void nettyAdaptive() {
        pair(adaptive);
    }

    private void pair(ByteBufAllocator allocator) {
        ByteBuf buffer = allocator.directBuffer(size);
        buffer.setByte(0, MARK).setByte(size - 1, MARK);
        buffer.release();
    }
}
