package dev.memalloc.agent.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.SplittableRandom;

/**
 * Threads that take and free native memory by all ways at random, until a line comes on stdin; then all that is left
 * is freed, and figures are printed.
 */
public final class Mixing {
    private static final int THREADS = 2;
    private static final int LIVE_MAX = 100;
    private static final int SIZE_MAX = 5000;
    private static final int LARGE = 400_000;
    /** How much else is taken for each temporary buffer, since that takes a thread. */
    private static final int PER_TEMPORARY = 20;

    private static volatile boolean over;

    private Mixing() {
    }

    /** Runs it with a seed. */
    public static void main(String[] args) throws Exception {
        SplittableRandom seeds = new SplittableRandom(Long.parseLong(args[0]));
        Way.useFirst();
        List<Mixer> mixers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Mixer mixer = new Mixer(seeds.split());
            mixers.add(mixer);
            threads.add(Thread.ofPlatform().start(mixer));
        }
        System.out.println(ProcessHandle.current().pid());
        Scanner in = new Scanner(System.in);
        while (in.hasNextLine() && in.nextLine().equals("count")) {
            System.out.println(mixers.stream().mapToLong(mixer -> mixer.allocations).sum());
        }
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("wrong: " + mixers.stream().map(mixer -> mixer.wrong).toList());
        System.out.println("pool: " + Figures.collectUntil(0, () -> Figures.pool().getCount()) + ", "
            + Figures.poolLine());
        System.out.println("live: " + Figures.each("LiveCount"));
        System.out.println("bytes: " + Figures.each("LiveBytes"));
        System.out.println("failed: " + Figures.each("FailedFreeCount"));
        System.out.println("heap: " + Figures.bean("Heap", "BlocksLive") + " " + Figures.bean("Heap", "MappingsLive"));
        System.out.println("served: " + Figures.each("AllocationCount"));
    }

    private static final class Mixer implements Runnable {
        private static final Way[] WAYS = Way.values();

        volatile long allocations;
        volatile String wrong;
        private final List<Way.Taken> taken = new ArrayList<>();
        private final SplittableRandom random;

        Mixer(SplittableRandom random) {
            this.random = random;
        }

        @Override
        public void run() {
            try {
                while (!over) {
                    if (taken.size() < LIVE_MAX && random.nextBoolean()) {
                        taken.add(way().take(random.nextInt(100) == 0 ? LARGE : 1 + random.nextInt(SIZE_MAX)));
                        allocations++;
                    } else if (!taken.isEmpty()) {
                        taken.remove(random.nextInt(taken.size())).free();
                    }
                }
                while (!taken.isEmpty()) {
                    taken.removeLast().free();
                }
            } catch (Throwable e) {
                wrong = e.toString();
            }
        }

        private Way way() {
            if (random.nextInt(PER_TEMPORARY) == 0) {
                return Way.TEMPORARY;
            }
            return WAYS[random.nextInt(Way.TEMPORARY.ordinal())];
        }
    }
}
