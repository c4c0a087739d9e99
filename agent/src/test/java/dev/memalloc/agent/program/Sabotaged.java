package dev.memalloc.agent.program;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Allocates while something else is wrong in the JVM; prints what is left of it. */
public final class Sabotaged {
    private static final int BUFFERS = 10;

    private Sabotaged() {
    }

    /** Runs it. */
    public static void main(String[] args) {
        List<ByteBuffer> buffers = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        System.setProperty("sabotage", "on");
        for (int i = 0; i < BUFFERS; i++) {
            try {
                buffers.add(ByteBuffer.allocateDirect(1000));
            } catch (Throwable e) {
                refusals.add(e.toString());
            }
        }
        System.clearProperty("sabotage");
        System.out.println("refusals: " + refusals);
        System.out.println("served: " + Figures.agent("AllocationCount") + ", live " + Figures.agent("LiveCount"));
        System.out.println("pool: " + Figures.poolLine());
        System.out.println("heap: " + Figures.bean("Heap", "BlocksLive"));
        System.out.println("kept: " + buffers.size());
    }
}
