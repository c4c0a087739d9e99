package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.ObjIntConsumer;

/**
 * A map from strings to ints, all of it off the garbage-collected heap; no {@link Integer} is ever made.
 *
 * <pre>
 *  entry   +----------+------------+----------------+-----------+
 *          | key head | value head | key's bytes    | int       |    e.g. 1 + 1 + 12 + 4 bytes
 *          +----------+------------+----------------+-----------+
 *           1 byte below 32 bytes of key,
 *           2 below 4,096, and so on
 *  and in the table: 1 byte of the hash, 4 bytes of reference, 6 to 10 bytes in all
 * </pre>
 *
 * <p>What {@link OffHeapStringMap} says of strings, null, size, failure, cost, iteration, threads and closing holds
 * here as well: it is the same table. In short: every string comes back equal; null is refused with
 * {@link NullPointerException}; after an {@link OutOfMemoryError} the map holds what it held before; one thread
 * at a time may use it; after {@link #close()} all methods but {@code equals} with itself throw
 * {@link IllegalStateException}, and so does all that reads or writes an entry once its heap is closed.
 *
 * {@snippet :
 * try (OffHeapStringIntMap words = new OffHeapStringIntMap()) {
 *     for (String word : text.split(" ")) {
 *         words.addTo(word, 1);
 *     }
 *     words.forEach((word, count) -> System.out.println(word + " " + count));
 * }
 * }
 */
public final class OffHeapStringIntMap implements Iterable<OffHeapStringIntMap.Entry>, AutoCloseable {
    private final StringTable table;

    /** An empty map in the process's heap, {@link Memory#heap()}. */
    public OffHeapStringIntMap() {
        this(Memory.heap());
    }

    /**
     * An empty map in a heap.
     *
     * @param heap where its memory shall come from
     */
    public OffHeapStringIntMap(Heap heap) {
        this(heap, StringTable.Sizes.DEFAULT);
    }

    OffHeapStringIntMap(Heap heap, StringTable.Sizes sizes) {
        table = new StringTable(Objects.requireNonNull(heap, "heap"), sizes);
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
     * How many bytes the map has taken from its heap, without the 8 that the heap adds to each block. A few hundred
     * bytes on the Java heap come to that.
     *
     * @return that number
     */
    public long sizeInBytes() {
        return table.sizeInBytes();
    }

    /**
     * A key's value.
     *
     * @param key the key
     * @param otherwise what to return if it has none
     * @return its value
     */
    public int get(String key, int otherwise) {
        long place = table.find(key);
        return place < 0 ? otherwise : table.intValue(place);
    }

    /**
     * Whether a key has a value.
     *
     * @param key the key
     * @return whether it is there
     */
    public boolean containsKey(String key) {
        return table.find(key) >= 0;
    }

    /**
     * Gives a key a value, in place of the one that it has, if it has one.
     *
     * @param key the key
     * @param value its value from now on
     * @return whether the key is new
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public boolean put(String key, int value) {
        long place = table.find(key);
        set(place, value);
        return place < 0;
    }

    /**
     * Adds to a key's value, or to 0 if it has none. The sum wraps around as that of ints does.
     *
     * @param key the key
     * @param increment what to add
     * @return its value from now on
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public int addTo(String key, int increment) {
        long place = table.find(key);
        int sum = increment + (place < 0 ? 0 : table.intValue(place));
        set(place, sum);
        return sum;
    }

    /**
     * Removes a key and its value.
     *
     * @param key the key
     * @return whether it was there
     */
    public boolean remove(String key) {
        long place = table.find(key);
        if (place < 0) {
            return false;
        }
        table.removeFound(place);
        return true;
    }

    /** Removes all entries, and gives all memory back to the heap. */
    public void clear() {
        table.clear();
    }

    /**
     * Hands each key with its value to an action, in no particular order.
     *
     * @param action what to do
     * @throws ConcurrentModificationException if the action adds or removes a key
     */
    public void forEach(ObjIntConsumer<? super String> action) {
        Objects.requireNonNull(action, "action");
        long changes = table.changes();
        for (long place = table.next(0); place >= 0; place = table.next(place)) {
            action.accept(table.key(place), table.intValue(place));
            table.requireChanges(changes);
        }
    }

    /**
     * An iterator over the entries, in no particular order. It can remove, and it throws
     * {@link ConcurrentModificationException} once a key was added or removed in another way.
     *
     * @return the iterator
     */
    @Override
    public Iterator<Entry> iterator() {
        return new PlaceIterator<>(table, place -> new Entry(this, table.key(place), table.intValue(place)));
    }

    /**
     * Whether the other object is a map of this class with the same keys and values.
     *
     * @param object the other one
     * @return whether that is so
     */
    @Override
    public boolean equals(Object object) {
        if (object == this) {
            return true;
        }
        if (!(object instanceof OffHeapStringIntMap other) || size() != other.size()) {
            return false;
        }
        for (Entry entry : this) {
            if (other.get(entry.key, ~entry.value) != entry.value) {
                return false;
            }
        }
        return true;
    }

    /**
     * The hash code that a {@code Map<String, Integer>} with the same entries has.
     *
     * @return the hash code
     */
    @Override
    public int hashCode() {
        int sum = 0;
        for (Entry entry : this) {
            sum += entry.key.hashCode() ^ entry.value;
        }
        return sum;
    }

    /**
     * All entries, as a {@link java.util.Map} writes them.
     *
     * @return such as {@code {a=1, b=2}}
     */
    @Override
    public String toString() {
        StringJoiner joiner = new StringJoiner(", ", "{", "}");
        for (Entry entry : this) {
            joiner.add(entry.toString());
        }
        return joiner.toString();
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

    private void set(long place, int value) {
        table.setValue(value);
        if (place < 0) {
            table.insert();
        } else {
            table.replaceValue(place);
        }
    }

    /** A key and its value, as they were when the iterator came by. */
    public static final class Entry {
        private final OffHeapStringIntMap map;
        private final String key;
        private int value;

        private Entry(OffHeapStringIntMap map, String key, int value) {
            this.map = map;
            this.key = key;
            this.value = value;
        }

        /**
         * The key.
         *
         * @return the key
         */
        public String key() {
            return key;
        }

        /**
         * The value.
         *
         * @return the value
         */
        public int value() {
            return value;
        }

        /**
         * Gives the key another value, here and in the map.
         *
         * @param newValue the other value
         * @throws IllegalStateException if the key is not in the map any more
         */
        public void setValue(int newValue) {
            if (!map.containsKey(key)) {
                throw new IllegalStateException("the entry was removed from the map");
            }
            map.put(key, newValue);
            value = newValue;
        }

        /**
         * Key and value.
         *
         * @return such as {@code a=1}
         */
        @Override
        public String toString() {
            return key + "=" + value;
        }
    }
}
