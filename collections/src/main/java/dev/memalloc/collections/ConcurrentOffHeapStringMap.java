package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.util.List;
import java.util.Objects;

/**
 * A map from strings to strings for many threads, whose keys, values and table are all off the garbage-collected heap.
 *
 * <pre>
 *  hash of a key  63              32 31       24 23          18 17              0
 *                 +-----------------+-----------+--------------+-----------------+
 *                 | bucket          | tag       | stripe       | shard           |
 *                 +-----------------+-----------+--------------+-----------------+
 *
 *  stripes        +---------+---------+- - -+---------+    each: a lock, a version, and a table
 *                 |    0    |    1    |     |    63   |    such as the one of {@link OffHeapStringMap}
 *                 +---------+---------+- - -+---------+
 *
 *  entry   +----------+------------+----------------+------------------+
 *          | key head | value head | key's bytes    | value's bytes    |    e.g. 1 + 1 + 12 + 16 bytes
 *          +----------+------------+----------------+------------------+
 *           1 byte below 32 (key) or 64 (value) bytes,
 *           2 below 4,096 or 8,192, and so on
 *  and in the table: 1 byte of the hash, 4 bytes of reference, 6 to 10 bytes in all
 * </pre>
 *
 * <p>It does what {@link java.util.concurrent.ConcurrentMap} promises, and every string comes back equal to what was
 * put in. A null key or value is refused with {@link NullPointerException} by all methods of the map, and by {@code
 * contains} of its keys and values; the set of entries just finds no null. The order of iteration is unspecified.
 *
 * <p><b>Threads.</b> Any number, platform or virtual. What changes a key is atomic, and whatever a thread did before it
 * put a value is seen by who gets that value. Looking up takes no lock and writes nothing that others read, so readers
 * do not slow each other down; one that meets the same 64th of the map just being changed reads again, and waits for
 * the lock if that goes on. Changes of the same 64th wait for each other. {@code size}, {@code clear}, {@code compact},
 * {@code statistics}, {@code containsValue} and {@code putAll} deal with one part after the other, while others go on.
 *
 * <p><b>Functions</b> of {@code compute}, {@code computeIfAbsent}, {@code computeIfPresent} and {@code merge} run once,
 * under the lock of their 64th, so they should be short; who reads does not wait for them. They may read this map, and
 * are refused to change it with {@link IllegalStateException}. If one throws, nothing has changed. A function that
 * changes another map, while a function of that map changes this one, may wait for ever, as with any locks. The
 * function of {@code replaceAll} runs without a lock, and again if the value was changed meanwhile.
 *
 * <p><b>Iteration</b> is weakly consistent: it never throws {@link java.util.ConcurrentModificationException}; an entry
 * that is there throughout comes up exactly once, one that comes or goes meanwhile once or not at all. It reads some
 * thousand entries at a time, and shows a value as of then. An entry's {@code setValue} puts the value, also if the key
 * is gone.
 *
 * <p><b>Size.</b> An empty map takes no off-heap memory, and a small one some hundred bytes for each of the parts that
 * have entries; from 20,000 entries of 28 bytes on it has 40 to 55 bytes an entry, from 10<sup>6</sup> on some 40. It
 * grows by itself, by a little at a time, to as many entries as there is memory for; {@link #mappingCount()} says how
 * many also where {@link #size()} cannot. Removing and replacing gives memory back once half of what an area holds is
 * unused; {@link #clear()} gives all back. What other threads may be reading goes back when the garbage collector has
 * found that they do not.
 *
 * <p><b>Failure.</b> What cannot get its memory, because of the heap's limit or the operating system, throws
 * {@link OutOfMemoryError}, and the map holds what it held before; so it is if the Java heap has no memory. After a
 * {@link StackOverflowError} in a method, what it was to do was done or not done, never in part, and no lock is held.
 *
 * <p><b>Cost.</b> Looking up, adding and removing take constant time on average, however the keys were chosen: the
 * hash function is picked at random for each map. Adding one entry moves some 8,000 at most. Looking up allocates
 * nothing on the Java heap but the string that it returns.
 *
 * <p><b>Closing.</b> {@link #close()} gives all memory back; afterwards whatever needs the entries throws
 * {@link IllegalStateException}, in threads that are in the middle of something as well: that is done before the map is
 * closed, or refused; an iterator returns what it has read. So it is once the heap was closed. What is not closed gives
 * its memory back some time after it became unreachable; views, iterators and entries keep it reachable.
 *
 * {@snippet :
 * try (ConcurrentOffHeapStringMap capitals = new ConcurrentOffHeapStringMap()) {
 *     capitals.put("Suomi", "Helsinki");
 *     capitals.merge("Suomi", "!", String::concat);
 *     capitals.forEach((country, city) -> System.out.println(country + ": " + city));
 * }
 * }
 */
public final class ConcurrentOffHeapStringMap extends StripedStringMap {
    private static final int STRIPES = 64;

    /** An empty map in the process's heap, {@link Memory#heap()}. */
    public ConcurrentOffHeapStringMap() {
        this(Memory.heap());
    }

    /**
     * An empty map in a heap.
     *
     * @param heap where its memory shall come from
     */
    public ConcurrentOffHeapStringMap(Heap heap) {
        this(heap, StringTable.Sizes.DEFAULT, STRIPES);
    }

    /** With so many stripes, a power of two, up to 64. */
    ConcurrentOffHeapStringMap(Heap heap, List<StringTable.Sizes> steps, int stripes) {
        this(Objects.requireNonNull(heap, "heap"), steps, stripes, new StringHash());
    }

    private ConcurrentOffHeapStringMap(Heap heap, List<StringTable.Sizes> steps, int stripes, StringHash hash) {
        super(hash, stripes(heap, steps, stripes, hash));
    }

    private static Stripe[] stripes(Heap heap, List<StringTable.Sizes> steps, int number, StringHash hash) {
        Stripe[] stripes = new Stripe[number];
        for (int i = 0; i < number; i++) {
            stripes[i] = new Stripe(heap, steps, hash);
        }
        return stripes;
    }
}
