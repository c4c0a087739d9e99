package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.allocators.Opponent;
import dev.memalloc.benchmarks.collections.Section;
import dev.memalloc.benchmarks.workloads.Workload;
import dev.memalloc.benchmarks.workloads.Workloads;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists what there is to choose from. */
@Command(name = "list", description = "Lists the workloads and the allocators.")
final class ListCommand implements Runnable {
    @Override
    public void run() {
        System.out.println("workloads (\"headline\" and \"all\" name sets of them)");
        for (Workload workload : Workloads.ALL) {
            System.out.printf("  %-18s %s%n", workload.name(), workload.about());
        }
        System.out.println("allocators");
        print(Opponent.ALL);
        System.out.println("  /a/path.so         malloc of any shared library");
        System.out.println("memalloc in other settings, which are measured only where they are named");
        print(Opponent.VARIANTS);
        System.out.println("sections of \"collections\"; its --help has what takes part");
        for (Section<?> section : Section.ALL) {
            System.out.printf("  %-18s %s%n", section.name(), section.about());
        }
    }

    private static void print(List<Opponent> opponents) {
        for (Opponent opponent : opponents) {
            System.out.printf("  %-18s %s%n", opponent.name(), opponent.about());
        }
    }
}
