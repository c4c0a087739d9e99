package dev.memalloc.agent.program;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Allocates direct buffers while the Java heap is full, again and again, each time filled up another way; then prints
 * what is left of them.
 */
public final class Starved {
    private static final int ROUNDS = 20;
    private static final int KEPT_MAX = 400_000;

    private static final ByteBuffer[] KEPT = new ByteBuffer[KEPT_MAX];
    private static Object[] filler;

    private Starved() {
    }

    /** Runs it with a seed. */
    public static void main(String[] args) throws Exception {
        SplittableRandom random = new SplittableRandom(Long.parseLong(args[0]));
        // What is needed to tell the outcome is loaded before.
        System.out.println("ready: " + Figures.agent("LiveCount") + " " + Figures.bean("Heap", "BlocksLive") + " "
            + Figures.poolLine());
        long refused = 0;
        long wrong = 0;
        for (int round = 0; round < ROUNDS; round++) {
            fill(8 << random.nextInt(8));
            int kept = 0;
            try {
                while (kept < KEPT_MAX) {
                    KEPT[kept] = ByteBuffer.allocateDirect(1 + random.nextInt(64));
                    KEPT[kept].put(0, (byte) kept);
                    kept++;
                }
            } catch (OutOfMemoryError e) {
                refused++;
            }
            for (int i = 0; i < kept; i++) {
                wrong += KEPT[i].get(0) == (byte) i ? 0 : 1;
                if (i % 2 == 0) {
                    KEPT[i] = null;
                }
            }
            // Half of them are freed while the heap is full but for them.
            System.gc();
            filler = null;
            for (int i = 1; i < kept; i += 2) {
                Figures.invokeCleaner(KEPT[i]);
                KEPT[i] = null;
            }
            KEPT[Math.min(kept, KEPT_MAX - 1)] = null;
        }
        System.out.println("refused: " + (refused > 0) + ", wrong " + wrong);
        System.out.println("pool: " + Figures.collectUntil(0, () -> Figures.pool().getCount()) + ", "
            + Figures.poolLine());
        System.out.println("agent: " + Figures.collectUntil(0, () -> Figures.agent("LiveCount")) + " live, "
            + Figures.agent("LiveBytes") + " bytes, " + Figures.agent("FailedFreeCount") + " failed, "
            + (Figures.agent("AllocationCount") - Figures.agent("FreeCount")) + " not freed");
        System.out.println("heap: " + Figures.bean("Heap", "BlocksLive"));
    }

    /** Fills the Java heap with arrays of that size, to the last that it holds. */
    private static void fill(int size) {
        Object[] chain = null;
        try {
            while (true) {
                Object[] next = new Object[size];
                next[0] = chain;
                chain = next;
            }
        } catch (OutOfMemoryError e) {
            filler = chain;
        }
    }
}
