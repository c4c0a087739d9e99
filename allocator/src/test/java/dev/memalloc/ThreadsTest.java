package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads, platform and virtual, that allocate, resize, hand over and free at once; slots, and blocks. */
@Timeout(120)
@ParameterizedClass(name = "sizes times {0}")
@ValueSource(ints = {1, 20})
class ThreadsTest {
    private record Owned(long address, long size, long id) {
    }

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap(HeapOptions.defaults().withMmapThreshold(100_000));
    private final Heap heap = checked.heap();
    private final int scale;
    private final AtomicReferenceArray<Owned> exchange = new AtomicReferenceArray<>(100);

    ThreadsTest(int scale) {
        this.scale = scale;
    }

    @Test
    void platformThreadsHandBlocksOver() throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
            run(executor, 8, 100_000);
        }
    }

    @Test
    void virtualThreadsHandBlocksOver() throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            run(executor, 500, 1000);
        }
    }

    private void run(ExecutorService executor, int tasks, int operations) throws Exception {
        long seed = System.nanoTime();
        List<Future<?>> futures = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            SplittableRandom random = new SplittableRandom(seed + task);
            futures.add(executor.submit(() -> work(random, operations)));
        }
        try {
            for (int i = 0; i < 20; i++) {
                heap.check();
                Thread.sleep(10);
            }
            for (Future<?> future : futures) {
                future.get();
            }
            for (int i = 0; i < exchange.length(); i++) {
                free(exchange.get(i));
            }
            heap.check();
            assertThat(heap.stats().blocksLive()).isZero();
            assertThat(heap.stats().bytesLive()).isZero();
        } catch (Exception e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private void work(SplittableRandom random, int operations) {
        for (int i = 0; i < operations; i++) {
            long size = random.nextInt(1000) == 0
                ? random.nextLong(100_000, 300_000) : random.nextLong(1, 500L * scale);
            Owned block = write(heap.memalloc(size), size, random.nextLong());
            if (random.nextInt(4) == 0) {
                long newSize = random.nextLong(1, 1000L * scale);
                long moved = heap.memresize(block.address, newSize);
                Pattern.verify(heap.segment(moved), size, Math.min(size, newSize), block.id);
                block = write(moved, newSize, random.nextLong());
            }
            free(exchange.getAndSet(random.nextInt(exchange.length()), block));
        }
    }

    private Owned write(long address, long size, long id) {
        Pattern.write(heap, address, size, id);
        return new Owned(address, size, id);
    }

    private void free(Owned block) {
        if (block != null) {
            Pattern.verify(heap, block.address, block.size, block.id);
            heap.memfree(block.address);
        }
    }
}
