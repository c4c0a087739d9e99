package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.List;
import java.util.stream.IntStream;

/** A server whose threads die and leave their blocks to a successor, which frees them. */
final class Larson implements Workload {
    private static final int SLOTS = 5000;
    private static final int SIZE_MIN = 8;
    private static final int SIZE_MAX = 999;
    /** How many replacements a thread does, per slot, before its successor takes over. */
    private static final int ROUNDS = 100;
    private static final int WARM_UP_ROUNDS = 4;

    @Override
    public String name() {
        return "larson";
    }

    @Override
    public String about() {
        return "per thread 5,000 live blocks of 8-999 B; 500,000 random replacements, then a successor takes over";
    }

    @Override
    public long blocksLive() {
        return SLOTS;
    }

    @Override
    public boolean handsOver() {
        return true;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Line(load, i)).toList();
    }

    /** A line of threads, one after the other, on the same slots. */
    private static final class Line implements Worker {
        private final Allocator allocator;
        private final RandomSequence random;
        private final LiveBytes.Share live;
        private final long[] blocks;
        private final int[] sizes;
        private final int rounds;

        Line(Load load, int index) {
            allocator = load.allocator();
            random = new RandomSequence(index);
            live = load.live().share();
            blocks = new long[load.scaled(SLOTS)];
            sizes = new int[blocks.length];
            rounds = load.scaled(ROUNDS);
        }

        @Override
        public void fill() {
            for (int slot = 0; slot < blocks.length; slot++) {
                put(slot);
            }
            shuffle();
            replace(WARM_UP_ROUNDS);
        }

        @Override
        public long lap() throws InterruptedException {
            Threads.run(allocator, 1, i -> replace(rounds));
            return (long) rounds * blocks.length;
        }

        @Override
        public void drain() {
            for (long block : blocks) {
                allocator.free(block);
            }
        }

        private void replace(int times) {
            for (int i = 0; i < times * blocks.length; i++) {
                int slot = random.below(blocks.length);
                allocator.free(blocks[slot]);
                put(slot);
            }
        }

        private void put(int slot) {
            int size = random.between(SIZE_MIN, SIZE_MAX);
            long block = allocator.allocate(size);
            Touch.pages(allocator.address(block), size);
            blocks[slot] = block;
            live.add(size - sizes[slot]);
            sizes[slot] = size;
        }

        private void shuffle() {
            for (int slot = blocks.length - 1; slot > 0; slot--) {
                int other = random.below(slot + 1);
                long block = blocks[slot];
                blocks[slot] = blocks[other];
                blocks[other] = block;
                int size = sizes[slot];
                sizes[slot] = sizes[other];
                sizes[other] = size;
            }
        }
    }
}
