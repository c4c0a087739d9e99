package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.allocators.Opponent;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Misuses allocators, each time in a JVM of its own, and prints what came of it. */
@Command(
    name = "misuse",
    description = {
        "Misuses allocators, one JVM each time; prints a table of what they found. Takes about five minutes.",
        "Where blocks of 8, 4,096 and 262,144 bytes come to different ends, there are three words."},
    showDefaultValues = true)
final class MisuseCommand implements Callable<Integer> {
    @Option(names = "--allocators", split = ",", paramLabel = "NAME",
        defaultValue = "memalloc,memalloc-guarded,glibc,jemalloc,mimalloc,tcmalloc",
        description = "those whose blocks have addresses that can be freed by themselves")
    private List<String> allocators;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter log = new PrintWriter(System.err, true);
        List<Opponent> opponents =
            new Launcher(log).installed(allocators.stream().map(Opponent::named).toList());
        new MisuseTable(opponents, log).print(new PrintWriter(System.out));
        return 0;
    }
}
