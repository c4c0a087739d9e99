package dev.memalloc.agent.program;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that allocate and free direct buffers at random; prints what they did, and what the agent counted. */
public final class Counting {
    private static final int THREADS = 8;
    private static final int ROUNDS = 4000;
    private static final int LIVE_MAX = 50;

    private Counting() {
    }

    /** Runs it with a seed. */
    public static void main(String[] args) throws Exception {
        long seed = Long.parseLong(args[0]);
        SplittableRandom seeds = new SplittableRandom(seed);
        List<Future<Worker>> futures = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                Worker worker = new Worker(seeds.split());
                futures.add(threads.submit(() -> {
                    worker.work();
                    return worker;
                }));
            }
        }
        long allocations = 0;
        long live = 0;
        long liveBytes = 0;
        long peakMin = 0;
        List<Worker> workers = new ArrayList<>();
        for (Future<Worker> future : futures) {
            Worker worker = future.get();
            workers.add(worker);
            allocations += worker.allocations;
            live += worker.buffers.size();
            liveBytes += worker.liveBytes;
            peakMin = Math.max(peakMin, worker.peakBytes);
        }
        System.out.println("expected: " + allocations + " " + (allocations - live) + " " + live + " " + liveBytes);
        System.out.println("counted: " + Figures.agent("AllocationCount") + " " + Figures.agent("FreeCount") + " "
            + Figures.agent("LiveCount") + " " + Figures.agent("LiveBytes"));
        System.out.println("pool: " + Figures.pool().getCount() + " " + Figures.pool().getTotalCapacity());
        long peak = Figures.agent("PeakBytes");
        System.out.println("peak in bounds: " + (peak >= peakMin && peak >= liveBytes
            && peak <= workers.stream().mapToLong(worker -> worker.peakBytes).sum()));
        for (Worker worker : workers) {
            worker.freeAll();
        }
        System.out.println("at the end: " + Figures.agent("LiveCount") + " " + Figures.agent("LiveBytes") + " "
            + Figures.bean("Heap", "BlocksLive") + " " + Figures.agent("FailedFreeCount"));
        System.out.println("damaged: " + workers.stream().mapToLong(worker -> worker.damaged).sum());
    }

    /** One thread's buffers: each is marked, and the mark is looked at before it is freed. */
    private static final class Worker {
        final List<ByteBuffer> buffers = new ArrayList<>();
        long allocations;
        long liveBytes;
        long peakBytes;
        long damaged;
        private final SplittableRandom random;

        Worker(SplittableRandom random) {
            this.random = random;
        }

        void work() throws ReflectiveOperationException {
            for (int round = 0; round < ROUNDS; round++) {
                if (buffers.isEmpty() || buffers.size() < LIVE_MAX && random.nextBoolean()) {
                    allocate(random.nextInt(50) == 0 ? 200_000 : random.nextInt(3000));
                } else {
                    free(random.nextInt(buffers.size()));
                }
            }
        }

        void freeAll() throws ReflectiveOperationException {
            while (!buffers.isEmpty()) {
                free(buffers.size() - 1);
            }
        }

        private void allocate(int capacity) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(capacity);
            allocations++;
            liveBytes += capacity;
            peakBytes = Math.max(peakBytes, liveBytes);
            if (capacity > 0) {
                damaged += buffer.get(0) == 0 && buffer.get(capacity - 1) == 0 ? 0 : 1;
                buffer.put(0, mark(buffer)).put(capacity - 1, mark(buffer));
            }
            buffers.add(buffer);
        }

        private void free(int index) throws ReflectiveOperationException {
            ByteBuffer buffer = buffers.remove(index);
            int capacity = buffer.capacity();
            liveBytes -= capacity;
            if (capacity > 0) {
                damaged += buffer.get(0) == mark(buffer) && buffer.get(capacity - 1) == mark(buffer) ? 0 : 1;
            }
            Figures.invokeCleaner(buffer);
        }

        private byte mark(ByteBuffer buffer) {
            return (byte) (System.identityHashCode(buffer) | 1);
        }
    }
}
