package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** What the maps for many threads have in common: all of {@link ConcurrentMap}, by way of stripes. */
abstract class StripedStringMap extends AbstractMap<String, String>
        implements ConcurrentMap<String, String>, AutoCloseable {
    /** Of a hash, the bits from here on name the stripe; a table uses others. */
    private static final int STRIPE_SHIFT = 18;

    private final StringHash hash;
    /** A power of two. */
    private final Stripe[] stripes;

    StripedStringMap(StringHash hash, Stripe[] stripes) {
        this.hash = hash;
        this.stripes = stripes;
    }

    final long hashOf(Text key) {
        return hash.of(key);
    }

    final Stripe stripe(long keyHash) {
        return stripes[(int) (keyHash >>> STRIPE_SHIFT) & stripes.length - 1];
    }

    final Stripe stripeAt(int index) {
        return stripes[index];
    }

    final int stripeCount() {
        return stripes.length;
    }

    /**
     * How many entries there are, or {@link Integer#MAX_VALUE} if there are more. While others change the map, it is
     * how many there were in each of its parts at some time meanwhile.
     *
     * @return that number
     */
    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, mappingCount());
    }

    /**
     * How many entries there are, as {@link #size()} says it.
     *
     * @return that number
     */
    public long mappingCount() {
        long count = 0;
        for (Stripe stripe : stripes) {
            count += stripe.size();
        }
        return count;
    }

    @Override
    public boolean isEmpty() {
        return mappingCount() == 0;
    }

    /**
     * How many bytes the map has taken from its heap, without the 8 that the heap adds to each block. Some hundred
     * bytes on the Java heap for each of its parts come to that.
     *
     * @return that number
     */
    public long sizeInBytes() {
        long size = 0;
        for (Stripe stripe : stripes) {
            size += stripe.sizeInBytes();
        }
        return size;
    }

    /**
     * What the memory is used for.
     *
     * @return the figures, of each part of the map at some time during the call
     */
    public MapStatistics statistics() {
        MapStatistics sum = new MapStatistics(0, 0, 0, 0, 0, 0, 0);
        for (Stripe stripe : stripes) {
            MapStatistics one = stripe.statistics();
            sum = new MapStatistics(sum.entries() + one.entries(), sum.sizeInBytes() + one.sizeInBytes(),
                sum.entryBytes() + one.entryBytes(), sum.deadBytes() + one.deadBytes(), sum.slots() + one.slots(),
                sum.freeBytes() + one.freeBytes(), sum.shards() + one.shards());
        }
        return sum;
    }

    @Override
    public String get(Object key) {
        Scratch scratch = Scratch.ofThread();
        return setKey(scratch, key) ? get(scratch) : null;
    }

    /**
     * A key's value, the key being any sequence of chars.
     *
     * @param key the chars of the key
     * @return its value; null if there is none
     */
    public String getChars(CharSequence key) {
        Scratch scratch = Scratch.ofThread();
        scratch.key.set(Objects.requireNonNull(key, "key"));
        return get(scratch);
    }

    /**
     * A key's value, the key being UTF-8. Bytes that are malformed are as in a string made of them.
     *
     * @param key the bytes of the key, all of the segment
     * @return its value; null if there is none
     * @throws OutOfMemoryError if the segment has more bytes than a byte array can, about 2<sup>31</sup>
     */
    public String getUtf8(MemorySegment key) {
        Scratch scratch = Scratch.ofThread();
        scratch.key.setUtf8(key);
        return get(scratch);
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
     * The values of many keys, which takes less time than one after the other: the processor waits for the memory of
     * several at once. Each is read by itself; they need not have been there at the same time.
     *
     * @param keys the keys
     * @param values where the value of each goes to, null if there is none
     * @throws IndexOutOfBoundsException if {@code values} is shorter than {@code keys}
     * @throws NullPointerException if a key is null; values before it have been written
     */
    public void getAll(String[] keys, String[] values) {
        Objects.checkFromIndexSize(0, keys.length, values.length);
        Scratch scratch = Scratch.ofThread();
        scratch.batch().getAll(this, keys, values, scratch.value);
    }

    @Override
    public boolean containsKey(Object key) {
        Scratch scratch = Scratch.ofThread();
        if (!setKey(scratch, key)) {
            return false;
        }
        long keyHash = hashOf(scratch.key);
        return stripe(keyHash).get(keyHash, scratch.key, scratch.value, Stripe.Asked.PRESENCE) != null;
    }

    @Override
    public boolean containsValue(Object value) {
        requireOpen();
        if (!(Objects.requireNonNull(value, "value") instanceof String string)) {
            return false;
        }
        Scratch scratch = Scratch.ofThread();
        scratch.value.set(string);
        for (Stripe stripe : stripes) {
            if (stripe.containsValue(scratch.value)) {
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
     * @throws IllegalStateException if the map or its heap is closed, or if a function that this map has called calls
     *     it
     */
    @Override
    public String put(String key, String value) {
        Objects.requireNonNull(value, "value");
        return update(key, old -> value);
    }

    @Override
    public String putIfAbsent(String key, String value) {
        Objects.requireNonNull(value, "value");
        String there = changing(key, Stripe.Asked.LOOK);
        return there != null ? there : update(key, old -> old == null ? value : old);
    }

    @Override
    public String remove(Object key) {
        return Objects.requireNonNull(key, "key") instanceof String string ? update(string, old -> null) : null;
    }

    @Override
    public boolean remove(Object key, Object value) {
        Objects.requireNonNull(value, "value");
        return Objects.requireNonNull(key, "key") instanceof String string
            && value.equals(update(string, old -> value.equals(old) ? null : old));
    }

    @Override
    public String replace(String key, String value) {
        Objects.requireNonNull(value, "value");
        return update(key, old -> old == null ? null : value);
    }

    @Override
    public boolean replace(String key, String oldValue, String newValue) {
        Objects.requireNonNull(oldValue, "oldValue");
        Objects.requireNonNull(newValue, "newValue");
        return oldValue.equals(update(key, old -> oldValue.equals(old) ? newValue : old));
    }

    /**
     * Gives a key the value that a function makes of the one that it has, or removes it if that is null. It is atomic:
     * others who want to change the key, or another in the same part of the map, wait until the function has returned;
     * who reads does not.
     *
     * @param key the key
     * @param function is given the key and its value, null if it has none. It may read this map, but not change it
     * @return the key's value from now on; null if it has none
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     * @throws NullPointerException if the key or the function is null
     * @throws IllegalStateException if the map or its heap is closed, or if a function that this map has called calls
     *     it
     */
    @Override
    public String compute(String key, BiFunction<? super String, ? super String, ? extends String> function) {
        Objects.requireNonNull(function, "function");
        Scratch scratch = Scratch.ofThread();
        long keyHash = setChanging(scratch, key);
        return stripe(keyHash).compute(keyHash, key, scratch, this, function);
    }

    @Override
    public String computeIfAbsent(String key, Function<? super String, ? extends String> function) {
        Objects.requireNonNull(function, "function");
        String there = changing(key, Stripe.Asked.VALUE);
        return there != null ? there : compute(key, (absent, old) -> old != null ? old : function.apply(absent));
    }

    @Override
    public String computeIfPresent(String key, BiFunction<? super String, ? super String, ? extends String> function) {
        Objects.requireNonNull(function, "function");
        return compute(key, (present, old) -> old == null ? null : function.apply(present, old));
    }

    @Override
    public String merge(String key, String value,
            BiFunction<? super String, ? super String, ? extends String> function) {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(function, "function");
        return compute(key, (merged, old) -> old == null ? value : function.apply(old, value));
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super String> action) {
        Objects.requireNonNull(action, "action");
        StripeWalk walk = new StripeWalk(this, true);
        while (walk.advance()) {
            action.accept(walk.key(), walk.value());
        }
    }

    /**
     * Takes as little memory as it can: what is unused goes back to the heap. It takes time in proportion to the
     * number of entries, and some memory for a moment; where there is none, less is given back. It is done for one
     * part of the map after the other, and who changes that part meanwhile waits.
     */
    public void compact() {
        requireChangeable();
        for (Stripe stripe : stripes) {
            stripe.compact();
        }
    }

    /** Removes all entries, and gives all memory back to the heap: of one part of the map after the other. */
    @Override
    public void clear() {
        requireChangeable();
        for (Stripe stripe : stripes) {
            stripe.clear();
        }
    }

    @Override
    public Set<String> keySet() {
        requireOpen();
        return new Keys();
    }

    @Override
    public Collection<String> values() {
        requireOpen();
        return new Values();
    }

    @Override
    public Set<Map.Entry<String, String>> entrySet() {
        requireOpen();
        return new Entries();
    }

    /**
     * Gives all memory back to the heap, once those who are changing the map have done so; of memory that somebody is
     * reading, some time later. Closing again does nothing.
     *
     * @throws IllegalStateException if a function that this map has called calls it; or if the heap finds that memory
     *     around the map's was overwritten
     */
    @Override
    public void close() {
        Scratch.ofThread().requireNotIn(this);
        IllegalStateException failure = null;
        for (Stripe stripe : stripes) {
            try {
                stripe.close();
            } catch (IllegalStateException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        for (Stripe stripe : stripes) {
            stripe.check();
        }
    }

    final void requireOpen() {
        stripes[0].requireOpen();
    }

    final void requireChangeable() {
        requireOpen();
        Scratch.ofThread().requireNotIn(this);
    }

    /** Takes a key to be looked for; returns whether it is one. */
    private boolean setKey(Scratch scratch, Object key) {
        if (!(Objects.requireNonNull(key, "key") instanceof String string)) {
            requireOpen();
            return false;
        }
        scratch.key.set(string);
        return true;
    }

    /** Takes a key that is to be changed; returns its hash. */
    private long setChanging(Scratch scratch, String key) {
        Objects.requireNonNull(key, "key");
        scratch.requireNotIn(this);
        scratch.key.set(key);
        return hashOf(scratch.key);
    }

    /** The value of a key, without its being noted that it was looked up. */
    final String look(String key) {
        Scratch scratch = Scratch.ofThread();
        scratch.key.set(key);
        long keyHash = hashOf(scratch.key);
        return stripe(keyHash).get(keyHash, scratch.key, scratch.value, Stripe.Asked.LOOK);
    }

    /** The value of a key that is to be changed if it has none. */
    private String changing(String key, Stripe.Asked asked) {
        Scratch scratch = Scratch.ofThread();
        long keyHash = setChanging(scratch, key);
        return stripe(keyHash).get(keyHash, scratch.key, scratch.value, asked);
    }

    private String get(Scratch scratch) {
        long keyHash = hashOf(scratch.key);
        return stripe(keyHash).get(keyHash, scratch.key, scratch.value, Stripe.Asked.VALUE);
    }

    private String update(String key, UnaryOperator<String> change) {
        Scratch scratch = Scratch.ofThread();
        long keyHash = setChanging(scratch, key);
        return stripe(keyHash).update(keyHash, scratch, change);
    }

    /** What the sets of keys and of entries have in common. */
    private abstract class View<T> extends AbstractSet<T> {
        private final boolean withValues;

        View(boolean withValues) {
            this.withValues = withValues;
        }

        abstract T element(StripeWalk walk);

        @Override
        public Iterator<T> iterator() {
            return new StripeIterator<>(new StripeWalk(StripedStringMap.this, withValues), this::element);
        }

        @Override
        public Spliterator<T> spliterator() {
            return new StripeSpliterator<>(new StripeWalk(StripedStringMap.this, withValues), this::element,
                Spliterator.DISTINCT);
        }

        @Override
        public int size() {
            return StripedStringMap.this.size();
        }

        @Override
        public void clear() {
            StripedStringMap.this.clear();
        }
    }

    private final class Keys extends View<String> {
        Keys() {
            super(false);
        }

        @Override
        String element(StripeWalk walk) {
            return walk.key();
        }

        @Override
        public boolean contains(Object key) {
            return containsKey(key);
        }

        @Override
        public boolean remove(Object key) {
            return StripedStringMap.this.remove(key) != null;
        }
    }

    private final class Entries extends View<Map.Entry<String, String>> {
        Entries() {
            super(true);
        }

        @Override
        Map.Entry<String, String> element(StripeWalk walk) {
            return new Entry(walk.key(), walk.value());
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
            return object instanceof Map.Entry<?, ?> entry
                && entry.getKey() instanceof String key
                && entry.getValue() instanceof String value
                && StripedStringMap.this.remove(key, value);
        }

        @Override
        public boolean removeIf(Predicate<? super Map.Entry<String, String>> filter) {
            return removeEntries(filter);
        }
    }

    private final class Values extends AbstractCollection<String> {
        @Override
        public int size() {
            return StripedStringMap.this.size();
        }

        @Override
        public void clear() {
            StripedStringMap.this.clear();
        }

        @Override
        public boolean contains(Object value) {
            return containsValue(value);
        }

        @Override
        public Iterator<String> iterator() {
            return new StripeIterator<>(new StripeWalk(StripedStringMap.this, true), StripeWalk::value);
        }

        @Override
        public Spliterator<String> spliterator() {
            return new StripeSpliterator<>(new StripeWalk(StripedStringMap.this, true), StripeWalk::value, 0);
        }

        @Override
        public boolean removeIf(Predicate<? super String> filter) {
            Objects.requireNonNull(filter, "filter");
            return removeEntries(entry -> filter.test(entry.getValue()));
        }
    }

    /** Removes what passes the filter, unless it was given another value meanwhile. */
    private boolean removeEntries(Predicate<? super Map.Entry<String, String>> filter) {
        Objects.requireNonNull(filter, "filter");
        boolean any = false;
        StripeWalk walk = new StripeWalk(this, true);
        while (walk.advance()) {
            any |= filter.test(Map.entry(walk.key(), walk.value())) && remove(walk.key(), walk.value());
        }
        return any;
    }

    @SuppressWarnings("serial") // the map that it writes to cannot be serialized, so neither can it
    private final class Entry extends SimpleEntry<String, String> {
        Entry(String key, String value) {
            super(key, value);
        }

        @Override
        public String setValue(String value) {
            StripedStringMap.this.put(getKey(), value);
            return super.setValue(value);
        }
    }
}
