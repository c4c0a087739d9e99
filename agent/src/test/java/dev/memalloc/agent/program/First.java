package dev.memalloc.agent.program;

import java.nio.ByteBuffer;

/**
 * Allocates its first direct buffers, some on memory that was used before, and has them collected, with a word before
 * and after.
 */
public final class First {
    private First() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        String buffer = ByteBuffer.allocate(1).toString();
        System.out.println("start");
        buffer = ByteBuffer.allocateDirect(100).toString();
        ByteBuffer.allocateDirect(0);
        ByteBuffer.allocateDirect(1_000_000).put(999_999, (byte) 1);
        for (int i = 0; i < 10; i++) {
            for (int size = 1; size < 1_000_000; size *= 3) {
                ByteBuffer.allocateDirect(size).put(0, (byte) 1).put(size - 1, (byte) 1);
            }
            System.gc();
            Thread.sleep(10);
        }
        System.out.println("freed");
        System.out.println("buffer: " + buffer);
    }
}
