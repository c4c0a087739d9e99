package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import dev.memalloc.HeapStats;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fresh heap for each test; after it, the heap is checked, and nothing may be live in it. Register as a field with
 * RegisterExtension.
 */
final class CheckedHeap implements AfterEachCallback {
    private final Heap heap;

    CheckedHeap() {
        this(HeapOptions.defaults());
    }

    CheckedHeap(HeapOptions options) {
        heap = new Heap(options);
    }

    Heap heap() {
        return heap;
    }

    /**
     * Checks the heap, and that everything was given back to it; what other threads have used, once the collector
     * finds that they do not any more.
     */
    static void requireAllFreed(Heap heap) {
        heap.check();
        for (int inVain = 0; inVain < 10 && heap.stats().blocksLive() > 0;) {
            inVain = Retired.collect() ? 0 : inVain + 1; // what was retired is freed one by one, by another thread
            if (inVain > 0) { // what a stack overflow cut off from all is not counted as retired
                System.gc();
                LockSupport.parkNanos(20_000_000);
            }
        }
        HeapStats stats = heap.stats();
        assertThat(stats.bytesLive()).as("bytes live after the test: %s", stats).isZero();
        assertThat(stats.blocksLive()).as("blocks live after the test").isZero();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try (heap) {
            requireAllFreed(heap);
        }
    }
}
