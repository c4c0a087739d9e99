package dev.memalloc.agent.program;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/** Ends, in the way given as an argument, while threads allocate direct buffers. */
public final class Ending {
    /** How it ends, where it does not end by itself. */
    public static final int STATUS = 7;
    /** How many buffers there are at least, and of how many bytes each. */
    public static final int BUFFERS_BEFORE = 8000;
    public static final int CAPACITY = 1000;
    private static final int THREADS = 4;

    private Ending() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        CountDownLatch underWay = new CountDownLatch(BUFFERS_BEFORE);
        for (int i = 0; i < THREADS; i++) {
            Thread.ofPlatform().daemon().start(() -> {
                while (true) {
                    try {
                        ByteBuffer.allocateDirect(CAPACITY).put(0, (byte) 1);
                    } catch (OutOfMemoryError e) {
                        // As the JVM ends, nobody frees any more.
                    }
                    underWay.countDown();
                }
            });
        }
        underWay.await();
        System.out.println("allocating");
        switch (args[0]) {
            case "exit" -> System.exit(STATUS);
            case "halt" -> Runtime.getRuntime().halt(STATUS);
            case "return" -> { }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }
}
