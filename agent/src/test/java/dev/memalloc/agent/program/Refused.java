package dev.memalloc.agent.program;

import java.nio.ByteBuffer;

/** Frees two buffers while the heap frees nothing, one by its cleaner and one by the collector, then two others. */
public final class Refused {
    private Refused() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        ByteBuffer[] buffers = {ByteBuffer.allocateDirect(1000), ByteBuffer.allocateDirect(2000)};
        System.out.println("before: " + Figures.agent("FailedFreeCount"));
        System.setProperty("sabotage", "on");
        Figures.invokeCleaner(buffers[0]);
        buffers[1] = null;
        System.out.println("failed: " + Figures.collectUntil(2, () -> Figures.agent("FailedFreeCount")));
        System.clearProperty("sabotage");
        Figures.invokeCleaner(ByteBuffer.allocateDirect(100));
        ByteBuffer.allocateDirect(100);
        System.out.println("freed after them: " + Figures.collectUntil(2, () -> Figures.agent("FreeCount")));
        System.out.println("live: " + Figures.agent("LiveCount") + " with " + Figures.agent("LiveBytes") + " bytes");
        System.out.println("pool: " + Figures.poolLine());
    }
}
