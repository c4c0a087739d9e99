package dev.memalloc.agent.program;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many threads at a limit of direct memory, given as an argument in bytes, with nothing to free it but the collector.
 * What they hold at once never exceeds half of the limit. Beside them, something else waits for the collector.
 */
public final class Crowded {
    private static final int THREADS = 16;
    private static final int ROUNDS = 60;

    private Crowded() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int capacity = (int) (Long.parseLong(args[0]) / (2 * THREADS));
        AtomicLong served = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    try {
                        ByteBuffer.allocateDirect(capacity).put(0, (byte) 1).put(capacity - 1, (byte) 1);
                        served.incrementAndGet();
                    } catch (OutOfMemoryError e) {
                        refused.incrementAndGet();
                    }
                }
            }));
        }
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        long processed = 0;
        while (threads.stream().anyMatch(Thread::isAlive)) {
            PhantomReference<Object> reference = new PhantomReference<>(new Object(), queue);
            System.gc();
            processed += queue.remove(10_000) == reference ? 1 : 0;
        }
        System.out.println("served: " + served + ", refused " + refused);
        System.out.println("others were processed: " + (processed > 0));
        System.out.println("live: " + Figures.collectUntil(0, () -> Figures.agent("LiveCount")));
        System.out.println("counted: " + (Figures.agent("AllocationCount") == served.get()
            && Figures.agent("FreeCount") == served.get() && Figures.agent("FailedFreeCount") == 0));
        System.out.println("peak in bounds: " + (Figures.agent("PeakBytes") <= Long.parseLong(args[0])));
        System.out.println("pool: " + Figures.poolLine());
        System.out.println("heap: " + Figures.bean("Heap", "BlocksLive"));
    }
}
