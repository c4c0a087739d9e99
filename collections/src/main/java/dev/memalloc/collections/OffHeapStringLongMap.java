package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.LongBinaryOperator;
import java.util.function.ObjLongConsumer;

/**
 * A map from strings to longs, all of it off the garbage-collected heap; no {@link Long} is ever made.
 *
 * <pre>
 *  entry   +----------+----------------+-----------+
 *          | key head | key's bytes    | long      |    e.g. 1 + 12 + 8 bytes
 *          +----------+----------------+-----------+
 *           1 byte below 32 bytes of key,
 *           2 below 4,096, and so on
 *  and in the table: 1 byte of the hash, 4 bytes of reference, 6 to 10 bytes in all
 * </pre>
 *
 * <p>What {@link OffHeapStringMap} says of strings, null, size, failure, cost, iteration, threads and closing holds
 * here as well: it is the same table. In short: every string comes back equal; null is refused with
 * {@link NullPointerException}; after an {@link OutOfMemoryError} the map holds what it held before; one thread
 * at a time may change it; after {@link #close()} all methods but {@code equals} with itself throw
 * {@link IllegalStateException}, and so does all that reads or writes an entry once its heap is closed.
 *
 * {@snippet :
 * try (OffHeapStringLongMap words = new OffHeapStringLongMap()) {
 *     for (String word : text.split(" ")) {
 *         words.addTo(word, 1);
 *     }
 *     words.forEach((word, count) -> System.out.println(word + " " + count));
 * }
 * }
 */
public final class OffHeapStringLongMap extends StringKeyedMap implements Iterable<OffHeapStringLongMap.Entry> {
    /** An empty map in the process's heap, {@link Memory#heap()}. */
    public OffHeapStringLongMap() {
        this(Memory.heap());
    }

    /**
     * An empty map in a heap.
     *
     * @param heap where its memory shall come from
     */
    public OffHeapStringLongMap(Heap heap) {
        this(heap, StringTable.Sizes.DEFAULT);
    }

    OffHeapStringLongMap(Heap heap, List<StringTable.Sizes> steps) {
        super(table(heap, steps, Long.BYTES));
    }

    /**
     * A map in the process's heap, as {@link #load(Heap, ReadableByteChannel)}.
     *
     * @param channel where to read from; it stays open
     * @return the map
     * @throws IOException see there
     */
    public static OffHeapStringLongMap load(ReadableByteChannel channel) throws IOException {
        return load(Memory.heap(), channel);
    }

    /**
     * A map that was saved by {@link #save}. After an exception nothing is left of it. On the Java heap this takes 64
     * KiB and as much as the longest key.
     *
     * @param heap where its memory shall come from
     * @param channel where to read from; it stays open, behind the map
     * @return the map
     * @throws IOException if the channel throws that, or if what comes from it is no saved map of strings to longs, or
     *     a damaged one, or not a whole one
     * @throws OutOfMemoryError if the heap has no memory for it
     * @throws java.nio.channels.IllegalBlockingModeException if the channel does not block
     */
    public static OffHeapStringLongMap load(Heap heap, ReadableByteChannel channel) throws IOException {
        OffHeapStringLongMap map = new OffHeapStringLongMap(heap);
        MapFile.load(channel, MapFile.Kind.LONGS, map.table);
        return map;
    }

    /**
     * A key's value.
     *
     * @param key the chars of the key
     * @param otherwise what to return if it has none
     * @return its value
     */
    public long get(CharSequence key, long otherwise) {
        long place = find(key);
        return place < 0 ? otherwise : table.longValue(place);
    }

    /**
     * A key's value, the key being UTF-8. Bytes that are malformed are as in a string made of them.
     *
     * @param key the bytes of the key, all of the segment
     * @param otherwise what to return if it has none
     * @return its value
     * @throws OutOfMemoryError if the segment has more bytes than a byte array can, about 2<sup>31</sup>
     */
    public long getUtf8(MemorySegment key, long otherwise) {
        long place = findUtf8(key);
        return place < 0 ? otherwise : table.longValue(place);
    }

    /**
     * The same, of an array.
     *
     * @param key where the bytes of the key are
     * @param from the first of them
     * @param length how many they are
     * @param otherwise what to return if it has none
     * @return its value
     * @throws IndexOutOfBoundsException if the array has no such bytes
     */
    public long getUtf8(byte[] key, int from, int length, long otherwise) {
        return getUtf8(MemorySegment.ofArray(key).asSlice(from, length), otherwise);
    }

