package dev.memalloc.demo;

import dev.memalloc.collections.OffHeapIntArray;
import dev.memalloc.collections.OffHeapStringIntMap;
import dev.memalloc.collections.OffHeapStringMap;
import java.io.IOException;
import java.util.Map;

/** A tally in the collections of this project: what it holds is no work for the garbage collector. */
final class OffHeapTally implements Tally {
    private static final int NONE = -1;

    private final OffHeapStringIntMap numbers = new OffHeapStringIntMap();
    private final OffHeapStringMap firstSeen = new OffHeapStringMap();
    private final OffHeapIntArray counts = new OffHeapIntArray();
    private final OffHeapIntArray occurrences = new OffHeapIntArray();
    private final OffHeapIntArray perFile = new OffHeapIntArray();
    private long occurrencesInEarlierFiles;

    @Override
    public void count(String constant, String place) {
        int number = numbers.get(constant, NONE);
        if (number == NONE) {
            number = constants();
            numbers.put(constant, number);
            firstSeen.put(constant, place);
            counts.add(0);
        }
        counts.set(number, counts.get(number) + 1);
        occurrences.add(number);
    }

    @Override
    public void endFile() {
        perFile.add((int) (occurrences() - occurrencesInEarlierFiles));
        occurrencesInEarlierFiles = occurrences();
    }

    @Override
    public int constants() {
        return (int) counts.length();
    }

    @Override
    public void forEach(Visitor visitor) throws IOException {
        for (Map.Entry<String, String> entry : firstSeen.entrySet()) {
            int number = numbers.get(entry.getKey(), NONE);
            visitor.visit(entry.getKey(), number, counts.get(number), entry.getValue());
        }
    }

    @Override
    public long occurrences() {
        return occurrences.length();
    }

    @Override
    public int occurrence(long index) {
        return occurrences.get(index);
    }

    @Override
    public int files() {
        return (int) perFile.length();
    }

    @Override
    public int occurrencesIn(int file) {
        return perFile.get(file);
    }

    @Override
    public long bytesOffHeap() {
        return numbers.sizeInBytes() + firstSeen.sizeInBytes() + counts.sizeInBytes() + occurrences.sizeInBytes()
            + perFile.sizeInBytes();
    }

    @Override
    public void close() {
        numbers.close();
        firstSeen.close();
        counts.close();
        occurrences.close();
        perFile.close();
    }
}
