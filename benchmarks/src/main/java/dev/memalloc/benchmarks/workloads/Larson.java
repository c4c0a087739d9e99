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
    public long blocksLive(int threads) {
        return (long) SLOTS * threads;
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
        private final Slots slots;
        private final int rounds;

        Line(Load load, int index) {
            allocator = load.allocator();
            random = new RandomSequence(index);
            slots = new Slots(load, load.scaled(SLOTS));
            rounds = load.scaled(ROUNDS);
        }

        @Override
        public void fill() {
            for (int slot = 0; slot < slots.count(); slot++) {
                put(slot);
            }
            for (int slot = slots.count() - 1; slot > 0; slot--) {
                slots.swap(slot, random.below(slot + 1));
            }
            replace(WARM_UP_ROUNDS);
        }

        @Override
        public long lap() throws InterruptedException {
            Threads.run(allocator, 1, i -> replace(rounds));
            return (long) rounds * slots.count();
        }

        @Override
        public void drain() {
            slots.freeAll();
        }

        private void replace(int times) {
            for (int i = 0; i < times * slots.count(); i++) {
                int slot = random.below(slots.count());
                slots.free(slot);
                put(slot);
            }
        }

        private void put(int slot) {
            int size = random.between(SIZE_MIN, SIZE_MAX);
            Touch.pages(slots.allocate(slot, size), size);
        }
    }
}
