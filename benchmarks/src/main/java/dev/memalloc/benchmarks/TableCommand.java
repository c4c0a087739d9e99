package dev.memalloc.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the table of raw results. */
@Command(name = "table", description = "Prints the tables of a CSV file that \"workloads\" or \"collections\" wrote.")
final class TableCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CSV")
    private Path file;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = new PrintWriter(System.out);
        String text = Files.readString(file);
        if (text.lines().anyMatch(ReadingsFile.header()::equals)) {
            new ReadingsTable(ReadingsFile.parse(new StringReader(text))).print(out);
        } else {
            new Table(ResultFile.parse(new StringReader(text))).print(out);
        }
        return 0;
    }
}
