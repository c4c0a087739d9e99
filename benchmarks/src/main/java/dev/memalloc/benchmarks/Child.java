package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.allocators.Allocator;
import dev.memalloc.benchmarks.allocators.Opponent;
import dev.memalloc.benchmarks.workloads.Effort;
import dev.memalloc.benchmarks.workloads.Outcome;
import dev.memalloc.benchmarks.workloads.Run;
import dev.memalloc.benchmarks.workloads.Workload;
import dev.memalloc.benchmarks.workloads.Workloads;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * The main class of the JVM that runs one workload with one allocator, and prints the result as a line of CSV.
 *
 * <p>It first runs the workload at a hundredth of its size until the JVM has compiled everything, and only then
 * reads how much memory is resident without the workload.
 */
final class Child {
    /** The argument, in place of a workload, that asks for the allocator's version only. */
    static final String VERSION = "version";
    private static final double WARM_UP_SCALE = 0.01;
    /** The JVM is warm once it compiles for less than this part of the time. */
    private static final double COMPILING_MAX = 0.01;
    private static final int WARM_UPS_MAX = 20;

    private Child() {
    }

    /**
     * Runs.
     *
     * @param arguments allocator, workload, threads, round, seconds; or allocator, {@link #VERSION}
     */
    public static void main(String[] arguments) throws InterruptedException {
        String name = arguments[0];
        Allocator allocator;
        String version;
        try {
            allocator = Opponent.named(name).open();
            version = allocator.version();
        } catch (RuntimeException | LinkageError e) {
            System.out.println(e.getMessage());
            System.exit(1);
            return;
        }
        if (arguments[1].equals(VERSION)) {
            System.out.println(version);
            return;
        }
        Workload workload = Workloads.named(arguments[1]);
        int threads = Integer.parseInt(arguments[2]);
        int round = Integer.parseInt(arguments[3]);
        Duration time = Duration.ofMillis((long) (1000 * Double.parseDouble(arguments[4])));
        Effort half = Effort.of(time.dividedBy(2));
        boolean once = workload.lapsMax() == 1;
        warmUp(workload, allocator, threads, half);
        Outcome outcome = Run.of(workload, allocator, threads, 1, once ? Effort.laps(0) : half, Effort.of(time));
        System.out.println(ResultFile.line(Measurement.of(workload.name(), name, version, threads, round, outcome)));
    }

    private static void warmUp(Workload workload, Allocator allocator, int threads, Effort effort)
            throws InterruptedException {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long compiling = compiler.getTotalCompilationTime();
        for (int i = 0; i < WARM_UPS_MAX; i++) {
            Run.of(workload, allocator, threads, WARM_UP_SCALE, effort, Effort.laps(1));
            long now = compiler.getTotalCompilationTime();
            if (now - compiling < COMPILING_MAX * effort.time().toMillis()) {
                return;
            }
            compiling = now;
        }
    }
}
