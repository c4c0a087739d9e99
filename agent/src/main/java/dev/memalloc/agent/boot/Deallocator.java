package dev.memalloc.agent.boot;

import dev.memalloc.Memory;

/**
 * What frees one direct buffer: the memory's address and size, and whether it was freed.
 *
 * <p>It is run by the JVM's reference handler when the buffer was collected, or by whoever invokes the buffer's
 * cleaner; a cleaner runs it once. On the reference handler an exception ends the JVM, and a wait stops all other
 * cleaning. So nothing escapes, and the only waits are for the heap's lock.
 *
 * <p>When the allocator refuses (the operating system does not unmap, the Java heap is exhausted) the memory is still
 * taken: it stays reserved, counts as live, and the failure is counted. When it finds misuse (somebody else has freed
 * the memory, or guards were overwritten), the memory is not this buffer's any more, and the failure is printed.
 */
final class Deallocator implements Runnable {
    private static final long FREED = -1;

    private final Counts counts;
    private final long size;
    private final int capacity;
    private long address;

    /** For memory of {@code size} bytes that is reserved, and not allocated yet. */
    Deallocator(Counts counts, long size, int capacity) {
        this.counts = counts;
        this.size = size;
        this.capacity = capacity;
    }

    /** Takes over what was allocated; before the buffer is made, and with it all that might run this. */
    void own(long allocated) {
        address = allocated;
    }

    /** Frees a buffer that was served. */
    @Override
    public void run() {
        free(true);
    }

    /** Gives back what was taken for a buffer that was not handed out, and never counted. */
    void abandon() {
        free(false);
    }

    private void free(boolean served) {
        long owned = address;
        if (owned == FREED) {
            return;
        }
        address = FREED;
        try {
            if (served) {
                counts.freed(counts.callers().current(), Kind.DIRECT, capacity);
            }
            if (owned != 0) {
                free(owned);
            }
            JavaNio.lent().unreserve(size, capacity);
        } catch (Throwable e) {
            if (served) {
                counts.freeFailed();
                counts.lost(capacity);
            }
        }
    }

    private void free(long owned) {
        try {
            Memory.memfree(owned);
        } catch (IllegalStateException | IllegalArgumentException e) {
            counts.freeFailed();
            Misuse.print(e);
        }
    }
}
