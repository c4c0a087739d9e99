package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import dev.memalloc.internal.RawMemory;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * Rounds of threads that keep some blocks until their end, free others at random, and exchange some with the other
 * threads; every word is verified before a block is freed.
 */
final class MStress implements Workload {
    private static final int ALLOCATIONS = 5000;
    private static final int SHARED = 1000;
    private static final long COOKIE = 0xBF58_476D_1CE4_E5B9L;
    private static final int FREE_PERCENT = 66;
    private static final int EXCHANGE_PERCENT = 25;
    private static final int SURVIVE_PERCENT = 50;

    @Override
    public String name() {
        return "mstress";
    }

    @Override
    public String about() {
        return "rounds of threads that retain, free and exchange blocks of 8 B-5 MB, and verify every word";
    }

    @Override
    public boolean handsOver() {
        return true;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return List.of(new Rounds(load));
    }

    /** Starts the threads of a round, waits for them, and frees half of what they share. */
    private static final class Rounds implements Worker {
        private final Load load;
        private final Allocator allocator;
        private final AtomicLongArray shared = new AtomicLongArray(SHARED);
        private final List<RandomSequence> randoms;
        private final RandomSequence random;
        private final LiveBytes.Share live;

        Rounds(Load load) {
            this.load = load;
            allocator = load.allocator();
            randoms = IntStream.range(0, load.threads()).mapToObj(RandomSequence::new).toList();
            random = new RandomSequence(load.threads());
            live = load.live().share();
        }

        @Override
        public long lap() throws InterruptedException {
            AtomicLong operations = new AtomicLong();
            Threads.run(allocator, load.threads(), thread -> operations.addAndGet(
                new Part(allocator, randoms.get(thread), load.live().share(), shared)
                    .run(load.scaled(ALLOCATIONS) * (thread % 8 + 1))));
            for (int i = 0; i < SHARED; i++) {
                if (!random.chance(SURVIVE_PERCENT)) {
                    verifyAndFree(allocator, shared.getAndSet(i, 0), live);
                }
            }
            return operations.get();
        }

        @Override
        public void drain() {
            for (int i = 0; i < SHARED; i++) {
                verifyAndFree(allocator, shared.getAndSet(i, 0), live);
            }
        }
    }

    /** What one thread does in a round. */
    private record Part(
        Allocator allocator, RandomSequence random, LiveBytes.Share live, AtomicLongArray shared) {

        /** Returns how many blocks it allocated. */
        long run(int allocations) {
            long[] transients = new long[allocations];
            long[] retained = new long[allocations / 2];
            int transientCount = 0;
            int retainedCount = 0;
            while (transientCount < transients.length || retainedCount < retained.length) {
                boolean full = retainedCount == retained.length;
                if (full || transientCount < transients.length && random.chance(50)) {
                    transients[transientCount++] = allocate(1 << random.below(5));
                } else {
                    retained[retainedCount++] = allocate(1 << random.below(7));
                }
                if (transientCount > 0 && random.chance(FREE_PERCENT)) {
                    int victim = random.below(transientCount);
                    verifyAndFree(allocator, transients[victim], live);
                    transients[victim] = 0;
                }
                if (transientCount > 0 && random.chance(EXCHANGE_PERCENT)) {
                    int mine = random.below(transientCount);
                    transients[mine] = shared.getAndSet(random.below(SHARED), transients[mine]);
                }
            }
            for (long block : retained) {
                verifyAndFree(allocator, block, live);
            }
            for (long block : transients) {
                verifyAndFree(allocator, block, live);
            }
            live.flush();
            return (long) transients.length + retained.length;
        }

        private long allocate(int itemCount) {
            long words = itemCount;
            if (random.chance(1)) {
                words *= random.chance(1) ? 10_000 : random.chance(10) ? 1000 : 100;
            }
            long block = allocator.allocate(words * Long.BYTES);
            long address = allocator.address(block);
            for (long i = 0; i < words; i++) {
                RawMemory.putLong(address + i * Long.BYTES, (words - i) ^ COOKIE);
            }
            live.add(words * Long.BYTES);
            return block;
        }
    }

    private static void verifyAndFree(Allocator allocator, long block, LiveBytes.Share live) {
        if (block == 0) {
            return;
        }
        long address = allocator.address(block);
        long words = RawMemory.getLong(address) ^ COOKIE;
        for (long i = 1; i < words; i++) {
            if (RawMemory.getLong(address + i * Long.BYTES) != ((words - i) ^ COOKIE)) {
                throw new IllegalStateException("word " + i + " of the block at " + address + " was overwritten");
            }
        }
        allocator.free(block);
        live.add(-words * Long.BYTES);
    }
}
