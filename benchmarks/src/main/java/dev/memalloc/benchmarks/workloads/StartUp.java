package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.List;

/** Many threads that start at once, allocate and free little, and end. */
final class StartUp implements Workload {
    private static final int THREADS = 72;
    private static final int SIZE_MIN = 16;
    private static final int SIZE_MAX = 2048;

    @Override
    public String name() {
        return "startup";
    }

    @Override
    public String about() {
        return "72 threads start at once; each allocates a block of 16, 32, ... 2,048 B, frees them, and ends";
    }

    @Override
    public boolean parallel() {
        return false;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return List.of(new Starts(load));
    }

    private static final class Starts implements Worker {
        private final Load load;
        private final Allocator allocator;

        Starts(Load load) {
            this.load = load;
            allocator = load.allocator();
        }

        @Override
        public long lap() throws InterruptedException {
            int threads = load.scaled(THREADS);
            Threads.run(allocator, threads, thread -> {
                Slots slots = new Slots(load, Integer.numberOfTrailingZeros(SIZE_MAX / SIZE_MIN) + 1);
                for (int slot = 0; slot < slots.count(); slot++) {
                    int size = SIZE_MIN << slot;
                    Touch.pages(slots.allocate(slot, size), size);
                }
                slots.freeAll();
            });
            return threads;
        }

        @Override
        public void drain() {
            // Every thread has freed its blocks.
        }
    }
}
