package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Each thread allocates a block, writes its first and last byte, and frees it.
 *
 * @param size the size of the block, in bytes
 */
record Pair(String name, String about, int size) implements Workload {
    private static final int PAIRS_PER_LAP = 1000;

    @Override
    public long blocksLive(int threads) {
        return threads;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Pairs(load)).toList();
    }

    private final class Pairs implements Worker {
        private final Allocator allocator;

        Pairs(Load load) {
            allocator = load.allocator();
            LiveBytes.Share live = load.live().share();
            live.add(size);
            live.flush();
        }

        @Override
        public long lap() {
            for (int i = 0; i < PAIRS_PER_LAP; i++) {
                long block = allocator.allocate(size);
                Touch.pages(allocator.address(block), size);
                allocator.free(block);
            }
            return PAIRS_PER_LAP;
        }

        @Override
        public void drain() {
            // Every block was freed in the lap that allocated it.
        }
    }
}
