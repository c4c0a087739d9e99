package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Each thread allocates one byte, writes and reads it very often, and frees it: slow if two threads' bytes share a
 * cache line.
 *
 * @param handsOver whether each thread first frees a byte that the main thread has allocated, next to those for the
 *     other threads, so that an allocator may give that very memory to the thread
 */
record CacheLines(String name, String about, boolean handsOver) implements Workload {
    private static final int WRITES = 2_000_000;
    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

    @Override
    public long blocksLive(int threads) {
        return threads;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Writer(load)).toList();
    }

    private final class Writer implements Worker {
        private final Allocator allocator;
        private final int writes;
        private long handedOver;

        Writer(Load load) {
            allocator = load.allocator();
            writes = load.scaled(WRITES / load.threads());
            if (handsOver) {
                handedOver = allocator.allocate(1);
                Touch.pages(allocator.address(handedOver), 1);
            }
        }

        @Override
        public void fill() {
            if (handsOver) {
                allocator.free(handedOver);
            }
        }

        @Override
        public long lap() {
            long block = allocator.allocate(1);
            MemorySegment bytes = RawMemory.segment(allocator.address(block), 1);
            BYTE.setOpaque(bytes, 0L, Touch.MARK);
            for (int i = 0; i < writes; i++) {
                // Opaque, so that the compiler keeps every access.
                BYTE.setOpaque(bytes, 0L, (byte) ((byte) BYTE.getOpaque(bytes, 0L) ^ 1));
            }
            allocator.free(block);
            return writes;
        }

        @Override
        public void drain() {
            // Every block was freed in the lap that allocated it.
        }
    }
}
