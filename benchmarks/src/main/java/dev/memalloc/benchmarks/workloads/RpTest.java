package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Each thread frees and allocates along a ring, and every second time posts a batch that the next thread frees. */
final class RpTest implements Workload {
    private static final int RING = 1000;
    private static final Sizes SIZES = Sizes.falling(8, 16_000);
    private static final int FREES_MIN = 24;
    private static final int FREES_MAX = 79;
    private static final int ALLOCATIONS_MIN = 30;
    private static final int ALLOCATIONS_MAX = 99;
    /** Both are prime and no divisor of the ring's length, so that they come to every slot. */
    private static final int FREE_STRIDE = 17;
    private static final int ALLOCATION_STRIDE = 13;

    @Override
    public String name() {
        return "rptest";
    }

    @Override
    public String about() {
        return "per thread a ring of 1,000 blocks of 8-16,000 B, all written; batches go to the next thread";
    }

    @Override
    public long blocksLive(int threads) {
        return (long) 2 * RING * threads;
    }

    @Override
    public boolean handsOver() {
        return true;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        List<AtomicReference<Batch>> posts = new ArrayList<>();
        for (int i = 0; i < load.threads(); i++) {
            posts.add(new AtomicReference<>());
        }
        return IntStream.range(0, load.threads())
            .mapToObj(i -> new Ring(load, i, posts.get(i), posts.get((i + 1) % posts.size())))
            .toList();
    }

    /** Blocks that are posted together, and what was posted to the same thread before and is not taken yet. */
    private record Batch(long[] blocks, long bytes, Batch before) {
    }

    private static final class Ring implements Worker {
        private final Allocator allocator;
        private final RandomSequence random;
        private final LiveBytes.Share live;
        private final Slots slots;
        private final AtomicReference<Batch> own;
        private final AtomicReference<Batch> next;
        private int freeAt;
        private int allocateAt;
        private boolean posts;

        Ring(Load load, int index, AtomicReference<Batch> own, AtomicReference<Batch> next) {
            allocator = load.allocator();
            random = new RandomSequence(index);
            live = load.live().share();
            slots = new Slots(load, RING);
            this.own = own;
            this.next = next;
        }

        @Override
        public long lap() {
            long operations = freePosted();
            for (int i = random.between(FREES_MIN, FREES_MAX); i > 0; i--) {
                operations += freeIfFull(freeAt);
                freeAt = (freeAt + FREE_STRIDE) % RING;
            }
            for (int i = random.between(ALLOCATIONS_MIN, ALLOCATIONS_MAX); i > 0; i--) {
                operations += freeIfFull(allocateAt);
                int size = SIZES.next(random);
                Touch.all(slots.allocate(allocateAt, size), size);
                operations++;
                allocateAt = (allocateAt + ALLOCATION_STRIDE) % RING;
            }
            if (posts) {
                operations += post();
            }
            posts = !posts;
            return operations;
        }

        @Override
        public void drain() {
            freePosted();
            slots.freeAll();
        }

        private int freeIfFull(int slot) {
            if (!slots.isFull(slot)) {
                return 0;
            }
            slots.free(slot);
            return 1;
        }

        private int post() {
            long[] blocks = new long[random.between(ALLOCATIONS_MIN, ALLOCATIONS_MAX)];
            long bytes = 0;
            for (int i = 0; i < blocks.length; i++) {
                int size = SIZES.next(random);
                blocks[i] = allocator.allocate(size);
                Touch.all(allocator.address(blocks[i]), size);
                bytes += size;
            }
            live.add(bytes);
            Batch before;
            do {
                before = next.get();
            } while (!next.compareAndSet(before, new Batch(blocks, bytes, before)));
            return blocks.length;
        }

        private long freePosted() {
            long freed = 0;
            for (Batch batch = own.getAndSet(null); batch != null; batch = batch.before) {
                for (long block : batch.blocks) {
                    allocator.free(block);
                }
                live.add(-batch.bytes);
                freed += batch.blocks.length;
            }
            return freed;
        }
    }
}
