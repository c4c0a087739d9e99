package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Threads that are interrupted, throw in the middle of a walk, or end with slots at hand. */
@Timeout(120)
class DyingThreadsTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap(HeapOptions.defaults().withMmapThreshold(50_000));
    private final Heap heap = checked.heap();

    @Test
    void anInterruptedThreadIsServedAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        try {
            for (long size = 10; size < 10_000_000; size *= 3) {
                long address = heap.memresize(heap.memalloc(size), 2 * size);
                Pattern.write(heap, address, Math.min(size, 1000), size);
                Pattern.verify(heap, heap.memdup(address, size), Math.min(size, 1000), size);
                heap.memfree(address);
            }
            heap.forEachLive(block -> heap.memfree(block.address()));
            heap.trim();
            heap.check();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThat(heap.stats().blocksLive()).isZero();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void interruptsAtAnyTimeChangeNothing() throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread worker = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 50_000; i++) {
                    long size = 1 + i * 37L % 100_000;
                    heap.memfree(heap.memresize(heap.memalloc(size), size * 3 / 2));
                }
            } catch (Throwable e) {
                failure.set(e);
            } finally {
                ended.set(true);
            }
        });
        while (!ended.get()) {
            worker.interrupt();
            Thread.sleep(0, 100_000);
        }
        worker.join();
        assertThat(failure.get()).isNull();
        assertThat(heap.stats().blocksLive()).isZero();
    }

    @Test
    void whatAWalksActionThrowsEndsTheWalkAndNothingElse() {
        for (int i = 0; i < 1000; i++) {
            heap.memalloc(1 + i * 100);
        }
        for (int shown : new int[] {1, 70, 300, 900}) {
            AtomicInteger left = new AtomicInteger(shown);
            assertThatThrownBy(() -> heap.forEachLive(block -> {
                heap.memfree(heap.memalloc(block.size()));
                if (left.decrementAndGet() == 0) {
                    throw new UnsupportedOperationException("enough");
                }
            })).isInstanceOf(UnsupportedOperationException.class).hasMessage("enough");
            heap.check();
        }
        AtomicInteger all = new AtomicInteger();
        heap.forEachLive(block -> all.incrementAndGet());
        assertThat(all.get()).isEqualTo(1000);
    }

    @Test
    void theSlotsOfAThreadThatThrewAreFoundAgain() throws InterruptedException {
        int threads = 50;
        Set<Long> addresses = new HashSet<>();
        for (int t = 0; t < threads; t++) {
            Thread thread = new Thread(() -> {
                long[] slots = new long[60];
                for (int i = 0; i < slots.length; i++) {
                    slots[i] = heap.memalloc(200);
                    addresses.add(slots[i]);
                }
                for (long slot : slots) {
                    heap.memfree(slot);
                }
                throw new UnsupportedOperationException("dying");
            });
            thread.setUncaughtExceptionHandler((dead, e) -> { });
            thread.start();
            thread.join();
        }
        assertThat(addresses).as("of %s threads, one after the other, with 60 slots each", threads)
            .hasSizeLessThan(500);
        assertThat(heap.stats().blocksLive()).isZero();
        heap.trim();
        assertThat(heap.stats().bytesLive()).isZero();
    }
}
