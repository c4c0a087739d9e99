package dev.memalloc.benchmarks.jmh;

import dev.memalloc.benchmarks.allocators.Allocator;
import dev.memalloc.benchmarks.allocators.Opponent;
import dev.memalloc.internal.RawMemory;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Single calls of memalloc and of the allocators that deal in addresses, each in a JVM of its own. Every block that
 * is allocated is written to and freed.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {
    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:+UseSerialGC"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SingleCalls {
    private static final byte MARK = 0x5A;

    /** The allocator of this JVM. */
    @State(Scope.Benchmark)
    public static class OneAllocator {
        @Param({"memalloc", "glibc", "jemalloc", "mimalloc", "tcmalloc", "lwjgl-jemalloc", "lwjgl-rpmalloc"})
        String name;

        Allocator allocator;

        @Setup
        public void open() {
            allocator = Opponent.named(name).open();
            allocator.threadStart();
        }
    }

    /** A size for blocks. */
    @State(Scope.Benchmark)
    public static class Size {
        @Param({"16", "64", "1024", "16384"})
        int bytes;
    }

    /** A size up to where zeroing, or not having to, makes the time. */
    @State(Scope.Benchmark)
    public static class ZeroedSize {
        @Param({"64", "1024", "16384", "1048576"})
        int bytes;
    }

    /** Ten thousand live blocks of 16 to 1,024 bytes. */
    @State(Scope.Thread)
    public static class Live {
        private static final int COUNT = 10_000;

        private final SplittableRandom random = new SplittableRandom(1);
        private final long[] blocks = new long[COUNT];
        private Allocator allocator;

        @Setup
        public void fill(OneAllocator one) {
            allocator = one.allocator;
            for (int slot = 0; slot < COUNT; slot++) {
                put(slot);
            }
        }

        @TearDown
        public void drain() {
            for (long block : blocks) {
                allocator.free(block);
            }
        }

        void replace() {
            int slot = (int) ((random.nextInt() & 0xFFFF_FFFFL) * COUNT >>> 32);
            allocator.free(blocks[slot]);
            put(slot);
        }

        private void put(int slot) {
            long size = 16 + ((random.nextInt() & 0xFFFF_FFFFL) * 1009 >>> 32);
            blocks[slot] = allocator.allocate(size);
            RawMemory.putByte(blocks[slot], MARK);
            RawMemory.putByte(blocks[slot] + size - 1, MARK);
        }
    }

    /** A touched block of 1 GiB for each call. */
    @State(Scope.Thread)
    public static class Gibibyte {
        private static final long SIZE = 1L << 30;
        private static final long PAGE = 4096;

        private Allocator allocator;
        private long block;

        @Setup(Level.Invocation)
        public void allocate(OneAllocator one) {
            allocator = one.allocator;
            block = allocator.allocate(SIZE);
            for (long offset = 0; offset < SIZE; offset += PAGE) {
                RawMemory.putByte(block + offset, MARK);
            }
        }

        @TearDown(Level.Invocation)
        public void free() {
            allocator.free(block);
        }
    }

    @Benchmark
    public void pair(OneAllocator one, Size size) {
        long block = one.allocator.allocate(size.bytes);
        RawMemory.putByte(block, MARK);
        RawMemory.putByte(block + size.bytes - 1, MARK);
        one.allocator.free(block);
    }

    @Benchmark
    public void replace(Live live) {
        live.replace();
    }

    /** {@code defalloc} and {@code calloc}. */
    @Benchmark
    public byte zeroedPair(OneAllocator one, ZeroedSize size) {
        long block = one.allocator.allocateZeroed(size.bytes);
        byte last = RawMemory.getByte(block + size.bytes - 1);
        RawMemory.putByte(block, MARK);
        RawMemory.putByte(block + size.bytes - 1, MARK);
        one.allocator.free(block);
        return last;
    }

    /** {@code memresize} and {@code realloc} from 1 GiB to 2 GiB; what is added is not touched. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    @Warmup(iterations = 5)
    @Measurement(iterations = 20)
    public long doubleGibibyte(Gibibyte gibibyte) {
        gibibyte.block = gibibyte.allocator.reallocate(gibibyte.block, Gibibyte.SIZE, 2 * Gibibyte.SIZE);
        return gibibyte.block;
    }
}
