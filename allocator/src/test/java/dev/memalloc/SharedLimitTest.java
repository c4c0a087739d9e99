package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit is reached by many threads: what they have in their caches is found, whatever they do meanwhile. */
class SharedLimitTest {
    private static final int THREADS = 8;
    private static final long LIMIT = 64L << 20;

    @ParameterizedTest
    @ValueSource(longs = {4L << 20, LIMIT, 1L << 30})
    void whatIdleThreadsHaveCachedIsFound(long limit) throws Exception {
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(limit));
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            inAll(threads, () -> {
                fillCaches(heap);
                return null;
            });
            fill(heap);
            assertReached(heap);
        }
    }

    @Test
    void whatBusyThreadsHaveCachedIsFound() throws Exception {
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(LIMIT));
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Phaser end = new Phaser(1);
            for (int i = 0; i < THREADS; i++) {
                threads.submit(() -> {
                    fillCaches(heap);
                    long sum = 0;
                    while (end.getPhase() == 0) {
                        sum += ThreadLocalRandom.current().nextInt();
                    }
                    return sum;
                });
            }
            try {
                Thread.sleep(200);
                fill(heap);
                assertReached(heap);
            } finally {
                end.arrive();
            }
        }
    }

    @Test
    void allThreadsReachItAtOnce() throws Exception {
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(LIMIT));
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            inAll(threads, () -> {
                fillCaches(heap);
                fill(heap);
                return null;
            });
            assertReached(heap);
            heap.check();
        }
    }

    /** Such a thread's cache is left alone. */
    @Test
    void aThreadThatDoesNotShowItsStackIsNotTakenForOneOutside() throws Exception {
        Phaser end = new Phaser(1);
        class Hidden extends Thread {
            @Override
            public StackTraceElement[] getStackTrace() {
                return new StackTraceElement[0];
            }

            @Override
            public void run() {
                end.awaitAdvance(0);
            }
        }
        Thread hidden = new Hidden();
        Thread shown = new Thread(() -> end.awaitAdvance(0));
        hidden.start();
        shown.start();
        assertThat(Handshake.isOutside(hidden, Slots.class)).isFalse();
        assertThat(Handshake.isOutside(shown, Slots.class)).isTrue();
        assertThat(Handshake.isOutside(shown, Thread.class)).isFalse();
        end.arrive();
        hidden.join();
        shown.join();
    }

    /** Slots are in one cache at a time, whoever flushes it, and blocks stay apart. */
    @Test
    void cachesAreFlushedWhileTheirThreadsUseThem() throws Exception {
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(LIMIT));
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Phaser end = new Phaser(1);
            List<Future<?>> users = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                users.add(threads.submit(() -> use(heap, end)));
            }
            for (int i = 0; i < 300; i++) {
                heap.slots().flushCaches();
            }
            end.arrive();
            for (Future<?> user : users) {
                user.get();
            }
            heap.check();
            heap.slots().flushCaches();
            assertThat(heap.stats().bytesLive()).isZero();
            assertThat(heap.stats().blocksLive()).isZero();
        }
    }

    @Test
    void theRefusalSaysWhoHoldsTheMemory() {
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(LIMIT))) {
            heap.memalloc(1_000_000);
            heap.memalloc(20_000);
            for (int i = 0; i < 3000; i++) {
                heap.memalloc(100);
            }
            assertThatThrownBy(() -> heap.memalloc(LIMIT)).isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("held by 1 mapping (1003520 bytes), 1 block above 8192 bytes (20480 bytes),"
                    + " and 3000 smaller ones, mostly 3000 of up to 112 bytes");
        }
    }

    private static Object use(Heap heap, Phaser end) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long[] blocks = new long[1000];
        long id = Thread.currentThread().threadId();
        while (end.getPhase() == 0) {
            for (int i = 0; i < 1000; i++) {
                int at = random.nextInt(blocks.length);
                if (blocks[at] != 0) {
                    Pattern.verify(heap, blocks[at], 16 + at, id);
                    heap.memfree(blocks[at]);
                    blocks[at] = 0;
                } else {
                    blocks[at] = heap.memalloc(16 + at);
                    Pattern.write(heap, blocks[at], 16 + at, id);
                }
            }
        }
        for (long block : blocks) {
            heap.memfree(block);
        }
        return null;
    }

    private static void fillCaches(Heap heap) {
        for (long size = 16; size <= SlotSizes.SIZE_MAX; size += 16) {
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                try {
                    blocks.add(heap.memalloc(size));
                } catch (OutOfMemoryError e) {
                    break;
                }
            }
            blocks.forEach(heap::memfree);
        }
    }

    private static void fill(Heap heap) {
        long start = System.nanoTime();
        try {
            while (true) {
                start = System.nanoTime();
                heap.memalloc(1000);
            }
        } catch (OutOfMemoryError e) {
            assertThat(System.nanoTime() - start).as("nanoseconds for the refusal").isLessThan(2_000_000_000L);
        }
    }

    private static void assertReached(Heap heap) {
        HeapStats stats = heap.stats();
        assertThat(stats.bytesLive()).isBetween(stats.limit() / 100 * 99, stats.limit());
        assertThat(stats.bytesPeak()).isLessThanOrEqualTo(stats.limit());
    }

    private static void inAll(ExecutorService threads, Callable<?> action) throws Exception {
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            futures.add(threads.submit(action));
        }
        for (Future<?> future : futures) {
            future.get();
        }
    }
}
