package dev.memalloc.agent.program;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.SplittableRandom;

/**
 * Threads that allocate and free direct buffers at random, until a line comes on stdin; then all that is left is freed,
 * half by its cleaner and half by the collector, and figures are printed.
 *
 * <p>Each buffer is new if it is all zero, and bears a mark of its own until it is freed.
 */
public final class Churning {
    private static final int THREADS = 2;
    private static final int LIVE_MAX = 100;
    private static final int SIZE_MAX = 5000;
    private static final int LARGE = 400_000;

    private static volatile boolean over;

    private Churning() {
    }

    /** Runs it with a seed. */
    public static void main(String[] args) throws Exception {
        SplittableRandom seeds = new SplittableRandom(Long.parseLong(args[0]));
        List<Churner> churners = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Churner churner = new Churner(seeds.split());
            churners.add(churner);
            threads.add(Thread.ofPlatform().start(churner));
        }
        // So that the agent's beans can be asked after it was uninstalled.
        Figures.pool();
        System.out.println(ProcessHandle.current().pid());
        Scanner in = new Scanner(System.in);
        while (in.hasNextLine() && in.nextLine().equals("count")) {
            System.out.println(churners.stream().mapToLong(churner -> churner.allocations).sum());
        }
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        churners.forEach(Churner::freeAll);
        System.out.println("wrong: " + churners.stream().map(churner -> churner.wrong).toList());
        System.out.println("pool: " + Figures.collectUntil(0, () -> Figures.pool().getCount()) + ", "
            + Figures.poolLine());
        System.out.println("agent: " + Figures.agent("LiveCount") + " live, " + Figures.agent("LiveBytes") + " bytes, "
            + Figures.agent("FailedFreeCount") + " failed, "
            + (Figures.agent("AllocationCount") - Figures.agent("FreeCount")) + " not freed");
        System.out.println("heap: " + Figures.bean("Heap", "BlocksLive") + " " + Figures.bean("Heap", "MappingsLive"));
        System.out.println("served: " + Figures.agent("AllocationCount"));
        System.out.println("allocated: " + churners.stream().mapToLong(churner -> churner.allocations).sum());
    }

    private static final class Churner implements Runnable {
        volatile long allocations;
        volatile String wrong;
        private final List<ByteBuffer> buffers = new ArrayList<>();
        private final SplittableRandom random;

        Churner(SplittableRandom random) {
            this.random = random;
        }

        @Override
        public void run() {
            while (!over && wrong == null) {
                try {
                    if (buffers.size() < LIVE_MAX && random.nextBoolean()) {
                        buffers.add(allocate(random.nextInt(100) == 0 ? LARGE : 1 + random.nextInt(SIZE_MAX)));
                    } else if (!buffers.isEmpty()) {
                        free(buffers.remove(random.nextInt(buffers.size())));
                    }
                } catch (Throwable e) {
                    wrong = e.toString();
                }
            }
        }

        void freeAll() {
            while (!buffers.isEmpty()) {
                free(buffers.removeLast());
            }
        }

        private ByteBuffer allocate(int capacity) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(capacity);
            allocations++;
            if (buffer.get(0) != 0 || buffer.get(capacity / 2) != 0 || buffer.get(capacity - 1) != 0) {
                wrong = "not zero";
            }
            return mark(buffer);
        }

        private static ByteBuffer mark(ByteBuffer buffer) {
            byte mark = markOf(buffer);
            int last = buffer.capacity() - 1;
            return buffer.put(0, mark).put(last / 2, mark).put(last, mark);
        }

        private void free(ByteBuffer buffer) {
            byte mark = markOf(buffer);
            int last = buffer.capacity() - 1;
            if (buffer.get(0) != mark || buffer.get(last / 2) != mark || buffer.get(last) != mark) {
                wrong = "overwritten";
            }
            if (random.nextInt(4) != 0) {
                try {
                    Figures.invokeCleaner(buffer);
                } catch (ReflectiveOperationException e) {
                    wrong = e.toString();
                }
            }
        }

        private static byte markOf(ByteBuffer buffer) {
            return (byte) (System.identityHashCode(buffer) | 1);
        }
    }
}
