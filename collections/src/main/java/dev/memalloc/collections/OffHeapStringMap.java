package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * A map from strings to strings whose keys, values and table are all off the garbage-collected heap.
 *
 * <pre>
 *  entry   +----------+------------+----------------+------------------+
 *          | key head | value head | key's bytes    | value's bytes    |    e.g. 1 + 1 + 12 + 16 bytes
 *          +----------+------------+----------------+------------------+
 *           1 byte below 32 (key) or 64 (value) bytes,
 *           2 below 4,096 or 8,192, and so on
 *
 *  bucket  +-------------------+-------------+--------+----------------+
 *          | 12 tags, 1 byte   | passed over | unused | 12 references, |    64 bytes for 5 to 11 entries:
 *          | of a hash each    |             |        | 4 bytes each   |    6 to 10 bytes an entry
 *          +-------------------+-------------+--------+----------------+
 * </pre>
 *
 * <p>So an entry of an ASCII key of 12 and a value of 16 chars takes about 40 bytes. For each 1,000 entries or
 * more there are some hundred bytes on the Java heap.
 *
 * <p>It does what {@link Map} promises, and every string comes back equal to what was put in. A string takes one
 * byte a char if all its chars are below 256 (Latin-1), two otherwise. A null key or value is refused with
 * {@link NullPointerException} by all methods of the map, and by {@code contains} of its keys and values. The default
 * of {@code getOrDefault} may be null; {@code values().remove} and the set of entries just find no null. The order of
 * iteration is unspecified.
 *
 * <p><b>Size.</b> An empty map takes no off-heap memory. It grows by itself, by a little at a time, to as many
 * entries as there is memory for; {@link #mappingCount()} says how many also where {@link #size()} cannot. What removed
 * entries and replaced values had is used again once about a quarter of the bytes are theirs, and given back bit by bit
 * once it is about half, by changes that follow; removing through iterators leaves the table as large as it is.
 * {@link #compact()} gives back as much as can be, {@link #clear()} all.
 *
 * <p><b>Failure.</b> What cannot get its memory, because of the heap's limit or the operating system, throws
 * {@link OutOfMemoryError}, and the map holds what it held before; so it is if the Java heap has no memory. After a
 * {@link StackOverflowError} in a method, what it was to do was done or not done, never in part; should the stack end
 * within the heap or the JVM's own code, which is made unlikely, a block may not be given back before the heap is.
 *
 * <p><b>Cost.</b> Looking up, adding and removing take constant time on average, however the keys were chosen: the
 * hash function is picked at random for each map. Adding an entry moves some 8,000 others at most, and as many
 * references, for which it takes less than a millisecond. Looking up allocates nothing on the Java heap but the string
 * that it returns, and each thread's buffers, once; {@link #getAll} takes less time for each key than {@code get}.
 *
 * <p><b>Iteration.</b> Iterators throw {@link ConcurrentModificationException} once a key was added or removed other
 * than through them; replacing values, as by {@code put} of a key that is there, is allowed, unless the map has nearly
 * 4 GiB or more, where that may have to move what is iterated over. An entry's {@code setValue} writes to the map, and
 * throws {@link IllegalStateException} if the key is gone.
 *
 * <p><b>Threads.</b> Any number at a time that look up and iterate, or one that changes the map, as with
 * {@link java.util.HashMap}; a concurrent map is for more. Nobody watches that. Who does otherwise
 * may find wrong entries or none, lose some, or get an exception, {@link ConcurrentModificationException} most of all;
 * but no other data is touched, and the JVM goes on: memory that another thread than the map's first one has reached is
 * not used for anything else before the garbage collector finds that nobody refers to it.
 *
 * <p><b>Closing.</b> {@link #close()} gives all memory back; afterwards whatever needs the entries throws
 * {@link IllegalStateException}, views and iterators included. What does not, returns as ever: {@code equals} with
 * itself, {@code putAll} of nothing, {@code entrySet().contains} of no entry of strings. Once the heap was closed, by
 * whatever thread, all that reads or writes an entry throws it. What is not
 * closed gives its memory back some time after it became unreachable; views, iterators and entries keep it reachable.
 *
 * {@snippet :
 * try (OffHeapStringMap capitals = new OffHeapStringMap()) {
 *     capitals.put("Suomi", "Helsinki");
 *     capitals.merge("Suomi", "!", String::concat);
 *     capitals.forEach((country, city) -> System.out.println(country + ": " + city));
 * }
 * }
 */
public final class OffHeapStringMap extends AbstractMap<String, String> implements AutoCloseable {
    private final StringTable table;

    /** An empty map in the process's heap, {@link Memory#heap()}. */
    public OffHeapStringMap() {
        this(Memory.heap());
    }

    /**
     * An empty map in a heap.
     *
     * @param heap where its memory shall come from
     */
    public OffHeapStringMap(Heap heap) {
        this(heap, StringTable.Sizes.DEFAULT);
    }

    OffHeapStringMap(Heap heap, List<StringTable.Sizes> steps) {
        table = new StringTable(Objects.requireNonNull(heap, "heap"), steps, EntryLayout.TEXT);
    }

    /**
     * A map in the process's heap, as {@link #load(Heap, ReadableByteChannel)}.
     *
     * @param channel where to read from; it stays open
     * @return the map
     * @throws IOException see there
     */
    public static OffHeapStringMap load(ReadableByteChannel channel) throws IOException {
        return load(Memory.heap(), channel);
    }

    /**
     * A map that was saved by {@link #save}. After an exception nothing is left of it. On the Java heap this takes 64
     * KiB and as much as the longest strings.
     *
     * @param heap where its memory shall come from
     * @param channel where to read from; it stays open, behind the map
     * @return the map
     * @throws IOException if the channel throws that, or if what comes from it is no saved map of strings to strings,
     *     or a damaged one, or not a whole one
     * @throws OutOfMemoryError if the heap has no memory for it
     * @throws java.nio.channels.IllegalBlockingModeException if the channel does not block
     */
    public static OffHeapStringMap load(Heap heap, ReadableByteChannel channel) throws IOException {
        OffHeapStringMap map = new OffHeapStringMap(heap);
        MapFile.load(channel, MapFile.Kind.STRINGS, map.table);
        return map;
    }

    /**
     * How many entries there are, or {@link Integer#MAX_VALUE} if there are more.
     *
     * @return that number
     */
    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, table.size());
    }

    /**
     * How many entries there are.
     *
     * @return that number
     */
    public long mappingCount() {
        return table.size();
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

    @Override
    public boolean isEmpty() {
        return table.size() == 0;
    }

    @Override
    public String get(Object key) {
        Text text = keyText(key);
        return text == null ? null : table.get(table.hashOf(text), text);
    }

    /**
     * A key's value, the key being any sequence of chars.
     *
     * @param key the chars of the key
     * @return its value; null if there is none
     */
    public String getChars(CharSequence key) {
        Text text = charsText(key);
        return table.get(table.hashOf(text), text);
    }

    /**
     * A key's value, the key being UTF-8. Bytes that are malformed are as in a string made of them.
     *
     * @param key the bytes of the key, all of the segment
     * @return its value; null if there is none
     * @throws OutOfMemoryError if the segment has more bytes than a byte array can, about 2<sup>31</sup>
     */
    public String getUtf8(MemorySegment key) {
        Text text = utf8Text(key);
        return table.get(table.hashOf(text), text);
    }

    /**
     * The same, of an array.
     *
     * @param key where the bytes of the key are
     * @param from the first of them
     * @param length how many they are
     * @return its value; null if there is none
     * @throws IndexOutOfBoundsException if the array has no such bytes
     */
    public String getUtf8(byte[] key, int from, int length) {
        return getUtf8(MemorySegment.ofArray(key).asSlice(from, length));
    }

    /**
     * A key's value where the map has it, without making a string. The first call makes the map one that others use
     * the memory of: see <em>Threads</em>.
     *
     * @param key the chars of the key
     * @return the bytes of its value, which are valid until the map is next changed; null if there is none
     */
    public EncodedString getEncoded(CharSequence key) {
        long place = find(charsText(key));
        return place < 0 ? null : table.encodedValue(place);
    }

    /**
     * The values of many keys, which takes less time than one after the other: the processor waits for the memory of
     * several at once.
     *
     * @param keys the keys
     * @param values where the value of each goes to, null if there is none
     * @throws IndexOutOfBoundsException if {@code values} is shorter than {@code keys}
     * @throws NullPointerException if a key is null; values before it have been written
     */
    public void getAll(String[] keys, String[] values) {
        Objects.checkFromIndexSize(0, keys.length, values.length);
        table.requireOpen();
        Scratch.ofThread().batch().getAll(table, keys, values);
    }

    @Override
    public boolean containsKey(Object key) {
        return find(keyText(key)) >= 0;
    }

    @Override
    public boolean containsValue(Object value) {
        table.requireOpen();
        if (!(Objects.requireNonNull(value, "value") instanceof String string)) {
            return false;
        }
        Text text = Scratch.ofThread().value;
        text.set(string);
        for (long place = table.next(0); place >= 0; place = table.next(place)) {
            if (table.hasValue(place, text)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Puts a value in place of the one that the key has, if it has one.
     *
     * @param key the key
     * @param value its value from now on
     * @return the value that it had, or null
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     * @throws NullPointerException if the key or the value is null
     * @throws IllegalStateException if the map or its heap is closed
     */
    @Override
    public String put(String key, String value) {
        Objects.requireNonNull(value, "value");
        Text text = keyText(key);
        long hash = table.hashOf(text);
        long place = table.find(hash, text);
        Text valueText = Scratch.ofThread().value;
        String previous = place < 0 ? null : table.value(place, valueText);
        valueText.set(value);
        if (place < 0) {
            table.insert(hash, text, valueText);
        } else {
            table.replaceValue(place, hash, text, valueText);
        }
        return previous;
    }

    @Override
    public String remove(Object key) {
        Text text = keyText(key);
        if (text == null) {
            return null;
        }
        long hash = table.hashOf(text);
        long place = table.find(hash, text);
        if (place < 0) {
            return null;
        }
        String previous = table.value(place, Scratch.ofThread().value);
        table.removeFound(place, hash);
        return previous;
    }

    @Override
    public String putIfAbsent(String key, String value) {
        return super.putIfAbsent(key, Objects.requireNonNull(value, "value"));
    }

    @Override
    public String replace(String key, String value) {
        return super.replace(key, Objects.requireNonNull(value, "value"));
    }

    @Override
    public boolean replace(String key, String oldValue, String newValue) {
        Objects.requireNonNull(oldValue, "oldValue");
        return super.replace(key, oldValue, Objects.requireNonNull(newValue, "newValue"));
    }

    @Override
    public boolean remove(Object key, Object value) {
        return super.remove(key, Objects.requireNonNull(value, "value"));
    }

    /**
     * Takes as little memory as it can: what is unused goes back to the heap. It takes time in proportion to the
     * number of entries, and some memory for a moment; where there is none, less is given back.
     */
    public void compact() {
        table.compact();
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
     * Writes the map to a channel, from which {@link #load(Heap, ReadableByteChannel)} reads it. All numbers are
     * little-endian:
     *
     * <pre>
     *   0  the chars "mem-maps"
     *   8  version of the format: 1
     *   9  what is mapped: 1 strings to strings, 2 strings to ints, 3 strings to longs, 4 longs to longs
     *  10  zeros
     *  16  how many entries there are, 8 bytes
     *  24  zeros
     *  28  CRC-32C of the 28 bytes before
     *  32  entries, in pieces:
     *      how many bytes of entries the piece has, 4 bytes: 1 to 65,536
     *      these bytes; a string, and nothing else, can go on in the next piece
     *      CRC-32C of the header and of all pieces up to here, with their sizes, without their checksums: 4 bytes
     *  and at the end a piece of no bytes
     *
     *  entry   key, value
     *  int     4 bytes
     *  long    8 bytes
     *  string  length in bytes, times 2, and 1 more if it is of UTF-16: 1 to 5 bytes with 7 bits each, the low ones
     *          first; all but the last have their high bit set
     *          ISO 8859-1 if all chars are of that, else UTF-16, unpaired surrogates as they are
     * </pre>
     *
     * <p>The order of entries is unspecified. Whatever follows is not read: a channel can hold several maps, one behind
     * the other. The map must not be changed meanwhile. On the Java heap this takes 64 KiB.
     *
     * @param channel where to write to; it stays open
     * @throws IOException if the channel throws that; a part may have been written then
     * @throws java.nio.channels.IllegalBlockingModeException if the channel does not block
     * @throws ConcurrentModificationException if a key was added or removed meanwhile
     */
    public void save(WritableByteChannel channel) throws IOException {
        MapFile.save(table, MapFile.Kind.STRINGS, channel);
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super String> action) {
        Objects.requireNonNull(action, "action");
        Text text = new Text();
        Iterator<Void> entries = new PlaceIterator<>(table, place -> entryAt(place, text, (key, value) -> {
            action.accept(key, value);
            return null;
        }));
        while (entries.hasNext()) {
            entries.next();
        }
    }

    /** Removes all entries, and gives all memory back to the heap. */
    @Override
    public void clear() {
        table.clear();
    }

    @Override
    public Set<String> keySet() {
        table.requireOpen();
        return new Keys();
    }

    @Override
    public Collection<String> values() {
        table.requireOpen();
        return new Values();
    }

    @Override
    public Set<Map.Entry<String, String>> entrySet() {
        table.requireOpen();
        return new Entries();
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

    /** How often an entry was moved, or a reference to it: what growing costs. */
    long moves() {
        return table.moves();
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        table.check();
    }

    /** What is made of the key and the value at a place, which are read into a text on their way. */
    private <T> T entryAt(long place, Text text, BiFunction<String, String, T> made) {
        int keyLength = table.readBoth(place, text);
        return keyLength < 0 ? made.apply(table.key(place, text), table.value(place, text))
            : made.apply(text.substring(0, keyLength), text.toString(keyLength));
    }

    private long find(Text key) {
        return key == null ? -1 : table.find(table.hashOf(key), key);
    }

    /** The thread's text with a key; null if it is no string. */
    private Text keyText(Object key) {
        table.requireOpen();
        if (!(Objects.requireNonNull(key, "key") instanceof String string)) {
            return null;
        }
        Text text = Scratch.ofThread().key;
        text.set(string);
        return text;
    }

    private Text charsText(CharSequence key) {
        table.requireOpen();
        Text text = Scratch.ofThread().key;
        text.set(key);
        return text;
    }

    private Text utf8Text(MemorySegment key) {
        table.requireOpen();
        Text text = Scratch.ofThread().key;
        text.setUtf8(key);
        return text;
    }

    /** What the sets of keys and of entries have in common. */
    private abstract class View<T> extends AbstractSet<T> {
        @Override
        public int size() {
            return OffHeapStringMap.this.size();
        }

        @Override
        public void clear() {
            OffHeapStringMap.this.clear();
        }
    }

    private final class Keys extends View<String> {
        @Override
        public boolean contains(Object key) {
            return containsKey(key);
        }

        @Override
        public boolean remove(Object key) {
            return OffHeapStringMap.this.remove(key) != null;
        }

        @Override
        public Iterator<String> iterator() {
            Text text = new Text();
            return new PlaceIterator<>(table, place -> table.key(place, text));
        }
    }

    private final class Entries extends View<Map.Entry<String, String>> {
        @Override
        public boolean contains(Object object) {
            return object instanceof Map.Entry<?, ?> entry
                && entry.getKey() instanceof String key
                && entry.getValue() instanceof String value
                && value.equals(get(key));
        }

        @Override
        public boolean remove(Object object) {
            return contains(object) && OffHeapStringMap.this.remove(((Map.Entry<?, ?>) object).getKey()) != null;
        }

        @Override
        public Iterator<Map.Entry<String, String>> iterator() {
            Text text = new Text();
            return new PlaceIterator<>(table, place -> entryAt(place, text, Entry::new));
        }
    }

    private final class Values extends AbstractCollection<String> {
        @Override
        public int size() {
            return OffHeapStringMap.this.size();
        }

        @Override
        public void clear() {
            OffHeapStringMap.this.clear();
        }

        @Override
        public boolean contains(Object value) {
            return containsValue(value);
        }

        @Override
        public Iterator<String> iterator() {
            Text text = new Text();
            return new PlaceIterator<>(table, place -> table.value(place, text));
        }
    }

    @SuppressWarnings("serial") // the map that it writes to cannot be serialized, so neither can it
    private final class Entry extends SimpleEntry<String, String> {
        Entry(String key, String value) {
            super(key, value);
        }

        @Override
        public String setValue(String value) {
            if (OffHeapStringMap.this.replace(getKey(), value) == null) {
                throw new IllegalStateException("the entry was removed from the map");
            }
            return super.setValue(value);
        }
    }
}
