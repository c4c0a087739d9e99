package dev.memalloc.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws raw results. */
@Command(name = "plot", description = "Draws the times of a CSV file that \"workloads\" wrote, and the "
    + "memory where 16 MiB or more were live, as PNG.")
final class PlotCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CSV")
    private Path file;

    @Option(names = "--out", paramLabel = "DIRECTORY", defaultValue = ".",
        description = "where the pictures go; default: here")
    private Path directory;

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(directory);
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (Path picture : new Plot(new Table(ResultFile.parse(reader))).write(directory)) {
                System.out.println(picture);
            }
        }
        return 0;
    }
}
