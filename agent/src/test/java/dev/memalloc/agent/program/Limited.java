package dev.memalloc.agent.program;

import java.nio.ByteBuffer;

/** An application at the limit of the process's heap, which is given as an argument. */
public final class Limited {
    /** 1 + 2 + … + 256: what the JDK's Bits waits before it refuses. */
    private static final long JVM_WAITS_MILLIS = 511;

    private Limited() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int limit = Integer.parseInt(args[0]);
        System.out.println("beyond: " + refusal(limit + 1));
        System.out.println("pool: " + Figures.poolLine());
        if (limit > 0) {
            ByteBuffer most = ByteBuffer.allocateDirect(limit - 10_000);
            Thread.currentThread().interrupt();
            System.out.println("full: " + refusal(20_000) + ", interrupted " + Thread.interrupted());
            System.out.println("pool when full: " + Figures.poolLine());
            System.out.println("most: " + most.get(0));
            System.out.println("refused before the JVM would: " + (refusalMillis(20_000) < JVM_WAITS_MILLIS));
            most = null;
            for (int i = 0; i < 20; i++) {
                ByteBuffer.allocateDirect(limit - 10_000);
            }
        }
        System.out.println("served: " + Figures.agent("AllocationCount"));
    }

    /** Of several refusals the quickest: the others may have waited for the machine. */
    private static long refusalMillis(int capacity) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            refusal(capacity);
            least = Math.min(least, (System.nanoTime() - start) / 1_000_000);
        }
        return least;
    }

    private static String refusal(int capacity) {
        try {
            return ByteBuffer.allocateDirect(capacity).toString();
        } catch (OutOfMemoryError e) {
            return e.getMessage();
        }
    }
}
