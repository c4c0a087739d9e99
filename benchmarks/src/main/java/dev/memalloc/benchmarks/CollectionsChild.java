package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.collections.Figure;
import dev.memalloc.benchmarks.collections.Section;
import dev.memalloc.benchmarks.collections.Setting;
import java.io.PrintStream;
import java.nio.file.Path;

/** The main class of the JVM that measures one collection, and prints a line for each figure. */
final class CollectionsChild {
    /** The exit status if the collection has failed; the last line says how. */
    static final int FAILED = 3;
    private static final String SEPARATOR = "\t";

    private CollectionsChild() {
    }

    /**
     * Runs.
     *
     * @param arguments section, contestant, size, threads, seconds, directory with what was prepared
     */
    public static void main(String[] arguments) {
        PrintStream out = System.out;
        // What the libraries print is not to be taken for figures.
        System.setOut(System.err);
        Section<?> section = Section.named(arguments[0]).getFirst();
        Setting setting = new Setting(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]),
            Double.parseDouble(arguments[4]), Path.of(arguments[5]));
        try {
            section.run(arguments[1], setting, figure -> out.println(line(figure)));
        } catch (Throwable e) {
            out.println(e);
            e.printStackTrace();
            System.exit(FAILED);
        }
        // Whatever threads the libraries have left.
        System.exit(0);
    }

    private static String line(Figure figure) {
        return String.join(SEPARATOR, figure.name(), figure.unit(), Double.toString(figure.value()));
    }

    /** The figure of a line. */
    static Figure parse(String line) {
        String[] words = line.split(SEPARATOR);
        return new Figure(words[0], words[1], Double.parseDouble(words[2]));
    }
}
