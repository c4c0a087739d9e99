package dev.memalloc.benchmarks.workloads;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Many small blocks, of which all but a few are freed: does their memory go back, and without being asked to? */
final class Burst implements Workload {
    /** As many blocks of 16 to 1,024 bytes as make 1 GiB. */
    private static final int BLOCKS = (1 << 30) / 520;
    private static final int KEPT_ONE_IN = 1000;
    private static final Sizes SIZES = Sizes.uniform(16, 1024);

    @Override
    public String name() {
        return "burst";
    }

    @Override
    public String about() {
        return "1 GiB of blocks of 16-1,024 B, then all but one in 1,000 freed; memory 3 s later";
    }

    @Override
    public long blocksLive(int threads) {
        return BLOCKS;
    }

    @Override
    public int lapsMax() {
        return 1;
    }

    @Override
    public Duration rest() {
        return Duration.ofSeconds(3);
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Bursts(load, i)).toList();
    }

    private static final class Bursts implements Worker {
        private final RandomSequence random;
        private final Slots slots;

        Bursts(Load load, int index) {
            random = new RandomSequence(index);
            slots = new Slots(load, load.scaled(BLOCKS / load.threads()));
        }

        @Override
        public long lap() {
            slots.freeAll();
            for (int slot = 0; slot < slots.count(); slot++) {
                int size = SIZES.next(random);
                Touch.pages(slots.allocate(slot, size), size);
            }
            long freed = 0;
            for (int slot = 0; slot < slots.count(); slot++) {
                if (slot % KEPT_ONE_IN != 0) {
                    slots.free(slot);
                    freed++;
                }
            }
            return slots.count() + freed;
        }

        @Override
        public void drain() {
            slots.freeAll();
        }
    }
}
