package dev.memalloc.agent.program;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/** An application that uses the library itself. */
public final class Library {
    private Library() {
    }

    /** Runs it. */
    public static void main(String[] args) {
        System.out.println("loader: " + Memory.class.getClassLoader());
        System.out.println("module: " + Memory.class.getModule().getName());
        long block = Memory.memalloc(100);
        Memory.segment(block).set(ValueLayout.JAVA_LONG, 0, 42);
        block = Memory.memresize(block, 1_000_000);
        System.out.println("value: " + Memory.segment(block).get(ValueLayout.JAVA_LONG, 0));
        long before = Memory.stats().bytesLive();
        ByteBuffer buffer = ByteBuffer.allocateDirect(1000);
        System.out.println("buffer's bytes in the heap: " + (Memory.stats().bytesLive() - before));
        System.out.println("buffer's block: " + blockSize(buffer));
        Memory.memfree(block);
        Memory.check();
        try (Heap own = new Heap()) {
            System.out.println("own heap: " + (own.memalloc(1) != 0));
        } catch (IllegalCallerException | ExceptionInInitializerError e) {
            System.out.println("own heap: " + e.getMessage());
        }
        System.out.println("buffer: " + buffer);
    }

    private static String blockSize(ByteBuffer buffer) {
        try {
            return Memory.segment(MemorySegment.ofBuffer(buffer).address()).byteSize() + " bytes";
        } catch (IllegalArgumentException e) {
            return "not in this heap";
        }
    }
}
