package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * Passes over sizes that halve while their counts double; a fifth of the blocks outlives the pass. In the manner of
 * sh6bench and sh8bench, of which it shares no code.
 *
 * @param handsOver whether what outlives a pass is freed by whichever thread comes next, not by its own
 */
record ShBench(String name, String about, boolean handsOver) implements Workload {
    private static final int SIZE_MAX = 1000;
    private static final int CLASSES = 10;
    private static final int COUNT_OF_LARGEST = 4;
    private static final int COUNT_MAX = COUNT_OF_LARGEST << (CLASSES - 1);
    private static final int KEPT_ONE_IN = 5;
    private static final int BLOCKS_PER_PASS = COUNT_OF_LARGEST * ((1 << CLASSES) - 1);

    @Override
    public long blocksLive(int threads) {
        return (long) BLOCKS_PER_PASS * threads;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        Queue<Kept> kept = new ConcurrentLinkedQueue<>();
        return IntStream.range(0, load.threads())
            .mapToObj(i -> new Passes(load, handsOver ? kept : new ConcurrentLinkedQueue<>()))
            .toList();
    }

    /** The blocks that outlive a pass. */
    private static final class Kept {
        final long[] blocks = new long[BLOCKS_PER_PASS / KEPT_ONE_IN + CLASSES];
        int count;
        long bytes;

        void add(long block, int size) {
            blocks[count++] = block;
            bytes += size;
        }
    }

    private static final class Passes implements Worker {
        private final Allocator allocator;
        private final LiveBytes.Share live;
        private final Slots slots;
        private final Queue<Kept> queue;

        Passes(Load load, Queue<Kept> queue) {
            allocator = load.allocator();
            live = load.live().share();
            slots = new Slots(load, COUNT_MAX);
            this.queue = queue;
        }

        @Override
        public long lap() {
            Kept kept = new Kept();
            for (int i = 0; i < CLASSES; i++) {
                pass(SIZE_MAX >> i, COUNT_OF_LARGEST << i, kept);
            }
            live.add(kept.bytes);
            freeOldest();
            queue.add(kept);
            return BLOCKS_PER_PASS;
        }

        @Override
        public void drain() {
            while (freeOldest()) {
                // Until nothing is left.
            }
        }

        private void pass(int size, int count, Kept kept) {
            for (int slot = 0; slot < count; slot++) {
                Touch.pages(slots.allocate(slot, size), size);
            }
            for (int slot = 0; slot < count; slot += KEPT_ONE_IN) {
                kept.add(slots.take(slot), size);
            }
            for (int slot = 0; slot < count / 2; slot++) {
                freeIfFull(slot);
            }
            for (int slot = count - 1; slot >= count / 2; slot--) {
                freeIfFull(slot);
            }
        }

        private void freeIfFull(int slot) {
            if (slots.isFull(slot)) {
                slots.free(slot);
            }
        }

        private boolean freeOldest() {
            Kept oldest = queue.poll();
            if (oldest == null) {
                return false;
            }
            for (int i = 0; i < oldest.count; i++) {
                allocator.free(oldest.blocks[i]);
            }
            live.add(-oldest.bytes);
            return true;
        }
    }
}
