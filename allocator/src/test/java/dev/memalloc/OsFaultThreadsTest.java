package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls of the operating system fail at random under several threads: each request is met or refused, as a whole. */
@Timeout(120)
class OsFaultThreadsTest {
    private static final int THREADS = 4;
    private static final int OPERATIONS = 10_000;
    private static final int BLOCKS = 100;

    private final LongAdder refused = new LongAdder();

    @ParameterizedTest(name = "errno {0}, guard interval {1}")
    @CsvSource({"12, 0", "11, 0", "12, 5"})
    void eachRequestIsMetOrRefused(int errno, int guardInterval) throws Exception {
        long seed = System.nanoTime();
        FaultyOs os = new FaultyOs(errno);
        Heap heap = new Heap(HeapOptions.defaults().withMmapThreshold(30_000).withGuardInterval(guardInterval), os);
        os.failWhen(call -> ThreadLocalRandom.current().nextInt(4) == 0);
        List<Future<?>> threads = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
            for (int t = 0; t < THREADS; t++) {
                SplittableRandom random = new SplittableRandom(seed + t);
                int first = t << 20;
                threads.add(executor.submit(() -> work(heap, random, first)));
            }
            for (int i = 0; i < 20; i++) {
                heap.check();
                Thread.sleep(5);
            }
        }
        try {
            for (Future<?> thread : threads) {
                thread.get();
            }
            assertThat(refused.sum()).isPositive();
            os.failNever();
            for (long size = 100; size < 1_000_000; size *= 10) {
                heap.memfree(heap.memalloc(size));
            }
            heap.trim();
            heap.check();
            assertThat(heap.stats().blocksLive()).isZero();
            assertThat(heap.stats().bytesLive()).isZero();
            heap.close();
        } catch (Throwable e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private void work(Heap heap, SplittableRandom random, int firstId) {
        long[] addresses = new long[BLOCKS];
        long[] sizes = new long[BLOCKS];
        for (int i = 0; i < OPERATIONS; i++) {
            int block = random.nextInt(BLOCKS);
            long size = random.nextInt(3) == 0 ? 0 : random.nextLong(1, random.nextInt(10) == 0 ? 100_000 : 10_000);
            if (random.nextInt(200) == 0) {
                attempt(heap::trim);
            }
            attempt(() -> {
                long moved = heap.memresize(addresses[block], size);
                if (addresses[block] != 0 && size != 0) {
                    Pattern.verify(heap.segment(moved), sizes[block], Math.min(size, sizes[block]), firstId + block);
                }
                addresses[block] = moved;
                sizes[block] = size;
            });
            if (addresses[block] != 0) {
                Pattern.write(heap, addresses[block], sizes[block], firstId + block);
            }
        }
        for (int block = 0; block < BLOCKS; block++) {
            if (addresses[block] != 0) {
                Pattern.verify(heap, addresses[block], sizes[block], firstId + block);
                heap.memfree(addresses[block]);
            }
        }
    }

    private void attempt(Runnable call) {
        try {
            call.run();
        } catch (OutOfMemoryError e) {
            assertThat(e).hasCauseInstanceOf(OsException.class);
            refused.increment();
        }
    }
}
