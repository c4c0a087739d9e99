package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small blocks: their sizes and addresses, and the caches of threads. */
@Timeout(120)
class SlotsTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void sizesAreRoundedToSixteenAndTakeNoHeader() {
        for (int size = 1; size <= 1024; size++) {
            long address = heap.memalloc(size);
            assertThat(heap.segment(address).byteSize()).isEqualTo((size + 15) / 16 * 16);
            assertThat(heap.stats().bytesLive()).isEqualTo((size + 15) / 16 * 16);
            heap.memfree(address);
        }
        long larger = heap.memalloc(8193);
        assertThat(heap.segment(larger).byteSize()).isGreaterThanOrEqualTo(8193);
        heap.memfree(larger);
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @Test
    void above1KiBASixteenthIsLostAtMost() {
        for (int size = 1025; size <= 8192; size++) {
            long address = heap.memalloc(size);
            long usable = heap.segment(address).byteSize();
            assertThat(usable).isGreaterThanOrEqualTo(size).isLessThan(size + size / 16 + 1);
            assertThat(heap.stats().bytesLive()).isEqualTo(usable);
            heap.memfree(address);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64, 128, 256, 512, 1024, 2048, 4096})
    void powersOfTwoBeginAtTheirMultiples(int size) {
        for (int i = 0; i < 1000; i++) {
            long address = heap.memalloc(size);
            assertThat(address % size).isZero();
            assertThat(heap.segment(address).byteSize()).isEqualTo(size);
        }
    }

