package dev.memalloc.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CountsTest {
    private static final int THREADS = 8;
    private static final int ROUNDS = 20_000;
    private static final int SNAPSHOTS = 1000;
    /** Each is a handshake with all threads. */
    private static final int SNAPSHOT_INTERVAL = 10;

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
                allocated(counts, capacity);
                live.add(capacity);
                allocations++;
                bytes += capacity;
                peak = Math.max(peak, bytes);
            } else {
                int capacity = live.remove(random.nextInt(live.size()));
                freed(counts, capacity);
                frees++;
                bytes -= capacity;
            }
            if (random.nextInt(SNAPSHOT_INTERVAL) != 0) {
                continue;
            }
            Counts.Snapshot snapshot = counts.snapshot(Kind.DIRECT);
            assertThat(snapshot).as("seed %d, round %d", seed, round)
                .isEqualTo(new Counts.Snapshot(allocations, frees, bytes, peak, 0));
            assertThat(snapshot.live()).isEqualTo(live.size());
        }
    }

    @Test
    void peakOfThreadsThatHoldAtOnce() throws InterruptedException {
        Counts counts = new Counts();
        CountDownLatch allHold = new CountDownLatch(THREADS);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    allocated(counts, 1);
                }
                allHold.countDown();
                awaitQuietly(allHold);
                for (int round = 0; round < ROUNDS; round++) {
                    freed(counts, 1);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long all = (long) THREADS * ROUNDS;
        assertThat(counts.snapshot(Kind.DIRECT)).isEqualTo(new Counts.Snapshot(all, all, 0, all, 0));
    }

    @Test
    void eachSnapshotAddsUpWhileThreadsAllocateAndFree() throws InterruptedException {
        int size = 4096;
        int liveMax = 3;
        Counts counts = new Counts();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    for (int live = 0; live < liveMax; live++) {
                        allocated(counts, size);
                    }
                    for (int live = 0; live < liveMax; live++) {
                        freed(counts, size);
                    }
                }
            }));
        }
        try {
            Counts.Snapshot previous = counts.snapshot(Kind.DIRECT);
            for (int round = 0; round < SNAPSHOTS; round++) {
                Counts.Snapshot snapshot = counts.snapshot(Kind.DIRECT);
                assertThat(snapshot.live()).as("%s, round %d", snapshot, round).isBetween(0L, (long) THREADS * liveMax)
                    .isEqualTo(snapshot.allocations() - snapshot.frees());
                assertThat(snapshot.liveBytes()).as("%s, round %d", snapshot, round)
                    .isEqualTo(snapshot.live() * size).isLessThanOrEqualTo(snapshot.peakBytes());
                assertThat(snapshot.allocations()).isGreaterThanOrEqualTo(previous.allocations());
                assertThat(snapshot.frees()).isGreaterThanOrEqualTo(previous.frees());
                assertThat(snapshot.peakBytes()).isBetween(previous.peakBytes(), (long) THREADS * liveMax * size);
                previous = snapshot;
            }
        } finally {
            over.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(counts.snapshot(Kind.DIRECT).live()).isZero();
    }

    private static void allocated(Counts counts, int capacity) {
        counts.allocated(counts.callers().current(), Kind.DIRECT, capacity);
    }

    private static void freed(Counts counts, int capacity) {
        counts.freed(counts.callers().current(), Kind.DIRECT, capacity);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
