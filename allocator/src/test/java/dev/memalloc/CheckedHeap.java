package dev.memalloc;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A fresh heap for each test, which is checked and closed after it. Register as a field with RegisterExtension. */
final class CheckedHeap implements AfterEachCallback {
    private final HeapOptions options;
    private Heap heap;

    CheckedHeap() {
        this(HeapOptions.defaults());
    }

    CheckedHeap(HeapOptions options) {
        this.options = options;
    }

    Heap heap() {
        if (heap == null) {
            heap = new Heap(options);
        }
        return heap;
    }

    /** For tests that damage the heap on purpose, or close it. */
    void abandon() {
        if (heap != null) {
            heap.close();
            heap = null;
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (heap != null) {
            heap.check();
            abandon();
        }
    }
}