    @Test
    void noTwoAreTheSameOfAMillion() {
        Set<Long> all = new HashSet<>();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(all.add(heap.memalloc(random.nextInt(1, 65)))).isTrue();
        }
        heap.check();
        assertThat(heap.stats().blocksLive()).isEqualTo(1_000_000);
        all.forEach(heap::memfree);
        assertThat(heap.stats().blocksLive()).isZero();
    }

    @Test
    void theOneFreedLastIsHandedOutFirst() {
        long first = heap.memalloc(100);
        long second = heap.memalloc(100);
        heap.memfree(first);
        heap.memfree(second);
        assertThat(heap.memalloc(97)).isEqualTo(second);
        assertThat(heap.memalloc(112)).isEqualTo(first);
    }

    @Test
    void aResizeStaysWithinItsSlotOrMoves() {
        long address = heap.memalloc(100);
        Pattern.write(heap, address, 100, 1);
        assertThat(heap.memresize(address, 112)).isEqualTo(address);
        assertThat(heap.memresize(address, 57)).isEqualTo(address);
        long smaller = heap.memresize(address, 56);
        assertThat(smaller).as("half of the slot would be lost").isNotEqualTo(address);
        Pattern.verify(heap.segment(smaller), 100, 56, 1);
        long larger = heap.memresize(smaller, 5000);
        Pattern.verify(heap.segment(larger), 100, 56, 1);
        assertThatThrownBy(() -> heap.memfree(smaller)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatAThreadHadAtHandOutlivesIt() throws InterruptedException {
        for (int i = 0; i < 5000; i++) {
            Thread thread = Thread.ofPlatform().start(() -> {
                long address = heap.memalloc(1000);
                heap.memoryset(address, 1, 1000);
                heap.memfree(address);
            });
            thread.join();
        }
        heap.check();
        assertThat(heap.stats().bytesLive()).isZero();
        assertThat(heap.stats().bytesCommitted()).as("5000 threads, but never two at once").isLessThan(2 << 20);
        heap.trim();
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @Test
    void manyThreadsAtOnceMoreThanHavePlaces() throws Exception {
        int threads = 1500;
        BlockingQueue<Long> handedOver = new LinkedBlockingQueue<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int id = t;
            all.add(Thread.ofPlatform().stackSize(256 << 10).start(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        long address = heap.memalloc(48);
                        Pattern.write(heap, address, 48, id);
                        Thread.yield();
                        Pattern.verify(heap, address, 48, id);
                        handedOver.add(address);
                        heap.memfree(handedOver.take());
                    }
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        heap.check();
        assertThat(heap.stats().blocksLive()).isZero();
    }

    @Test
    void oneThreadAllocatesAndAnotherFrees() throws Exception {
        BlockingQueue<long[]> batches = new LinkedBlockingQueue<>(10);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        int rounds = 500;
        int batch = 4096;
        Thread consumer = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < rounds; i++) {
                    for (long address : batches.take()) {
                        heap.memfree(address);
                    }
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        for (int i = 0; i < rounds; i++) {
            long[] addresses = new long[batch];
            for (int j = 0; j < batch; j++) {
                addresses[j] = heap.memalloc(64);
            }
            batches.put(addresses);
        }
        consumer.join();
        assertThat(failure.get()).isNull();
        heap.check();
        assertThat(heap.stats().blocksLive()).isZero();
        assertThat(heap.stats().bytesCommitted()).isLessThan(20L * batch * 64);
    }

    @Test
    void oneThreadsCacheDoesNotStarveAnotherAtTheLimit() throws InterruptedException {
        try (Heap small = new Heap(HeapOptions.defaults().withLimit(1 << 20))) {
            Thread thread = Thread.ofPlatform().start(() -> {
                List<Long> blocks = new ArrayList<>();
                for (int size = 16; size <= 1024; size += 16) {
                    for (int i = 0; i < 8; i++) {
                        blocks.add(small.memalloc(size));
                    }
                }
                blocks.forEach(small::memfree);
            });
            thread.join();
            long most = small.memalloc((1 << 20) - 4096);
            assertThat(most).isNotZero();
            small.memfree(most);
        }
    }

    @Test
    void twoThreadsThatFreeOneSlotAtOnceNeverShareIt() throws Exception {
        for (int round = 0; round < 2000; round++) {
            try (Heap raced = new Heap()) {
                long address = raced.memalloc(32);
                int refused = raceToFree(raced, address);
                assertThat(refused).isBetween(0, 1);
                Set<Long> again = new HashSet<>();
                int damaged = 0;
                for (int i = 0; i < 200; i++) {
                    try {
                        assertThat(again.add(raced.memalloc(32))).as("handed out once").isTrue();
                    } catch (IllegalStateException e) {
                        damaged++;
                    }
                }
                assertThat(damaged).isBetween(0, 1 - refused);
            }
        }
    }

    @Test
    void aSlotFreedTwiceAtOnceIsNotHandedOutTwiceAfterItsCachesWereFlushed() throws Exception {
        for (int round = 0; round < 300; round++) {
            try (Heap raced = new Heap()) {
                long address = raced.memalloc(32);
                raceToFree(raced, address);
                long mine = raced.memalloc(32);
                raced.trim();
                Set<Long> again = new HashSet<>(Set.of(mine));
                for (int i = 0; i < 200; i++) {
                    try {
                        assertThat(again.add(raced.memalloc(32))).as("handed out once").isTrue();
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessageContaining("two threads freed it");
                    }
                }
            }
        }
    }

    /** What comes too late is told that the heap is closed, and harms no heap that is opened next. */
    @Test
    void closingWhileOthersAllocate() throws Exception {
        for (int round = 0; round < 300; round++) {
            Heap closing = new Heap();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                threads.add(Thread.ofPlatform().start(() -> useUntilClosed(closing, failure)));
            }
            closeWhenNobodyReads(closing);
            try (Heap next = new Heap()) {
                List<Long> blocks = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    blocks.add(next.memalloc(100));
                }
                next.check();
                blocks.forEach(next::memfree);
                next.check();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failure.get()).isNull();
        }
    }

    private static void useUntilClosed(Heap heap, AtomicReference<Throwable> failure) {
        try {
            while (true) {
                long address = heap.memalloc(100);
                heap.memoryset(address, 1, 100);
                heap.memfree(heap.memdup(address, 100));
                heap.memfree(address);
                heap.memfree(heap.defalloc(1, 300_000));
            }
        } catch (IllegalStateException e) {
            if (!e.getMessage().contains("closed")) {
                failure.set(e);
            }
        } catch (Throwable e) {
            failure.set(e);
        }
    }

    private static void closeWhenNobodyReads(Heap heap) {
        while (true) {
            try {
                heap.close();
                return;
            } catch (IllegalStateException e) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void idleThreadsDoNotHoldTheLimitBack() throws Exception {
        long limit = 32 << 20;
        try (Heap limited = new Heap(HeapOptions.defaults().withLimit(limit))) {
            CountDownLatch used = new CountDownLatch(20);
            CountDownLatch end = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 20; t++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    List<Long> blocks = new ArrayList<>();
                    for (int i = 0; i < 64 * 40; i++) {
                        blocks.add(limited.memalloc(1 + i % 64 * 16));
                    }
                    blocks.forEach(limited::memfree);
                    used.countDown();
                    await(end);
                }));
            }
            used.await();
            assertThat(limited.memalloc(limit * 3 / 4)).isNotZero();
            end.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aShrunkSlotAtTheLimitStays() {
        try (Heap limited = new Heap(HeapOptions.defaults().withLimit(64 << 10))) {
            List<Long> blocks = new ArrayList<>();
            assertThatThrownBy(() -> {
                while (true) {
                    blocks.add(limited.memalloc(1024));
                }
            }).isInstanceOf(OutOfMemoryError.class);
            assertThat(limited.memresize(blocks.getFirst(), 100)).isEqualTo(blocks.getFirst());
        }
    }

    private static int raceToFree(Heap heap, long address) throws InterruptedException {
        AtomicReference<Integer> refused = new AtomicReference<>(0);
        Runnable free = () -> {
            try {
                heap.memfree(address);
            } catch (IllegalStateException e) {
                refused.accumulateAndGet(1, Integer::sum);
            }
        };
        Thread first = Thread.ofPlatform().start(free);
        Thread second = Thread.ofPlatform().start(free);
        first.join();
        second.join();
        return refused.get();
    }
}
