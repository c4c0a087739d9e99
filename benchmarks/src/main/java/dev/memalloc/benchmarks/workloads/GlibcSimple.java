package dev.memalloc.benchmarks.workloads;

import java.util.List;
import java.util.stream.IntStream;

/** A few small blocks of one size at a time: allocated, then freed, half in that order and half in reverse. */
final class GlibcSimple implements Workload {
    private static final int[] SIZES = {16, 32, 64};
    private static final int[] COUNTS = {25, 100, 400, 1600};
    private static final int BLOCKS_MAX = 1600;

    @Override
    public String name() {
        return "glibc-simple";
    }

    @Override
    public String about() {
        return "25-1,600 blocks of 16, 32, 64 B: half freed first in, first out, half last in, first out";
    }

    @Override
    public long blocksLive(int threads) {
        return (long) BLOCKS_MAX * threads;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Queues(load)).toList();
    }

    private static final class Queues implements Worker {
        private final Slots slots;

        Queues(Load load) {
            slots = new Slots(load, BLOCKS_MAX);
        }

        @Override
        public long lap() {
            long allocations = 0;
            for (int size : SIZES) {
                for (int count : COUNTS) {
                    for (int i = 0; i < BLOCKS_MAX / count; i++) {
                        allocateAndFree(size, count);
                        allocations += count;
                    }
                }
            }
            return allocations;
        }

        @Override
        public void drain() {
            // Every block was freed in the lap that allocated it.
        }

        private void allocateAndFree(int size, int count) {
            for (int slot = 0; slot < count; slot++) {
                Touch.all(slots.allocate(slot, size), size);
            }
            for (int slot = 0; slot < count / 2; slot++) {
                slots.free(slot);
            }
            for (int slot = count - 1; slot >= count / 2; slot--) {
                slots.free(slot);
            }
        }
    }
}
