package dev.memalloc.agent.program;

import java.nio.ByteBuffer;

/** Drops many direct buffers and waits until the collector has freed them. */
public final class Collected {
    private Collected() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        ByteBuffer kept = ByteBuffer.allocateDirect(100_000);
        ByteBuffer slice = kept.slice(50_000, 8).put(0, (byte) 7);
        kept = null;
        for (int i = 0; i < 5000; i++) {
            ByteBuffer.allocateDirect(i * 40).put(i == 0 ? ByteBuffer.allocate(0) : ByteBuffer.allocate(1));
        }
        System.out.println("served: " + Figures.agent("AllocationCount"));
        System.out.println("live: " + Figures.collectUntil(1, () -> Figures.agent("LiveCount")) + " with "
            + Figures.agent("LiveBytes") + " bytes, in the slice " + slice.get(0));
        slice = null;
        System.out.println("live without the slice: " + Figures.collectUntil(0, () -> Figures.agent("LiveCount")));
        System.out.println("freed: " + Figures.agent("FreeCount") + ", failed " + Figures.agent("FailedFreeCount"));
        System.out.println("heap: " + Figures.bean("Heap", "BlocksLive") + " " + Figures.bean("Heap", "BytesLive"));
        System.out.println("pool: " + Figures.poolLine());
    }
}
