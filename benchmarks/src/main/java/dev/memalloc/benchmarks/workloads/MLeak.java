package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** Short-lived threads that each leave a block behind, and free one that another thread left. */
final class MLeak implements Workload {
    private static final int THREADS_PER_ROUND = 10;
    private static final int SHARED = 1000;
    private static final int SIZE = 16 * 8;

    @Override
    public String name() {
        return "mleak";
    }

    @Override
    public String about() {
        return "rounds of 10 threads: each swaps 128 zeroed bytes into one of 1,000 slots, and frees what was there";
    }

    @Override
    public long blocksLive(int threads) {
        return SHARED;
    }

    @Override
    public boolean parallel() {
        return false;
    }

    @Override
    public boolean handsOver() {
        return true;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return List.of(new Rounds(load));
    }

    private static final class Rounds implements Worker {
        private final Load load;
        private final Allocator allocator;
        private final RandomSequence random = new RandomSequence(0);
        private final AtomicLongArray shared = new AtomicLongArray(SHARED);

        Rounds(Load load) {
            this.load = load;
            allocator = load.allocator();
        }

        @Override
        public long lap() throws InterruptedException {
            int[] slots = new int[THREADS_PER_ROUND];
            for (int i = 0; i < slots.length; i++) {
                slots[i] = random.below(SHARED);
            }
            Threads.run(allocator, THREADS_PER_ROUND, thread -> {
                long block = allocator.allocateZeroed(SIZE);
                Touch.pages(allocator.address(block), SIZE);
                LiveBytes.Share live = load.live().share();
                live.add(SIZE);
                free(shared.getAndSet(slots[thread], block), live);
                live.flush();
            });
            return THREADS_PER_ROUND;
        }

        @Override
        public void drain() {
            for (int i = 0; i < SHARED; i++) {
                free(shared.getAndSet(i, 0), load.live().share());
            }
        }

        private void free(long block, LiveBytes.Share live) {
            if (block != 0) {
                allocator.free(block);
                live.add(-SIZE);
            }
        }
    }
}