    /**
     * Gives a key a value, in place of the one that it has, if it has one.
     *
     * @param key the chars of the key
     * @param value its value from now on
     * @return whether the key is new
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public boolean put(CharSequence key, long value) {
        long place = find(key);
        set(place, value);
        return place < 0;
    }

    /**
     * Gives a key a value if it has none.
     *
     * @param key the chars of the key
     * @param value its value from now on, if it has none
     * @return the value that it has from now on
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public long putIfAbsent(CharSequence key, long value) {
        long place = find(key);
        if (place >= 0) {
            return table.longValue(place);
        }
        set(place, value);
        return value;
    }

    /**
     * Adds to a key's value, or to 0 if it has none. The sum wraps around as that of longs does.
     *
     * @param key the chars of the key
     * @param increment what to add
     * @return its value from now on
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public long addTo(CharSequence key, long increment) {
        long place = find(key);
        long sum = increment + (place < 0 ? 0 : table.longValue(place));
        set(place, sum);
        return sum;
    }

    /**
     * The same, the key being UTF-8. Bytes that are malformed are as in a string made of them.
     *
     * @param key the bytes of the key, all of the segment
     * @param increment what to add
     * @return its value from now on
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public long addToUtf8(MemorySegment key, long increment) {
        long place = findUtf8(key);
        long sum = increment + (place < 0 ? 0 : table.longValue(place));
        set(place, sum);
        return sum;
    }

    /**
     * Gives a key the value that a function makes of the one that it has and another one, or if it has none, that other
     * one. The function may use the map.
     *
     * @param key the chars of the key
     * @param value the other value
     * @param function makes a value of the old and the other one; if it throws, nothing has changed
     * @return its value from now on
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public long merge(CharSequence key, long value, LongBinaryOperator function) {
        Objects.requireNonNull(function, "function");
        long place = find(key);
        if (place < 0) {
            set(place, value);
            return value;
        }
        long changes = table.changes();
        long merged = function.applyAsLong(table.longValue(place), value);
        set(table.changes() == changes ? place : find(key), merged, key);
        return merged;
    }

    /**
     * Hands each key with its value to an action, in no particular order.
     *
     * @param action what to do
     * @throws ConcurrentModificationException if the action adds or removes a key
     */
    public void forEach(ObjLongConsumer<? super String> action) {
        Objects.requireNonNull(action, "action");
        long changes = table.changes();
        for (long place = table.next(0); place >= 0; place = table.next(place)) {
            action.accept(keyAt(place), table.longValue(place));
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
        return new PlaceIterator<>(table, place -> new Entry(this, keyAt(place), table.longValue(place)));
    }

    /**
     * Writes the map to a channel, from which {@link #load(Heap, ReadableByteChannel)} reads it, in the format that
     * {@link OffHeapStringMap#save} shows. The map must not be changed meanwhile. On the Java heap this takes 64 KiB.
     *
     * @param channel where to write to; it stays open
     * @throws IOException if the channel throws that; a part may have been written then
     * @throws java.nio.channels.IllegalBlockingModeException if the channel does not block
     * @throws ConcurrentModificationException if a key was added or removed meanwhile
     */
    public void save(WritableByteChannel channel) throws IOException {
        MapFile.save(table, MapFile.Kind.LONGS, channel);
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
        if (!(object instanceof OffHeapStringLongMap other) || size() != other.size()) {
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
     * The hash code that a {@code Map<String, Long>} with the same entries has.
     *
     * @return the hash code
     */
    @Override
    public int hashCode() {
        int sum = 0;
        for (Entry entry : this) {
            sum += entry.key.hashCode() ^ Long.hashCode(entry.value);
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

    /** Sets the value of the key that the thread's text has, which was found at that place. */
    private void set(long place, long value) {
        if (place >= 0) {
            table.setLong(place, value);
            return;
        }
        Scratch scratch = Scratch.ofThread();
        scratch.value.set(value);
        insert(scratch);
    }

    /** The same, where code of others ran since, which may have used the thread's texts. */
    private void set(long place, long value, CharSequence key) {
        if (place < 0) {
            put(key, value);
        } else {
            table.setLong(place, value);
        }
    }

    /** A key and its value, as they were when the iterator came by. */
    public static final class Entry {
        private final OffHeapStringLongMap map;
        private final String key;
        private long value;

        private Entry(OffHeapStringLongMap map, String key, long value) {
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
        public long value() {
            return value;
        }

        /**
         * Gives the key another value, here and in the map.
         *
         * @param newValue the other value
         * @throws IllegalStateException if the key is not in the map any more
         */
        public void setValue(long newValue) {
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
