package dev.memalloc.benchmarks.jmh;

import dev.memalloc.Heap;
import dev.memalloc.HeapArena;
import dev.memalloc.HeapOptions;
import dev.memalloc.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
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

/** A short life of an arena, the JDK's beside those of heaps: made, some segments allocated and written to, closed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {
    "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xms1g", "-Xmx1g", "-XX:MaxDirectMemorySize=256m"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ArenaCalls {
    private static final byte MARK = 0x5A;

    /** Whose arenas. */
    public enum Source {
        /** The JDK's. */
        JDK(null, false),
        /** From the process's heap, zeroed as the JDK's. */
        PROCESS(Memory.heap(), false),
        /** The same, not zeroed. */
        UNINITIALIZED(Memory.heap(), true),
        /** From a heap of one's own, with as much memory as the JDK's may take. */
        HEAP(new Heap(HeapOptions.defaults().withLimit(256 << 20)), false);

        /** Null for the JDK's. */
        final Heap heap;
        private final boolean uninitialized;

        Source(Heap heap, boolean uninitialized) {
            this.heap = heap;
            this.uninitialized = uninitialized;
        }

        private Arena confined() {
            return heap == null ? Arena.ofConfined() : HeapArena.ofConfined(heap);
        }

        private Arena shared() {
            return heap == null ? Arena.ofShared() : HeapArena.ofShared(heap);
        }

        private Arena auto() {
            return heap == null ? Arena.ofAuto() : HeapArena.ofAuto(heap);
        }

        private SegmentAllocator allocator(Arena arena) {
            return uninitialized ? ((HeapArena) arena)::allocateUninitialized : arena;
        }
    }

    @Param
    Source source;

    @Param({"64", "1024", "4096"})
    int size;

    @Param({"1", "10"})
    int segments;

    @Benchmark
    public void confined() {
        try (Arena arena = source.confined()) {
            use(source.allocator(arena));
        }
    }

    @Benchmark
    public void shared() {
        try (Arena arena = source.shared()) {
            use(source.allocator(arena));
        }
    }

    /** Closed by the garbage collector, whose time is in the figure. */
    @Benchmark
    public void auto() {
        use(source.allocator(source.auto()));
    }

    private void use(SegmentAllocator allocator) {
        for (int i = 0; i < segments; i++) {
            MemorySegment segment = allocator.allocate(size);
            segment.set(ValueLayout.JAVA_BYTE, 0, MARK);
            segment.set(ValueLayout.JAVA_BYTE, size - 1, MARK);
        }
    }
}
