package dev.memalloc.demo;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A child JVM's program: one census, whose figures and result it leaves in two files. */
final class CensusMain {
    /** The status with which it ends where the memory that it may use is not enough. */
    static final int OUT_OF_MEMORY = 3;

    private CensusMain() {
    }

    /**
     * Does the census.
     *
     * @param args the way, the file for the figures, that for the result, and the paths; without any, the JDK
     */
    public static void main(String[] args) throws Exception {
        Way way = Way.valueOf(args[0]);
        List<Path> paths = Stream.of(args).skip(3).map(Path::of).toList();
        Progress progress = Progress.onStderr(way.label());
        try (Tally tally = way.newTally()) {
            Figures figures = count(paths, tally, progress);
            JvmFigures.addTo(figures);
            if (way == Way.OFF_HEAP) {
                JvmFigures.replaceByAgents(figures);
            }
            figures.write(Path.of(args[1]));
            ResultFile.write(Path.of(args[2]), tally);
        } catch (OutOfMemoryError e) {
            progress.breakOff();
            System.err.println(way.label() + ": out of memory: " + e.getMessage());
            System.exit(OUT_OF_MEMORY);
        }
    }

    private static Figures count(List<Path> paths, Tally tally, Progress progress) {
        Census census = new Census(tally, progress);
        InputFiles files = new InputFiles(census);
        if (paths.isEmpty()) {
            files.findInJdk();
        }
        paths.forEach(files::findAt);
        Figures figures = census.figures();
        figures.set(Figure.MILLIS, ManagementFactory.getRuntimeMXBean().getUptime());
        progress.end(tally);
        return figures;
    }
}
