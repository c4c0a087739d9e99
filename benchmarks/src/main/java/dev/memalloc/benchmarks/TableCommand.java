package dev.memalloc.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the table of raw results. */
@Command(name = "table", description = "Prints the table of a CSV file that \"workloads\" wrote.")
final class TableCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CSV")
    private Path file;

    @Override
    public Integer call() throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            new Table(ResultFile.parse(reader)).print(new PrintWriter(System.out));
        }
        return 0;
    }
}
