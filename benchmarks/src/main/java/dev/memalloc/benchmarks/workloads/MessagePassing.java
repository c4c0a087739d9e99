package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import dev.memalloc.internal.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Producers allocate messages, proxies copy and free them, consumers free the copies. The queues between them are
 * bounded, so that who is faster waits. Messages travel as chains, each linked to the next by its first word.
 */
final class MessagePassing implements Workload {
    private static final int MESSAGES_PER_CHAIN = 64;
    private static final int CHAINS_MAX = 64;
    private static final Sizes SIZES = Sizes.uniform(16, 256);

    @Override
    public String name() {
        return "msgpass";
    }

    @Override
    public String about() {
        return "producers allocate 16-256 B, proxies copy and free them, consumers free the copies; bounded queues";
    }

    @Override
    public boolean handsOver() {
        return true;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        BlockingQueue<Long> toProxies = new ArrayBlockingQueue<>(CHAINS_MAX);
        BlockingQueue<Long> toConsumers = new ArrayBlockingQueue<>(CHAINS_MAX);
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < load.threads(); i++) {
            workers.add(new Producer(load, i, toProxies));
            workers.add(new Proxy(load, toProxies, toConsumers));
            workers.add(new Consumer(load, toConsumers));
        }
        return workers;
    }

    /** The message's own layout: the block of the next message of the chain or 0, then the size. */
    private static final class Message {
        static final long SIZE = Long.BYTES;

        static long create(Allocator allocator, long next, int size) {
            long block = allocator.allocate(size);
            long address = allocator.address(block);
            RawMemory.putLong(address, next);
            RawMemory.putInt(address + SIZE, size);
            Touch.all(address + SIZE + Integer.BYTES, size - SIZE - Integer.BYTES);
            return block;
        }

        static long next(Allocator allocator, long block) {
            return RawMemory.getLong(allocator.address(block));
        }

        static int size(Allocator allocator, long block) {
            return RawMemory.getInt(allocator.address(block) + SIZE);
        }
    }

    /** What the three roles have in common. */
    private abstract static class Role implements Worker {
        final Allocator allocator;
        final LiveBytes.Share live;

        Role(Load load) {
            allocator = load.allocator();
            live = load.live().share();
        }

        /** Frees a chain, and returns how many messages it had. */
        final int free(long chain) {
            int count = 0;
            for (long block = chain; block != 0; count++) {
                long next = Message.next(allocator, block);
                live.add(-Message.size(allocator, block));
                allocator.free(block);
                block = next;
            }
            return count;
        }

        final void freeAll(BlockingQueue<Long> queue) {
            for (Long chain = queue.poll(); chain != null; chain = queue.poll()) {
                free(chain);
            }
        }
    }

    private static final class Producer extends Role {
        private final RandomSequence random;
        private final BlockingQueue<Long> out;
        private long ready;

        Producer(Load load, int index, BlockingQueue<Long> out) {
            super(load);
            random = new RandomSequence(index);
            this.out = out;
        }

        @Override
        public long lap() throws InterruptedException {
            if (ready == 0) {
                ready = chain();
            }
            if (out.offer(ready, 1, TimeUnit.MILLISECONDS)) {
                ready = 0;
            }
            return 0;
        }

        @Override
        public void drain() {
            free(ready);
        }

        private long chain() {
            long chain = 0;
            for (int i = 0; i < MESSAGES_PER_CHAIN; i++) {
                int size = SIZES.next(random);
                chain = Message.create(allocator, chain, size);
                live.add(size);
            }
            return chain;
        }
    }

    private static final class Proxy extends Role {
        private final BlockingQueue<Long> in;
        private final BlockingQueue<Long> out;
        private long ready;

        Proxy(Load load, BlockingQueue<Long> in, BlockingQueue<Long> out) {
            super(load);
            this.in = in;
            this.out = out;
        }

        @Override
        public long lap() throws InterruptedException {
            if (ready == 0) {
                Long chain = in.poll(1, TimeUnit.MILLISECONDS);
                if (chain == null) {
                    return 0;
                }
                ready = copy(chain);
                free(chain);
            }
            if (out.offer(ready, 1, TimeUnit.MILLISECONDS)) {
                ready = 0;
            }
            return 0;
        }

        @Override
        public void drain() {
            free(ready);
            freeAll(in);
        }

        private long copy(long chain) {
            long copies = 0;
            for (long block = chain; block != 0; block = Message.next(allocator, block)) {
                int size = Message.size(allocator, block);
                copies = Message.create(allocator, copies, size);
                live.add(size);
            }
            return copies;
        }
    }

    private static final class Consumer extends Role {
        private final BlockingQueue<Long> in;

        Consumer(Load load, BlockingQueue<Long> in) {
            super(load);
            this.in = in;
        }

        @Override
        public long lap() throws InterruptedException {
            Long chain = in.poll(1, TimeUnit.MILLISECONDS);
            return chain == null ? 0 : free(chain);
        }

        @Override
        public void drain() {
            freeAll(in);
        }
    }
}
