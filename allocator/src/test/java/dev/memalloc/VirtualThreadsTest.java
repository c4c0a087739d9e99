package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Virtual threads that go on by another platform thread between each two calls. */
@Timeout(120)
class VirtualThreadsTest {
    private static final int THREADS = 3000;
    private static final int ROUNDS = 12;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap(HeapOptions.defaults().withMmapThreshold(60_000));
    private final Heap heap = checked.heap();

    @ParameterizedTest
    @ValueSource(ints = {1000, 40_000})
    void theyKeepTheirBlocksWhereverTheyRun(int sizeMax) throws Exception {
        long seed = System.nanoTime();
        List<Future<?>> threads = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < THREADS; t++) {
                SplittableRandom random = new SplittableRandom(seed + t);
                int id = t;
                threads.add(executor.submit(() -> work(random, sizeMax, id)));
            }
        }
        try {
            for (Future<?> thread : threads) {
                thread.get();
            }
            heap.check();
            assertThat(heap.stats().blocksLive()).isZero();
            assertThat(heap.stats().bytesLive()).isZero();
        } catch (Throwable e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private Void work(SplittableRandom random, int sizeMax, int id) throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            long size = random.nextLong(1, random.nextInt(100) == 0 ? 100_000 : sizeMax);
            long address = heap.memalloc(size);
            Pattern.write(heap, address, size, id);
            pause(random);
            long newSize = random.nextLong(1, sizeMax);
            address = heap.memresize(address, newSize);
            pause(random);
            Pattern.verify(heap.segment(address), size, Math.min(size, newSize), id);
            pause(random);
            heap.memfree(address);
        }
        return null;
    }

    private static void pause(SplittableRandom random) throws InterruptedException {
        switch (random.nextInt(4)) {
            case 0 -> Thread.sleep(0, 100_000);
            case 1 -> LockSupport.parkNanos(50_000);
            default -> Thread.yield();
        }
    }
}
