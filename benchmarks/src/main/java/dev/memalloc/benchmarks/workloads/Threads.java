package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/** Threads that allocate. */
final class Threads {
    private Threads() {
    }

    /** A task that may wait. */
    @FunctionalInterface
    interface Task {
        void run() throws Exception;
    }

    /**
     * Runs all tasks at once, each in a thread of its own, and waits for their ends.
     *
     * @param onFailure is told when a task has failed, so that the others need not wait for it
     * @throws IllegalStateException with the first failure as its cause
     */
    static void run(Allocator allocator, List<? extends Task> tasks, Runnable onFailure) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (Task task : tasks) {
            // The name says whose part of the work it is, also for the threads that a worker starts.
            String name = Thread.currentThread().getName() + "/" + threads.size();
            threads.add(Thread.ofPlatform().name(name).start(() -> {
                allocator.threadStart();
                try {
                    task.run();
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                    onFailure.run();
                } finally {
                    allocator.threadEnd();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get().toString(), failure.get());
        }
    }

    /** Runs a body {@code count} times at once, each in a thread of its own, and waits for their ends. */
    static void run(Allocator allocator, int count, IntConsumer body) throws InterruptedException {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            tasks.add(() -> body.accept(index));
        }
        run(allocator, tasks, () -> { });
    }
}
