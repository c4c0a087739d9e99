package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.StringJoiner;
import java.util.function.LongBinaryOperator;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;

/**
 * A map from longs to longs, all of it off the garbage-collected heap; no {@link Long} is ever made.
 *
 * <pre>
 *  bucket  +-----+-------+-----+-------+-----+-------+-----+-------+
 *  64      | key | value | key | value | key | value | key | value |     8 bytes each; a cache line
 *  bytes   +-----+-------+-----+-------+-----+-------+-----+-------+
 * </pre>
 *
 * <p>A key is in one of two buckets, which its hash names. So a search reads one cache line, or two. Every long can be
 * a key, and every long can be a value. The order of iteration is unspecified.
 *
 * <p><b>Size.</b> An empty map takes no off-heap memory, a map of one entry 144 bytes, of 2,000 some 30 bytes an entry,
 * and from 20,000 entries on 18 to 20. It grows by itself, by a little at a time, to as many entries as there is memory
 * for. Removing gives memory back once much is unused; {@link #clear()} gives all back. About a hundredth of it comes
 * to that on the Java heap.
 *
 * <p><b>Failure.</b> What cannot get its memory, because of the heap's limit or the operating system, throws
 * {@link OutOfMemoryError}, and the map holds what it held before; so it is if the Java heap has no memory. After a
 * {@link StackOverflowError} in a method, what it was to do was done or not done, never in part.
 *
 * <p><b>Cost.</b> Looking up, adding and removing take constant time on average, however the keys were chosen: the
 * hash function is picked at random for each map. Adding one entry moves at most some two thousand. Nothing is
 * allocated on the Java heap but while the map grows, and by iterators.
 *
 * <p><b>Iteration.</b> Iterators throw {@link ConcurrentModificationException} once a key was added or removed other
 * than through them; giving a key that is there another value is allowed.
 *
 * <p><b>Threads.</b> One at a time may change the map, and nobody may read it meanwhile; reading at the same time is
 * allowed. Nobody watches that. A map that is changed while others use it gives them wrong answers, or throws
 * {@link ConcurrentModificationException}; it never reaches memory that is not its own.
 *
 * <p><b>Closing.</b> {@link #close()} gives all memory back; afterwards all methods but {@code equals} with itself
 * throw {@link IllegalStateException}, and so does all that reads or writes an entry once its heap is closed. What is
 * not closed gives its memory back some time after it became unreachable.
 *
 * {@snippet :
 * try (OffHeapLongLongMap visits = new OffHeapLongLongMap()) {
 *     for (long user : users) {
 *         visits.addTo(user, 1);
 *     }
 *     visits.forEach((user, count) -> System.out.println(user + ": " + count));
 * }
 * }
 */
public final class OffHeapLongLongMap implements Iterable<OffHeapLongLongMap.Entry>, AutoCloseable {
    private final LongTable table;

    /** An empty map in the process's heap, {@link Memory#heap()}. */
    public OffHeapLongLongMap() {
        this(Memory.heap());
    }

    /**
     * An empty map in a heap.
     *
     * @param heap where its memory shall come from
     */
    public OffHeapLongLongMap(Heap heap) {
        this(heap, LongTable.Sizes.DEFAULT, new LongHash());
    }

    OffHeapLongLongMap(Heap heap, LongTable.Sizes sizes, LongHash hash) {
        table = new LongTable(Objects.requireNonNull(heap, "heap"), sizes, hash);
    }

    /**
     * A map in the process's heap, as {@link #load(Heap, ReadableByteChannel)}.
     *
     * @param channel where to read from; it stays open
     * @return the map
     * @throws IOException see there
     */
    public static OffHeapLongLongMap load(ReadableByteChannel channel) throws IOException {
        return load(Memory.heap(), channel);
    }

