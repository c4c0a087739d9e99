package dev.memalloc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where guarded blocks were allocated that are live: the places with the most bytes first. */
final class Origins {
    private static final int PLACES_MAX = 20;
    private static final int FRAMES_MAX = 16;

    private final Collection<GuardedBlock> live;
    private final List<List<GuardedBlock>> places;

    Origins(Collection<GuardedBlock> live) {
        this.live = live;
        Map<List<StackTraceElement>, List<GuardedBlock>> byPlace = new LinkedHashMap<>();
        for (GuardedBlock block : live) {
            byPlace.computeIfAbsent(block.allocated().stack(), place -> new ArrayList<>()).add(block);
        }
        places = new ArrayList<>(byPlace.values());
        places.sort(Comparator.comparingLong(place -> -bytes(place)));
    }

    /** Adds the first few to an exception. */
    void addTo(Throwable exception, int most) {
        places.stream().limit(most).forEach(place -> exception.addSuppressed(
            place.getFirst().allocated().toThrowable("guarded: " + what(place) + ", ")));
    }

    /** The report of what was never freed; empty if nothing is live. */
    String leaks() {
        if (places.isEmpty()) {
            return "";
        }
        StringBuilder report = new StringBuilder("never freed, of those that were guarded: " + what(live));
        places.stream().limit(PLACES_MAX).forEach(place -> append(report, place));
        if (places.size() > PLACES_MAX) {
            report.append(System.lineSeparator()).append("and from ")
                .append(Holders.count(places.size() - PLACES_MAX, "place")).append(" more");
        }
        return report.toString();
    }

    private static void append(StringBuilder report, List<GuardedBlock> place) {
        report.append(System.lineSeparator()).append(what(place)).append(", ")
            .append(place.getFirst().allocated().what());
        place.getFirst().allocated().stack().stream().limit(FRAMES_MAX)
            .forEach(frame -> report.append(System.lineSeparator()).append("    at ").append(frame));
    }

    private static String what(Collection<GuardedBlock> blocks) {
        return Holders.count(blocks.size(), "block") + ", " + bytes(blocks) + " bytes together";
    }

    private static long bytes(Collection<GuardedBlock> blocks) {
        return blocks.stream().mapToLong(block -> block.size).sum();
    }
}
