package dev.memalloc.agent.program;

import java.nio.ByteBuffer;

/** At a limit, which is given in bytes, waits for another thread to free the only buffer, not for the collector. */
public final class FreedLate {
    private static final int TIMES = 5;
    private static final long MILLIS = 100;

    private FreedLate() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int capacity = Integer.parseInt(args[0]);
        int served = 0;
        ByteBuffer buffer = ByteBuffer.allocateDirect(capacity);
        for (int i = 0; i < TIMES; i++) {
            ByteBuffer before = buffer;
            Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(MILLIS);
                    Figures.invokeCleaner(before);
                } catch (InterruptedException | ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            });
            buffer = ByteBuffer.allocateDirect(capacity);
            served++;
        }
        System.out.println("served: " + served);
    }
}
