package dev.memalloc.demo;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The constants of a result file that occur most often; of two that occur equally often, the one seen first. */
final class TopConstants {
    private static final Comparator<Line> BY_RANK =
        Comparator.comparingInt(Line::count).reversed().thenComparingInt(Line::number);

    private TopConstants() {
    }

    /** At most that many of them, the most frequent one first. */
    static List<Line> of(Path result, int howMany) throws IOException {
        PriorityQueue<Line> top = new PriorityQueue<>(BY_RANK.reversed());
        try (DataInputStream in = ResultFile.open(result)) {
            ResultFile.readConstants(in, (constant, number, count, firstSeen) -> {
                top.add(new Line(constant, number, count, firstSeen));
                if (top.size() > howMany) {
                    top.remove();
                }
            });
        }
        List<Line> lines = new ArrayList<>(top);
        lines.sort(BY_RANK);
        return lines;
    }

    /** One of them. */
    record Line(String constant, int number, int count, String firstSeen) {
    }
}
