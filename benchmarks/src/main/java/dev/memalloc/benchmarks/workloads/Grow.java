package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;

/**
 * Each thread grows a block by steps and touches every page of what is new, then frees it and starts over.
 *
 * @param first the first size, in bytes
 * @param last the growth ends at the first size that is not less
 * @param step the next size after a size
 */
record Grow(String name, String about, long first, long last, LongUnaryOperator step) implements Workload {
    @Override
    public long blocksLive(int threads) {
        return threads;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Grower(load)).toList();
    }

    private final class Grower implements Worker {
        private final Allocator allocator;
        private final LiveBytes.Share live;
        private final long end;

        Grower(Load load) {
            allocator = load.allocator();
            live = load.live().share();
            end = Math.max(load.scaled(last), step.applyAsLong(first));
        }

        @Override
        public long lap() {
            long size = first;
            long block = allocator.allocate(size);
            live.add(size);
            Touch.pages(allocator.address(block), size);
            long steps = 0;
            while (size < end) {
                long larger = step.applyAsLong(size);
                block = allocator.reallocate(block, size, larger);
                live.add(larger - size);
                Touch.pages(allocator.address(block) + size, larger - size);
                size = larger;
                steps++;
            }
            allocator.free(block);
            live.add(-size);
            return steps;
        }

        @Override
        public void drain() {
            // Every block was freed in the lap that grew it.
        }
    }
}
