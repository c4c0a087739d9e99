package dev.memalloc.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one census took, and which of its input files could not be used.
 *
 * <p>A child JVM hands them over in a file of lines: {@code NAME value}, and {@code problem text}.
 */
final class Figures {
    private static final int PROBLEMS_MAX = 10;
    private static final String PROBLEM = "problem";

    private final Map<Figure, Long> values = new EnumMap<>(Figure.class);
    private final List<String> problems = new ArrayList<>();
    private boolean isOutOfMemory;

    /** Those of a census that ran out of memory: none. */
    static Figures outOfMemory() {
        Figures figures = new Figures();
        figures.isOutOfMemory = true;
        return figures;
    }

    boolean isOutOfMemory() {
        return isOutOfMemory;
    }

    /** The value; 0 where none was set. */
    long get(Figure figure) {
        return values.getOrDefault(figure, 0L);
    }

    void set(Figure figure, long value) {
        values.put(figure, value);
    }

    void add(Figure figure, long more) {
        values.merge(figure, more, Long::sum);
    }

    /** The first few problems with input files. */
    List<String> problems() {
        return problems;
    }

    /** Notes a problem; of many, the first few are kept. */
    void addProblem(String text) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(text.replaceAll("\\R", " "));
        }
    }

    void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        values.forEach((figure, value) -> lines.add(figure + " " + value));
        problems.forEach(problem -> lines.add(PROBLEM + " " + problem));
        Files.write(file, lines);
    }

    static Figures read(Path file) throws IOException {
        Figures figures = new Figures();
        for (String line : Files.readAllLines(file)) {
            String[] nameAndValue = line.split(" ", 2);
            if (nameAndValue[0].equals(PROBLEM)) {
                figures.addProblem(nameAndValue[1]);
            } else {
                figures.set(Figure.valueOf(nameAndValue[0]), Long.parseLong(nameAndValue[1]));
            }
        }
        return figures;
    }
}
