package dev.memalloc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was never freed, by where it was allocated, as text: the most bytes first. */
final class LeakReport {
    private static final int PLACES_MAX = 20;
    private static final int FRAMES_MAX = 16;

    private LeakReport() {
    }

    /** The report; empty if there are no leaks. */
    static String of(Collection<GuardedBlock> live) {
        Map<List<StackTraceElement>, List<GuardedBlock>> places = new LinkedHashMap<>();
        for (GuardedBlock block : live) {
            places.computeIfAbsent(Arrays.asList(block.allocated().getStackTrace()), place -> new ArrayList<>())
                .add(block);
        }
        if (places.isEmpty()) {
            return "";
        }
        StringBuilder report = new StringBuilder("never freed: " + what(live) + ", of those that were guarded");
        places.entrySet().stream()
            .sorted(Comparator.comparingLong(place -> -bytes(place.getValue())))
            .limit(PLACES_MAX)
            .forEach(place -> append(report, place.getKey(), place.getValue()));
        if (places.size() > PLACES_MAX) {
            report.append(System.lineSeparator()).append("and from ").append(places.size() - PLACES_MAX)
                .append(" places more");
        }
        return report.toString();
    }

    private static void append(StringBuilder report, List<StackTraceElement> place, List<GuardedBlock> blocks) {
        report.append(System.lineSeparator()).append(what(blocks)).append(", ")
            .append(blocks.getFirst().allocated().getMessage());
        place.stream().limit(FRAMES_MAX)
            .forEach(frame -> report.append(System.lineSeparator()).append("    at ").append(frame));
    }

    private static String what(Collection<GuardedBlock> blocks) {
        return blocks.size() + " blocks of " + bytes(blocks) + " bytes";
    }

    private static long bytes(Collection<GuardedBlock> blocks) {
        return blocks.stream().mapToLong(block -> block.size).sum();
    }
}
