package dev.memalloc.agent.program;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Allocates where the stack ends, and some frames before: either there is a buffer, or nothing has happened. */
public final class StackEnds {
    private static final int DESCENTS = 200;
    private static final int FRAMES_MAX = 60;
    private static final int STACK_SIZE = 512 << 10;
    private static final int[] CAPACITIES = {16, 5000, 40_000};

    private final List<ByteBuffer> buffers = new ArrayList<>(DESCENTS * FRAMES_MAX);
    private int overflows;

    private StackEnds() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        ByteBuffer.allocateDirect(1);
        StackEnds ends = new StackEnds();
        Thread thread = new Thread(null, ends::run, "stack ends", STACK_SIZE);
        thread.start();
        thread.join();
        long bytes = ends.buffers.stream().mapToLong(ByteBuffer::capacity).sum();
        System.out.println("overflows: " + (ends.overflows > DESCENTS));
        System.out.println("buffers: " + (ends.buffers.size() > DESCENTS));
        System.out.println("left over: " + (Figures.collectUntil(ends.buffers.size(), () -> Figures.pool().getCount())
            - ends.buffers.size()) + " reserved, " + (Figures.pool().getTotalCapacity() - bytes) + " bytes, "
            + (Figures.agent("LiveCount") - ends.buffers.size()) + " counted, " + Figures.agent("FailedFreeCount")
            + " failed");
        System.out.println("last: " + ends.buffers.getLast().get(0));
    }

    private void run() {
        for (int i = 0; i < DESCENTS; i++) {
            try {
                descend(i % FRAMES_MAX);
            } catch (StackOverflowError e) {
                // It came in the frame that caught another.
            }
        }
    }

    /** Returns how far the end of the stack is; within so many frames of it, each allocates. */
    private int descend(int frames) {
        try {
            int distance = descend(frames);
            if (distance <= frames) {
                buffers.add(ByteBuffer.allocateDirect(CAPACITIES[overflows % CAPACITIES.length]));
            }
            return distance + 1;
        } catch (StackOverflowError e) {
            overflows++;
            return 0;
        }
    }
}
