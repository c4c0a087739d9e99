package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * The time of single calls, free and allocate alike, while random blocks are replaced.
 *
 * <p>A lap in which the thread took a page fault, or the JVM collected garbage, is not counted. What else stops a
 * thread is: the scheduler, and the reading of the clock, which is in every figure.
 */
final class Latency implements Workload {
    private static final int SLOTS = 10_000;
    private static final int REPLACEMENTS_PER_LAP = 500;
    private static final Sizes SIZES = Sizes.uniform(16, 1024);
    private static final long NANOS_MAX = 10_000_000_000L;
    private static final int DIGITS = 3;

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String about() {
        return "each call timed: replace one random of 10,000 live blocks of 16-1,024 B; no page fault, no GC";
    }

    @Override
    public long blocksLive(int threads) {
        return (long) SLOTS * threads;
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Timer(load, i)).toList();
    }

    private static final class Timer implements Worker {
        private final Allocator allocator;
        private final RandomSequence random;
        private final Disturbances disturbances = new Disturbances();
        private final Histogram all = new Histogram(NANOS_MAX, DIGITS);
        private final long[] ofLap = new long[2 * REPLACEMENTS_PER_LAP];
        private final Slots slots;

        Timer(Load load, int index) {
            allocator = load.allocator();
            random = new RandomSequence(index);
            slots = new Slots(load, load.scaled(SLOTS));
        }

        @Override
        public void fill() {
            for (int slot = 0; slot < slots.count(); slot++) {
                int size = SIZES.next(random);
                Touch.pages(slots.allocate(slot, size), size);
            }
        }

        @Override
        public long lap() {
            long before = disturbances.count();
            for (int i = 0; i < REPLACEMENTS_PER_LAP; i++) {
                int slot = random.below(slots.count());
                int size = SIZES.next(random);
                long victim = slots.take(slot);
                long start = System.nanoTime();
                allocator.free(victim);
                long freed = System.nanoTime();
                long block = allocator.allocate(size);
                long allocated = System.nanoTime();
                ofLap[2 * i] = freed - start;
                ofLap[2 * i + 1] = allocated - freed;
                Touch.pages(slots.put(slot, block, size), size);
            }
            if (disturbances.count() == before) {
                for (long nanos : ofLap) {
                    all.recordValue(Math.min(nanos, NANOS_MAX));
                }
            }
            return ofLap.length;
        }

        @Override
        public void drain() {
            slots.freeAll();
        }

        @Override
        public Optional<Histogram> latencies() {
            return Optional.of(all);
        }
    }
}
