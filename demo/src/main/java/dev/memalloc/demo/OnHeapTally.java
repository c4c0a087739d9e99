package dev.memalloc.demo;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A tally in what the JDK has for it: {@code HashMap}, and {@code int[]} that grow. */
final class OnHeapTally implements Tally {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, String> firstSeen = new HashMap<>();
    private final Ints counts = new Ints();
    private final Ints occurrences = new Ints();
    private final Ints perFile = new Ints();
    private int occurrencesInEarlierFiles;

    @Override
    public void count(String constant, String place) {
        Integer number = numbers.get(constant);
        if (number == null) {
            number = constants();
            numbers.put(constant, number);
            firstSeen.put(constant, place);
            counts.add(0);
        }
        counts.values[number]++;
        occurrences.add(number);
    }

    @Override
    public void endFile() {
        perFile.add(occurrences.length - occurrencesInEarlierFiles);
        occurrencesInEarlierFiles = occurrences.length;
    }

    @Override
    public int constants() {
        return counts.length;
    }

    @Override
    public void forEach(Visitor visitor) throws IOException {
        for (Map.Entry<String, String> entry : firstSeen.entrySet()) {
            int number = numbers.get(entry.getKey());
            visitor.visit(entry.getKey(), number, counts.values[number], entry.getValue());
        }
    }

    @Override
    public long occurrences() {
        return occurrences.length;
    }

    @Override
    public int occurrence(long index) {
        return occurrences.values[Math.toIntExact(index)];
    }

    @Override
    public int files() {
        return perFile.length;
    }

    @Override
    public int occurrencesIn(int file) {
        return perFile.values[file];
    }

    @Override
    public long bytesOffHeap() {
        return 0;
    }

    @Override
    public void close() {
        // The garbage collector does it.
    }

    /** An {@code int[]} that grows by half, as the off-heap one does. */
    private static final class Ints {
        private static final int LENGTH_MIN = 1024;

        private int[] values = new int[LENGTH_MIN];
        private int length;

        void add(int value) {
            if (length == values.length) {
                values = Arrays.copyOf(values, length + (length >> 1));
            }
            values[length++] = value;
        }
    }
}
