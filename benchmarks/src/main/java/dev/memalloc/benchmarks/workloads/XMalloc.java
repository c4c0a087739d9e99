package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import dev.memalloc.internal.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;

/**
 * As many threads that only allocate as threads that only free: batches go from the ones to the others over a
 * stack. A batch is a block too, with the number of each of its blocks.
 *
 * @param sizes how large the blocks are
 */
record XMalloc(String name, String about, Sizes sizes) implements Workload {
    private static final int BATCH = 4096;
    private static final int BATCHES_MAX = 100;
    private static final int TOUCHED_MAX = 128;

    @Override
    public boolean handsOver() {
        return true;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        BlockingDeque<Long> stack = new LinkedBlockingDeque<>(BATCHES_MAX);
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < load.threads(); i++) {
            workers.add(new Producer(load, i, stack));
            workers.add(new Consumer(load, stack));
        }
        return workers;
    }

    /** The layout of a batch: how many bytes its blocks have, then each block. */
    private static long blockAt(long batchAddress, int index) {
        return batchAddress + Long.BYTES * (1L + index);
    }

    private final class Producer implements Worker {
        private final Allocator allocator;
        private final RandomSequence random;
        private final LiveBytes.Share live;
        private final BlockingDeque<Long> stack;
        private final int batchSize;
        /** A full batch that the stack had no room for yet, or 0. */
        private long ready;

        Producer(Load load, int index, BlockingDeque<Long> stack) {
            allocator = load.allocator();
            random = new RandomSequence(index);
            live = load.live().share();
            this.stack = stack;
            batchSize = load.scaled(BATCH);
        }

        @Override
        public long lap() throws InterruptedException {
            if (ready == 0) {
                ready = batch();
            }
            if (stack.offerFirst(ready, 1, TimeUnit.MILLISECONDS)) {
                ready = 0;
            }
            return 0;
        }

        @Override
        public void drain() {
            if (ready != 0) {
                free(allocator, ready, batchSize);
            }
        }

        private long batch() {
            long batch = allocator.allocate(blockAt(0, batchSize));
            long bytes = blockAt(0, batchSize);
            for (int i = 0; i < batchSize; i++) {
                int size = sizes.next(random);
                long block = allocator.allocate(size);
                Touch.pages(allocator.address(block), Math.min(size, TOUCHED_MAX));
                RawMemory.putLong(blockAt(allocator.address(batch), i), block);
                bytes += size;
            }
            RawMemory.putLong(allocator.address(batch), bytes);
            live.add(bytes);
            return batch;
        }
    }

    private static final class Consumer implements Worker {
        private final Allocator allocator;
        private final LiveBytes.Share live;
        private final BlockingDeque<Long> stack;
        private final int batchSize;

        Consumer(Load load, BlockingDeque<Long> stack) {
            allocator = load.allocator();
            live = load.live().share();
            this.stack = stack;
            batchSize = load.scaled(BATCH);
        }

        @Override
        public long lap() throws InterruptedException {
            Long batch = stack.pollFirst(1, TimeUnit.MILLISECONDS);
            if (batch == null) {
                return 0;
            }
            live.add(-RawMemory.getLong(allocator.address(batch)));
            free(allocator, batch, batchSize);
            return batchSize;
        }

        @Override
        public void drain() {
            for (Long batch = stack.pollFirst(); batch != null; batch = stack.pollFirst()) {
                free(allocator, batch, batchSize);
            }
        }
    }

    private static void free(Allocator allocator, long batch, int count) {
        for (int i = 0; i < count; i++) {
            allocator.free(RawMemory.getLong(blockAt(allocator.address(batch), i)));
        }
        allocator.free(batch);
    }
}
