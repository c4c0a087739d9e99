package dev.memalloc.collections;

import java.util.Objects;

/** Looks many keys up in a table, some at a time, so that the processor waits for the memory of all of them at once. */
final class Batch {
    /** About as many cache misses as a processor has under way at once. */
    private static final int SIZE = 16;

    private final Text[] texts = new Text[SIZE];
    private final long[] hashes = new long[SIZE];
    /** What was read ahead: only so that it is not left out. */
    private long read;

    Batch() {
        for (int i = 0; i < SIZE; i++) {
            texts[i] = new Text();
        }
    }

    void getAll(StringTable table, String[] keys, String[] values) {
        for (int from = 0; from < keys.length; from += SIZE) {
            getSome(table, keys, values, from, Math.min(SIZE, keys.length - from));
        }
    }

    /** The same, of a map for many threads. */
    void getAll(StripedStringMap map, String[] keys, String[] values, Text value) {
        for (int from = 0; from < keys.length; from += SIZE) {
            getSome(map, keys, values, from, Math.min(SIZE, keys.length - from), value);
        }
    }

    private void getSome(StripedStringMap map, String[] keys, String[] values, int from, int count, Text value) {
        for (int i = 0; i < count; i++) {
            texts[i].set(Objects.requireNonNull(keys[from + i], "key"));
            hashes[i] = map.hashOf(texts[i]);
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += map.stripe(hashes[i]).touchBucket(hashes[i]);
        }
        for (int i = 0; i < count; i++) {
            sum += map.stripe(hashes[i]).touchEntry(hashes[i]);
        }
        read = sum;
        for (int i = 0; i < count; i++) {
            values[from + i] = map.stripe(hashes[i]).get(hashes[i], texts[i], value, Stripe.Asked.VALUE);
        }
    }

    private void getSome(StringTable table, String[] keys, String[] values, int from, int count) {
        for (int i = 0; i < count; i++) {
            texts[i].set(Objects.requireNonNull(keys[from + i], "key"));
            hashes[i] = table.hashOf(texts[i]);
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += table.touchBucket(hashes[i]);
        }
        for (int i = 0; i < count; i++) {
            sum += table.touchEntry(hashes[i]);
        }
        read = sum;
        for (int i = 0; i < count; i++) {
            values[from + i] = table.get(hashes[i], texts[i]);
        }
    }
}
