package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.workloads.Workload;
import dev.memalloc.benchmarks.workloads.Workloads;
import java.util.List;
import java.util.stream.Stream;

/**
 * A workload with a number of threads: a row of the table.
 *
 * @param workload the workload
 * @param threads the number of threads
 */
record Job(Workload workload, int threads) {
    /** The jobs for what was named on the command line: {@code name}, {@code name@threads}, or a set's name. */
    static List<Job> named(List<String> names, List<Integer> threads) {
        return names.stream().flatMap(name -> named(name, threads)).distinct().toList();
    }

    private static Stream<Job> named(String name, List<Integer> threads) {
        if (name.equals("headline")) {
            return named(Workloads.HEADLINE, threads).stream();
        }
        if (name.equals("all")) {
            return named(Workloads.ALL.stream().map(Workload::name).toList(), threads).stream();
        }
        int at = name.indexOf('@');
        if (at >= 0) {
            return Stream.of(of(name.substring(0, at), Integer.parseInt(name.substring(at + 1))));
        }
        return threads.stream().map(count -> of(name, count));
    }

    private static Job of(String name, int threads) {
        Workload workload = Workloads.named(name);
        return new Job(workload, workload.parallel() ? threads : 1);
    }
}
