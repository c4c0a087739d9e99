package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/** What the maps from strings to numbers have in common: all that is about keys. */
abstract class StringKeyedMap implements AutoCloseable {
    final StringTable table;

    StringKeyedMap(StringTable table) {
        this.table = table;
    }

    /**
     * How many entries there are.
     *
     * @return that number
     */
    public long size() {
        return table.size();
    }

    /**
     * Whether there is no entry.
     *
     * @return whether that is so
     */
    public boolean isEmpty() {
        return table.size() == 0;
    }

    /**
     * How many bytes the map has taken from its heap, without the 8 that the heap adds to each block. About a hundredth
     * of that is on the Java heap.
     *
     * @return that number
     */
    public long sizeInBytes() {
        return table.sizeInBytes();
    }

    /**
     * What the memory is used for.
     *
     * @return the figures of this moment
     */
    public MapStatistics statistics() {
        return table.statistics();
    }

    /**
     * Whether a key has a value.
     *
     * @param key the chars of the key
     * @return whether it is there
     */
    public boolean containsKey(CharSequence key) {
        return find(key) >= 0;
    }

    /**
     * Whether a key has a value, the key being UTF-8. Bytes that are malformed are as in a string made of them.
     *
     * @param key the bytes of the key, all of the segment
     * @return whether it is there
     */
    public boolean containsKeyUtf8(MemorySegment key) {
        return findUtf8(key) >= 0;
    }

    /**
     * Removes a key and its value.
     *
     * @param key the chars of the key
     * @return whether it was there
     */
    public boolean remove(CharSequence key) {
        long place = find(key);
        if (place < 0) {
            return false;
        }
        table.removeFound(place, table.hashOf(Scratch.ofThread().key));
        return true;
    }

    /**
     * Takes as little memory as it can: what is unused goes back to the heap. It takes time in proportion to the
     * number of entries, and some memory for a moment; where there is none, less is given back.
     */
    public void compact() {
        table.compact();
    }

    /** Removes all entries, and gives all memory back to the heap. */
    public void clear() {
        table.clear();
    }

    /**
     * Gives all memory back to the heap. Closing again does nothing.
     *
     * @throws OutOfMemoryError if the operating system refuses to take memory back; closing again tries it again
     * @throws IllegalStateException if the heap finds that memory around the map's was overwritten
     */
    @Override
    public void close() {
        table.close();
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        table.check();
    }

    static StringTable table(Heap heap, List<StringTable.Sizes> steps, int valueSize) {
        return new StringTable(Objects.requireNonNull(heap, "heap"), steps, valueSize);
    }

    /** The key's place; -1 if there is none. The thread's text for keys has the key then. */
    final long find(CharSequence key) {
        table.requireOpen();
        Text text = Scratch.ofThread().key;
        text.set(Objects.requireNonNull(key, "key"));
        return table.find(table.hashOf(text), text);
    }

    /** The same, the key being UTF-8. */
    final long findUtf8(MemorySegment key) {
        table.requireOpen();
        Text text = Scratch.ofThread().key;
        text.setUtf8(key);
        return table.find(table.hashOf(text), text);
    }

    /** The thread's text for values, which the caller has set, becomes the value of the key that was not found. */
    final void insert(Scratch scratch) {
        table.insert(table.hashOf(scratch.key), scratch.key, scratch.value);
    }

    final String keyAt(long place) {
        return table.key(place, Scratch.ofThread().key);
    }
}
