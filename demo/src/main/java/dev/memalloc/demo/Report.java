package dev.memalloc.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints what was found, for people. */
final class Report {
    private static final int CONSTANT_LENGTH_MAX = 50;
    private static final int EXAMPLE_LENGTH_MAX = 500;

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    void print(List<TopConstants.Line> top) {
        out.println("The most frequent constants: Utf8 entries of constant pools, words of text files.");
        out.printf(Locale.ROOT, "%n%10s  %-50s  %s%n", "count", "constant", "first seen in");
        for (TopConstants.Line line : top) {
            out.printf(Locale.ROOT, "%,10d  %-50s  %s%n", line.count(),
                oneLine(line.constant(), CONSTANT_LENGTH_MAX), line.firstSeen());
        }
    }

    void print(Figures offHeap, Figures onHeap, List<String> settings) {
        out.printf("%nWhat it took, in a JVM each, with %s:%n", String.join(" ", settings));
        out.printf("%n%-30s  %18s  %18s%n", "", "off-heap", "on-heap");
        out.printf("%-30s  %18s  %18s%n", "", "collections, agent", "HashMap, int[]");
        for (Figure figure : Figure.values()) {
            out.printf("%-30s  %18s  %18s%n", figure.label(), cell(offHeap, figure), cell(onHeap, figure));
        }
        out.println();
    }

    /** Says which of the two has no figures. */
    void printOutOfMemory(Way outOfMemory, int heapMib) {
        Way other = outOfMemory == Way.ON_HEAP ? Way.OFF_HEAP : Way.ON_HEAP;
        out.printf("The %s census ran out of memory with a heap of %d MiB, the %s one did not.%n",
            outOfMemory.label(), heapMib, other.label());
    }

    private static String cell(Figures figures, Figure figure) {
        if (!figures.isOutOfMemory()) {
            return figure.format(figures.get(figure));
        }
        return figure.ordinal() == 0 ? "out of memory" : "-";
    }

    void print(Comparison comparison, Figures compared) {
        if (comparison.differences() == 0) {
            out.printf(Locale.ROOT, "The results are equal: %,d constants with number, count and where first seen, "
                + "%,d occurrences in %,d files.%n", compared.get(Figure.CONSTANTS), compared.get(Figure.OCCURRENCES),
                compared.get(Figure.FILES));
            return;
        }
        out.printf(Locale.ROOT, "The results differ in %,d places (off-heap and on-heap):%n",
            comparison.differences());
        comparison.examples().forEach(example -> out.println("  " + oneLine(example, EXAMPLE_LENGTH_MAX)));
    }

    private static String oneLine(String text, int lengthMax) {
        String start = text.length() > lengthMax ? text.substring(0, lengthMax - 3) + "..." : text;
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}
