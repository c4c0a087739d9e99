package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A map from strings to strings whose keys, values and table are all off the garbage-collected heap.
 *
 * <pre>
 *  entry   +----------+------------+----------------+------------------+
 *          | key head | value head | key's bytes    | value's bytes    |    e.g. 1 + 1 + 12 + 16 bytes
 *          +----------+------------+----------------+------------------+
 *           1 byte below 32 (key) or 64 (value) bytes,
 *           2 below 4,096 or 8,192, and so on
 *  and in the table: 1 byte of the hash, 4 bytes of reference, 6 to 10 bytes in all
 * </pre>
 *
 * <p>It does what {@link Map} promises, and every string comes back equal to what was put in. A string takes one
 * byte a char if all its chars are below 256 (Latin-1), two otherwise. Null keys and values are refused with
 * {@link NullPointerException} everywhere. The order of iteration is unspecified.
 *
 * <p><b>Size.</b> An empty map takes no off-heap memory. It grows by itself, by a little at a time, to as many
 * entries as there is memory for; {@link #mappingCount()} says how many also where {@link #size()} cannot. Removing
 * and replacing gives memory back once half of what an area holds is unused; {@link #clear()} gives all back.
 *
 * <p><b>Failure.</b> What cannot get its memory, because of the heap's limit or the operating system, throws
 * {@link OutOfMemoryError}, and the map holds what it held before.
 *
 * <p><b>Cost.</b> Looking up, adding and removing take constant time on average, however the keys were chosen: the
 * hash function is picked at random for each map. Adding one entry moves at most the entries of one area, some
 * hundred thousand. Looking up allocates nothing on the Java heap but the string that it returns.
 *
 * <p><b>Iteration.</b> Iterators throw {@link ConcurrentModificationException} once a key was added or removed other
 * than through them; replacing values, as by {@code put} of a key that is there, is allowed. An entry's
 * {@code setValue} writes to the map, and throws {@link IllegalStateException} if the key is gone.
 *
 * <p><b>Threads.</b> One at a time, for looking up as well: the map has buffers that every method uses.
 *
 * <p><b>Closing.</b> {@link #close()} gives all memory back; every other method throws {@link IllegalStateException}
 * afterwards. Once the heap was closed, by whatever thread, so does all that reads or writes an entry. What is not
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
    private final Cleaner.Cleanable cleanable;

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

    OffHeapStringMap(Heap heap, StringTable.Sizes sizes) {
        table = new StringTable(Objects.requireNonNull(heap, "heap"), sizes);
        cleanable = Storage.CLEANER.register(this, table);
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
        try {
            long place = find(key);
            return place < 0 ? null : table.value(place);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean containsKey(Object key) {
        try {
            return find(key) >= 0;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean containsValue(Object value) {
        try {
            table.requireOpen();
            if (!(Objects.requireNonNull(value, "value") instanceof String string)) {
                return false;
            }
            table.setValue(string);
            for (long place = table.next(0); place >= 0; place = table.next(place)) {
                if (table.hasValue(place)) {
                    return true;
                }
            }
            return false;
        } finally {
            Reference.reachabilityFence(this);
        }
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
        try {
            Objects.requireNonNull(value, "value");
            long place = find(key);
            table.setValue(value);
            if (place < 0) {
                table.insert();
                return null;
            }
            String previous = table.value(place);
            table.replaceValue(place);
            return previous;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String remove(Object key) {
        try {
            long place = find(key);
            if (place < 0) {
                return null;
            }
            String previous = table.value(place);
            table.removeFound(place);
            return previous;
        } finally {
            Reference.reachabilityFence(this);
        }
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

    /** Removes all entries, and gives all memory back to the heap. */
    @Override
    public void clear() {
        try {
            table.clear();
        } finally {
            Reference.reachabilityFence(this);
        }
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
        try {
            table.close();
            cleanable.clean();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        try {
            table.check();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private long find(Object key) {
        if (Objects.requireNonNull(key, "key") instanceof String string) {
            return table.find(string);
        }
        table.requireOpen();
        return -1;
    }

    private final class Keys extends AbstractSet<String> {
        @Override
        public int size() {
            return OffHeapStringMap.this.size();
        }

        @Override
        public boolean contains(Object key) {
            return containsKey(key);
        }

        @Override
        public boolean remove(Object key) {
            return OffHeapStringMap.this.remove(key) != null;
        }

        @Override
        public void clear() {
            OffHeapStringMap.this.clear();
        }

        @Override
        public Iterator<String> iterator() {
            return new PlaceIterator<>(table, OffHeapStringMap.this) {
                @Override
                String at(long place) {
                    return table.key(place);
                }
            };
        }
    }

    private final class Values extends AbstractCollection<String> {
        @Override
        public int size() {
            return OffHeapStringMap.this.size();
        }

        @Override
        public boolean contains(Object value) {
            return containsValue(value);
        }

        @Override
        public void clear() {
            OffHeapStringMap.this.clear();
        }

        @Override
        public Iterator<String> iterator() {
            return new PlaceIterator<>(table, OffHeapStringMap.this) {
                @Override
                String at(long place) {
                    return table.value(place);
                }
            };
        }
    }

    private final class Entries extends AbstractSet<Map.Entry<String, String>> {
        @Override
        public int size() {
            return OffHeapStringMap.this.size();
        }

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
        public void clear() {
            OffHeapStringMap.this.clear();
        }

        @Override
        public Iterator<Map.Entry<String, String>> iterator() {
            return new PlaceIterator<>(table, OffHeapStringMap.this) {
                @Override
                Map.Entry<String, String> at(long place) {
                    return new Entry(table.key(place), table.value(place));
                }
            };
        }
    }

    private final class Entry implements Map.Entry<String, String> {
        private final String key;
        private String value;

        Entry(String key, String value) {
            this.key = key;
            this.value = value;
        }

        @Override
        public String getKey() {
            return key;
        }

        @Override
        public String getValue() {
            return value;
        }

        @Override
        public String setValue(String newValue) {
            Objects.requireNonNull(newValue, "value");
            if (OffHeapStringMap.this.replace(key, newValue) == null) {
                throw new IllegalStateException("the entry was removed from the map");
            }
            String previous = value;
            value = newValue;
            return previous;
        }

        @Override
        public boolean equals(Object object) {
            return object instanceof Map.Entry<?, ?> entry
                && key.equals(entry.getKey())
                && value.equals(entry.getValue());
        }

        @Override
        public int hashCode() {
            return key.hashCode() ^ value.hashCode();
        }

        @Override
        public String toString() {
            return key + "=" + value;
        }
    }
}
