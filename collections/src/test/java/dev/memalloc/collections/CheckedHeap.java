package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
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
        for (int i = 0; i < 10 && heap.stats().blocksLive() > 0; i++) {
            Retired.collect();
        }
        assertThat(heap.stats().bytesLive()).as("bytes live after the test").isZero();
        assertThat(heap.stats().blocksLive()).as("blocks live after the test").isZero();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try (heap) {
            requireAllFreed(heap);
        }
    }
}
