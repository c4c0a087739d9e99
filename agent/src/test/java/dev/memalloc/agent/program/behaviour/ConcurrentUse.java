package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Buffers that other threads allocate, of both kinds. */
final class ConcurrentUse {
    private static final int TASKS = 200;

    private ConcurrentUse() {
    }

    static void show() {
        print("interrupted", () -> {
            Thread.currentThread().interrupt();
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            return buffer + " " + Thread.interrupted();
        });
        print("virtual thread", () -> {
            List<ByteBuffer> made = new ArrayList<>();
            Thread.ofVirtual().start(() -> made.add(ByteBuffer.allocateDirect(100))).join();
            return made;
        });
        print("virtual threads", () -> sumOf(Executors.newVirtualThreadPerTaskExecutor()));
        print("platform threads", () -> sumOf(Executors.newFixedThreadPool(4)));
    }

    private static int sumOf(ExecutorService executor) throws Exception {
        List<Future<Integer>> sums = new ArrayList<>();
        try (executor) {
            for (int i = 0; i < TASKS; i++) {
                int size = i * 10;
                sums.add(executor.submit(() -> {
                    ByteBuffer buffer = Buffers.filled(size);
                    Thread.yield();
                    int hash = buffer.hashCode();
                    Buffers.clean(buffer);
                    return hash;
                }));
            }
        }
        int sum = 0;
        for (Future<Integer> future : sums) {
            sum += future.get();
        }
        return sum;
    }
}