    /**
     * A map that was saved by {@link #save}. After an exception nothing is left of it. On the Java heap this takes 64
     * KiB.
     *
     * @param heap where its memory shall come from
     * @param channel where to read from; it stays open, behind the map
     * @return the map
     * @throws IOException if the channel throws that, or if what comes from it is no saved map of longs to longs, or a
     *     damaged one, or not a whole one
     * @throws OutOfMemoryError if the heap has no memory for it
     * @throws java.nio.channels.IllegalBlockingModeException if the channel does not block
     */
    public static OffHeapLongLongMap load(Heap heap, ReadableByteChannel channel) throws IOException {
        OffHeapLongLongMap map = new OffHeapLongLongMap(heap);
        MapFile.load(channel, map.table);
        return map;
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
     * How many bytes the map has taken from its heap, without the 8 that the heap adds to each block.
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
     * A key's value.
     *
     * @param key the key
     * @param otherwise what to return if it has none
     * @return its value
     */
    public long get(long key, long otherwise) {
        return table.get(key, otherwise);
    }

    /**
     * Whether a key has a value.
     *
     * @param key the key
     * @return whether it is there
     */
    public boolean containsKey(long key) {
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
    public boolean put(long key, long value) {
        long place = table.find(key);
        set(place, key, value);
        return place < 0;
    }

    /**
     * Gives a key a value if it has none.
     *
     * @param key the key
     * @param value its value from now on, if it has none
     * @return the value that it has from now on
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public long putIfAbsent(long key, long value) {
        long place = table.find(key);
        if (place >= 0) {
            return table.value(place);
        }
        table.insert(key, value);
        return value;
    }

    /**
     * Adds to a key's value, or to 0 if it has none. The sum wraps around as that of longs does.
     *
     * @param key the key
     * @param increment what to add
     * @return its value from now on
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public long addTo(long key, long increment) {
        long place = table.find(key);
        long sum = increment + (place < 0 ? 0 : table.value(place));
        set(place, key, sum);
        return sum;
    }

    /**
     * Gives a key the value that a function makes of the one that it has and another one, or if it has none, that other
     * one. The function may use the map.
     *
     * @param key the key
     * @param value the other value
     * @param function makes a value of the old and the other one; if it throws, nothing has changed
     * @return its value from now on
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public long merge(long key, long value, LongBinaryOperator function) {
        Objects.requireNonNull(function, "function");
        long place = table.find(key);
        if (place < 0) {
            table.insert(key, value);
            return value;
        }
        long changes = table.changes();
        long merged = function.applyAsLong(table.value(place), value);
        set(table.changes() == changes ? place : table.find(key), key, merged);
        return merged;
    }

    /**
     * Removes a key and its value.
     *
     * @param key the key
     * @return whether it was there
     */
    public boolean remove(long key) {
        long place = table.find(key);
        if (place < 0) {
            return false;
        }
        table.removeFound(place);
        return true;
    }

    /**
     * Hands each key with its value to an action, in no particular order.
     *
     * @param action what to do
     * @throws ConcurrentModificationException if the action adds or removes a key
     */
    public void forEach(LongLongConsumer action) {
        Objects.requireNonNull(action, "action");
        long changes = table.changes();
        for (long place = table.next(0); place >= 0; place = table.next(place)) {
            action.accept(table.key(place), table.value(place));
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
        return new PlaceIterator<>(table, place -> new Entry(this, table.key(place), table.value(place)));
    }

    /**
     * The keys, in no particular order. Reading them throws {@link ConcurrentModificationException} once a key was
     * added or removed.
     *
     * @return a sequential stream, which begins to read the map when it is used
     */
    public LongStream keys() {
        table.requireOpen();
        int characteristics = Spliterator.DISTINCT | Spliterator.NONNULL;
        return StreamSupport.longStream(() -> Spliterators.spliterator(new Keys(table), table.size(), characteristics),
            characteristics | Spliterator.SIZED | Spliterator.SUBSIZED, false);
    }

    /**
     * Takes as little memory as it can: what is unused goes back to the heap. It takes time in proportion to the
     * number of entries, and some memory for a moment; where there is none, less is given back.
     */
    public void compact() {
        table.compact();
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
        MapFile.save(table, channel);
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
        if (!(object instanceof OffHeapLongLongMap other) || size() != other.size()) {
            return false;
        }
        for (long place = table.next(0); place >= 0; place = table.next(place)) {
            long value = table.value(place);
            if (other.get(table.key(place), ~value) != value) {
                return false;
            }
        }
        return true;
    }

    /**
     * The hash code that a {@code Map<Long, Long>} with the same entries has.
     *
     * @return the hash code
     */
    @Override
    public int hashCode() {
        int sum = 0;
        for (long place = table.next(0); place >= 0; place = table.next(place)) {
            sum += Long.hashCode(table.key(place)) ^ Long.hashCode(table.value(place));
        }
        return sum;
    }

    /**
     * All entries, as a {@link java.util.Map} writes them.
     *
     * @return such as {@code {1=2, 3=4}}
     */
    @Override
    public String toString() {
        StringJoiner joiner = new StringJoiner(", ", "{", "}");
        forEach((key, value) -> joiner.add(key + "=" + value));
        return joiner.toString();
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        table.check();
    }

    /** How often an entry was moved. */
    long moves() {
        return table.moves();
    }

    private void set(long place, long key, long value) {
        if (place < 0) {
            table.insert(key, value);
        } else {
            table.setValue(place, value);
        }
    }

    /** What is done with each entry. */
    @FunctionalInterface
    public interface LongLongConsumer {
        /**
         * Is given an entry.
         *
         * @param key its key
         * @param value its value
         */
        void accept(long key, long value);
    }

    /** A key and its value, as they were when the iterator came by. */
    public static final class Entry {
        private final OffHeapLongLongMap map;
        private final long key;
        private long value;

        private Entry(OffHeapLongLongMap map, long key, long value) {
            this.map = map;
            this.key = key;
            this.value = value;
        }

        /**
         * The key.
         *
         * @return the key
         */
        public long key() {
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
            long place = map.table.find(key);
            if (place < 0) {
                throw new IllegalStateException("the entry was removed from the map");
            }
            map.table.setValue(place, newValue);
            value = newValue;
        }

        /**
         * Key and value.
         *
         * @return such as {@code 1=2}
         */
        @Override
        public String toString() {
            return key + "=" + value;
        }
    }

    private static final class Keys implements PrimitiveIterator.OfLong {
        private final LongTable table;
        private final long changes;
        private long next;

        Keys(LongTable table) {
            this.table = table;
            changes = table.changes();
            next = table.next(0);
        }

        @Override
        public boolean hasNext() {
            table.requireOpen();
            return next >= 0;
        }

        @Override
        public long nextLong() {
            table.requireChanges(changes);
            if (next < 0) {
                throw new NoSuchElementException();
            }
            long key = table.key(next);
            next = table.next(next);
            return key;
        }
    }
}
