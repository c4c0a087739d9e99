package dev.memalloc.benchmarks.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
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

/** The JDK's other ways to native memory, whoever serves them: {@code benchmarks/run agent} says who does. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "-Xms1g", "-Xmx1g"})
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@State(Scope.Benchmark)
public class JdkMemory {
    private static final MethodHandle ALLOCATE =
        unsafe("allocateMemory", MethodType.methodType(long.class, long.class));
    private static final MethodHandle FREE = unsafe("freeMemory", MethodType.methodType(void.class, long.class));

    /** How large blocks are, in bytes. */
    @Param({"64", "1024"})
    public long bytes;

    /** By {@code sun.misc.Unsafe}. */
    @Benchmark
    public long unsafe() throws Throwable {
        long address = (long) ALLOCATE.invokeExact(bytes);
        FREE.invokeExact(address);
        return address;
    }

    /** A segment of an arena that is closed at once. */
    @Benchmark
    public byte confinedArena() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(bytes);
            segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            return segment.get(ValueLayout.JAVA_BYTE, bytes - 1);
        }
    }

    private static MethodHandle unsafe(String method, MethodType type) {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field field = unsafe.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return MethodHandles.lookup().findVirtual(unsafe, method, type).bindTo(field.get(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
