package dev.memalloc.demo;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Compares two result files entry by entry, and keeps what differs: the number of differences, and the first few. */
final class Comparison {
    private static final int EXAMPLES_MAX = 10;
    private static final String NOTHING = "nothing";

    private long differences;
    private final List<String> examples = new ArrayList<>();

    private Comparison() {
    }

    static Comparison of(Path expected, Path actual) throws IOException {
        Comparison comparison = new Comparison();
        try (DataInputStream first = ResultFile.open(expected); DataInputStream second = ResultFile.open(actual)) {
            comparison.compareConstants(first, second);
            comparison.compareInts("occurrence", "constant", first, second, first.readLong(), second.readLong());
            comparison.compareInts("file", "occurrences", first, second, first.readInt(), second.readInt());
        }
        return comparison;
    }

    long differences() {
        return differences;
    }

    List<String> examples() {
        return examples;
    }

    private void compareConstants(DataInputStream expected, DataInputStream actual) throws IOException {
        Map<String, Entry> left = new HashMap<>();
        ResultFile.readConstants(expected, (constant, number, count, firstSeen) -> {
            if (left.put(constant, new Entry(number, count, firstSeen)) != null) {
                differs("constant \"" + constant + "\"", "two entries", "one");
            }
        });
        ResultFile.readConstants(actual, (constant, number, count, firstSeen) ->
            compare("constant \"" + constant + "\"", Objects.requireNonNullElse(left.remove(constant), NOTHING),
                new Entry(number, count, firstSeen)));
        left.forEach((constant, entry) -> differs("constant \"" + constant + "\"", entry, NOTHING));
    }

    private void compareInts(String name, String value, DataInputStream expected, DataInputStream actual,
            long expectedLength, long actualLength) throws IOException {
        compare("number of " + name + "s", expectedLength, actualLength);
        long common = Math.min(expectedLength, actualLength);
        for (long i = 0; i < common; i++) {
            int a = expected.readInt();
            int b = actual.readInt();
            if (a != b) {
                differs(value + " of " + name + " " + i, a, b);
            }
        }
        expected.skipNBytes((expectedLength - common) * Integer.BYTES);
        actual.skipNBytes((actualLength - common) * Integer.BYTES);
    }

    private void compare(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            differs(what, expected, actual);
        }
    }

    private void differs(String what, Object expected, Object actual) {
        differences++;
        if (examples.size() < EXAMPLES_MAX) {
            examples.add(what + ": " + expected + " and " + actual);
        }
    }

    private record Entry(int number, int count, String firstSeen) {
        @Override
        public String toString() {
            return "number " + number + ", count " + count + ", first in " + firstSeen;
        }
    }
}
