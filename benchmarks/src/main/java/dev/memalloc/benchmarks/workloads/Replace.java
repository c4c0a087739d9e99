package dev.memalloc.benchmarks.workloads;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Each thread has slots full of blocks, and replaces a random one: free, then allocate and use.
 *
 * @param slotCount how many slots a thread has
 * @param sizes how large the blocks are
 * @param zeroed whether zeroed memory is asked for
 * @param use which bytes of a new block are written
 * @param replacementsPerLap how many before the clock is looked at
 */
record Replace(
    String name, String about, int slotCount, Sizes sizes, boolean zeroed, Use use, int replacementsPerLap)
    implements Workload {

    /** What is done with a new block. */
    @FunctionalInterface
    interface Use {
        void use(long address, long size);
    }

    @Override
    public long blocksLive(int threads) {
        return (long) slotCount * threads;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Replacer(load, i)).toList();
    }

    private final class Replacer implements Worker {
        private final RandomSequence random;
        private final Slots slots;

        Replacer(Load load, int index) {
            random = new RandomSequence(index);
            slots = new Slots(load, load.scaled(slotCount));
        }

        @Override
        public void fill() {
            for (int slot = 0; slot < slots.count(); slot++) {
                put(slot);
            }
        }

        @Override
        public long lap() {
            for (int i = 0; i < replacementsPerLap; i++) {
                int slot = random.below(slots.count());
                slots.free(slot);
                put(slot);
            }
            return replacementsPerLap;
        }

        @Override
        public void drain() {
            slots.freeAll();
        }

        private void put(int slot) {
            int size = sizes.next(random);
            long address = zeroed ? slots.allocateZeroed(slot, size) : slots.allocate(slot, size);
            use.use(address, size);
        }
    }
}
