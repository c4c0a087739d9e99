package dev.memalloc.agent.boot;

import dev.memalloc.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What frees one direct buffer: the memory's address and size, and whether it was freed.
 *
 * <p>It is run by the JVM's reference handler when the buffer was collected, or by whoever invokes the buffer's
 * cleaner. On the reference handler an exception ends the JVM, and a wait stops all other cleaning. So nothing
 * escapes, and the only waits are for the heap's lock. Whatever may have run it before, it frees once.
 *
 * <p>When the allocator refuses (the operating system does not unmap, the Java heap is exhausted, damage was found)
 * the memory is still taken: it stays reserved, counts as live, and the failure is counted.
 */
final class Deallocator implements Runnable {
    private static final VarHandle FREED;

    static {
        try {
            FREED = MethodHandles.lookup().findVarHandle(Deallocator.class, "freed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Counts counts;
    private final long size;
    private final int capacity;
    private long address;
    @SuppressWarnings("unused") // written through FREED
    private volatile boolean freed;

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
        if (!FREED.compareAndSet(this, false, true)) {
            return;
        }
        if (served) {
            counts.freed(capacity);
        }
        try {
            Memory.memfree(address);
            JavaNio.unreserve(size, capacity);
        } catch (Throwable e) {
            counts.freeFailed();
            if (served) {
                counts.lost(capacity);
            }
        }
    }
}
