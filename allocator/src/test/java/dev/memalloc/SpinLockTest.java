package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpinLockTest {
    private static final int ROUNDS = 50_000;

    private final SpinLock lock = new SpinLock();
    private long counter;

    @Test
    void platformThreadsExcludeEachOther() throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(6)) {
            countWith(executor, 6);
        }
    }

    @Test
    void virtualThreadsExcludeEachOther() throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            countWith(executor, 100);
        }
    }

    @Test
    void whoWaitsForLongGetsItInTheEnd() throws Exception {
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            lock.lock();
            Future<?> waiting = executor.submit(() -> count(1));
            Thread.sleep(50);
            assertThat(waiting.isDone()).isFalse();
            assertThat(counter).isZero();
            lock.unlock();
            waiting.get();
            assertThat(counter).isEqualTo(2);
        }
    }

    private void countWith(ExecutorService executor, int tasks) throws Exception {
        List<Future<?>> futures = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            futures.add(executor.submit(() -> count(ROUNDS)));
        }
        for (Future<?> future : futures) {
            future.get();
        }
        assertThat(counter).isEqualTo(2L * tasks * ROUNDS);
    }

    /** Takes it twice each time: it may be taken again by who has it. */
    private void count(int rounds) {
        for (int i = 0; i < rounds; i++) {
            lock.lock();
            lock.lock();
            counter++;
            lock.unlock();
            counter++;
            lock.unlock();
        }
    }
}
