package dev.memalloc.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CountsTest {
    private static final int THREADS = 8;
    private static final int ROUNDS = 20_000;

    @Test
    void randomWalkAgainstAModel() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Counts counts = new Counts();
        List<Integer> live = new ArrayList<>();
        long allocations = 0;
        long frees = 0;
        long bytes = 0;
        long peak = 0;
        for (int round = 0; round < ROUNDS; round++) {
            if (live.isEmpty() || random.nextBoolean()) {
                int capacity = random.nextInt(10) == 0 ? Integer.MAX_VALUE : random.nextInt(1000);
                counts.allocated(capacity);
                live.add(capacity);
                allocations++;
                bytes += capacity;
                peak = Math.max(peak, bytes);
            } else {
                int capacity = live.remove(random.nextInt(live.size()));
                counts.freed(capacity);
                frees++;
                bytes -= capacity;
            }
            assertThat(List.of(counts.allocations(), counts.frees(), counts.live(), counts.liveBytes(),
                counts.peakBytes())).as("seed %d, round %d", seed, round)
                .isEqualTo(List.of(allocations, frees, (long) live.size(), bytes, peak));
        }
        assertThat(counts.failedFrees()).isZero();
    }

    @Test
    void peakOfThreadsThatHoldAtOnce() throws InterruptedException {
        Counts counts = new Counts();
        CountDownLatch allHold = new CountDownLatch(THREADS);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    counts.allocated(1);
                }
                allHold.countDown();
                awaitQuietly(allHold);
                for (int round = 0; round < ROUNDS; round++) {
                    counts.freed(1);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(counts.peakBytes()).isEqualTo((long) THREADS * ROUNDS);
        assertThat(counts.allocations()).isEqualTo((long) THREADS * ROUNDS);
        assertThat(counts.frees()).isEqualTo((long) THREADS * ROUNDS);
        assertThat(counts.live()).isZero();
        assertThat(counts.liveBytes()).isZero();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
