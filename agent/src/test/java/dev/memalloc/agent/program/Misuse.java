package dev.memalloc.agent.program;

import dev.memalloc.Memory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** An application that frees the memory of a direct buffer behind its back. */
public final class Misuse {
    private Misuse() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        Memory.memfree(MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1000)).address());
        System.out.println("failed: " + Figures.collectUntil(1, () -> Figures.agent("FailedFreeCount")));
        System.out.println("live: " + Figures.agent("LiveCount"));
        ByteBuffer next = ByteBuffer.allocateDirect(1000);
        Figures.invokeCleaner(next);
        System.out.println("freed: " + Figures.agent("FreeCount"));
        Memory.check();
    }
}
