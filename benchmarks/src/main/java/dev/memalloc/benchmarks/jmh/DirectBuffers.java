package dev.memalloc.benchmarks.jmh;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
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

/** {@code ByteBuffer.allocateDirect}, whoever serves it: {@code benchmarks/run agent} says who does. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {
    "--sun-misc-unsafe-memory-access=allow", "-Xms1g", "-Xmx1g", "-XX:MaxDirectMemorySize=1g"})
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@State(Scope.Benchmark)
public class DirectBuffers {
    private static final int PAGE = 4096;
    private static final MethodHandle INVOKE_CLEANER = invokeCleaner();

    /** How large buffers are, in bytes. */
    @Param({"64", "1024", "65536", "1048576", "67108864"})
    public int bytes;

    /** Freed at once by its cleaner. */
    @Benchmark
    public int freed() throws Throwable {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        INVOKE_CLEANER.invokeExact(buffer);
        return buffer.capacity();
    }

    /** The same, after a byte was written to each of its pages. */
    @Benchmark
    public int writtenAndFreed() throws Throwable {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        for (int at = 0; at < bytes; at += PAGE) {
            buffer.put(at, (byte) 1);
        }
        INVOKE_CLEANER.invokeExact(buffer);
        return buffer.capacity();
    }

    /** Left to the garbage collector. */
    @Benchmark
    public ByteBuffer collected() {
        return ByteBuffer.allocateDirect(bytes);
    }

    private static MethodHandle invokeCleaner() {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field unsafe = type.getDeclaredField("theUnsafe");
            unsafe.setAccessible(true);
            return MethodHandles.lookup()
                .findVirtual(type, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                .bindTo(unsafe.get(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
