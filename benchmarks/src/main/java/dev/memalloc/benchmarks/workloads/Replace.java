package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Each thread has slots full of blocks, and replaces a random one: free, then allocate and use.
 *
 * @param blocksLive how many slots a thread has
 * @param sizes how large the blocks are
 * @param zeroed whether zeroed memory is asked for
 * @param use which bytes of a new block are written
 * @param opsPerLap how many replacements before the clock is looked at
 */
record Replace(
    String name, String about, long blocksLive, Sizes sizes, boolean zeroed, Use use, int opsPerLap)
    implements Workload {

    /** What is done with a new block. */
    @FunctionalInterface
    interface Use {
        void use(long address, long size);
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Replacer(load, i)).toList();
    }

    private final class Replacer implements Worker {
        private final Allocator allocator;
        private final RandomSequence random;
        private final LiveBytes.Share live;
        private final long[] blocks;
        private final int[] sizeOf;

        Replacer(Load load, int index) {
            allocator = load.allocator();
            random = new RandomSequence(index);
            live = load.live().share();
            blocks = new long[(int) load.scaled(blocksLive)];
            sizeOf = new int[blocks.length];
        }

        @Override
        public void fill() {
            for (int slot = 0; slot < blocks.length; slot++) {
                put(slot);
            }
        }

        @Override
        public long lap() {
            for (int i = 0; i < opsPerLap; i++) {
                int slot = random.below(blocks.length);
                allocator.free(blocks[slot]);
                put(slot);
            }
            return opsPerLap;
        }

        @Override
        public void drain() {
            for (long block : blocks) {
                allocator.free(block);
            }
        }

        private void put(int slot) {
            int size = sizes.next(random);
            long block = zeroed ? allocator.allocateZeroed(size) : allocator.allocate(size);
            use.use(allocator.address(block), size);
            blocks[slot] = block;
            live.add(size - sizeOf[slot]);
            sizeOf[slot] = size;
        }
    }
}
