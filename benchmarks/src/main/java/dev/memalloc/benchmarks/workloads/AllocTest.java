package dev.memalloc.benchmarks.workloads;

import java.util.List;
import java.util.stream.IntStream;

/** Slots of which some are visited far more often than others: a full one is read and freed, an empty one filled. */
final class AllocTest implements Workload {
    private static final int SLOTS = 1 << 18;
    private static final int VISITS_PER_LAP = 1000;
    /** How many times the slots are divided into a fifth that gets four fifths of the visits, and the rest. */
    private static final int DIVISIONS = 6;
    private static final int FIFTHS = 5;
    private static final Sizes SIZES = Sizes.halvingPowers();

    @Override
    public String name() {
        return "alloc-test";
    }

    @Override
    public String about() {
        return "262,144 slots visited by a Pareto distribution: free what is there, or allocate 1-1,023 B";
    }

    @Override
    public long blocksLive(int threads) {
        return SLOTS;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Visitor(load, i)).toList();
    }

    private static final class Visitor implements Worker {
        private final RandomSequence random;
        private final Slots slots;

        Visitor(Load load, int index) {
            random = new RandomSequence(index);
            slots = new Slots(load, load.scaled(SLOTS / load.threads()));
        }

        @Override
        public void fill() {
            for (int slot = 0; slot < slots.count(); slot += 2) {
                allocate(slot);
            }
        }

        @Override
        public long lap() {
            for (int i = 0; i < VISITS_PER_LAP; i++) {
                int slot = pareto();
                if (slots.isFull(slot)) {
                    Touch.verifyAll(slots.address(slot), slots.size(slot));
                    slots.free(slot);
                } else {
                    allocate(slot);
                }
            }
            return VISITS_PER_LAP;
        }

        @Override
        public void drain() {
            slots.freeAll();
        }

        private void allocate(int slot) {
            int size = SIZES.next(random);
            Touch.all(slots.allocate(slot, size), size);
        }

        private int pareto() {
            int first = 0;
            int count = slots.count();
            for (int i = 0; i < DIVISIONS && count >= FIFTHS; i++) {
                int hot = count / FIFTHS;
                if (random.below(FIFTHS) > 0) {
                    count = hot;
                } else {
                    first += hot;
                    count -= hot;
                }
            }
            return first + random.below(count);
        }
    }
}
