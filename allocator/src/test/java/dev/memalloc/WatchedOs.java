package dev.memalloc;

import java.util.concurrent.atomic.AtomicInteger;

/** An operating system that counts what goes back to it. */
final class WatchedOs extends Os {
    private final AtomicInteger discarded = new AtomicInteger();
    private final AtomicInteger unmapped = new AtomicInteger();

    int discarded() {
        return discarded.get();
    }

    int unmapped() {
        return unmapped.get();
    }

    @Override
    void discard(long address, long size) {
        super.discard(address, size);
        discarded.incrementAndGet();
    }

    @Override
    void unmap(long address, long size) {
        super.unmap(address, size);
        unmapped.incrementAndGet();
    }
}
