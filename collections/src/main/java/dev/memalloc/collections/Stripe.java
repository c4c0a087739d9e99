package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A part of a map for many threads: a table, the lock of those who change it, and a number that tells readers whether
 * it was changed.
 *
 * <pre>
 *  writer   lock    read    version: odd    change the table    version: even, higher    unlock
 *  reader                   version: even?  read the table      version: the same?
 * </pre>
 *
 * <p>Readers take no lock and write nothing that others read: a sequence lock (Boehm, "Can seqlocks get along with
 * programming language memory models?", MSPC 2012). What they read while the table is changed may be anything, or throw
 * any {@link RuntimeException}; but it ends, it reaches no other memory than the table's, and it takes no memory of its
 * own, since nothing longer than {@link #LENGTH_MAX} is read before its length was found valid. So readers look at the
 * version afterwards, and try again; after some attempts they take the lock.
 *
 * <p>The version is odd only while the table is being changed, not while a function of the user's runs under the lock.
 * So who reads from within such a function finds all stripes that others hold for theirs at rest, and needs no lock: no
 * two threads wait for each other.
 */
final class Stripe {
    private static final VarHandle VERSION;
    private static final int ATTEMPTS = 16;
    /** Bytes that are read before it is certain that something has so many. */
    private static final long LENGTH_MAX = 64 << 10;
    /** What is returned instead of a value if the table was changed meanwhile. */
    private static final String CHANGED = new String("changed");

    static {
        try {
            VERSION = MethodHandles.lookup().findVarHandle(Stripe.class, "version", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final StringTable table;
    /** Odd while the table is being changed; also after a change that the end of the stack cut off, until the next. */
    private long version;

    Stripe(Heap heap, List<StringTable.Sizes> steps, StringHash hash) {
        table = new StringTable(heap, steps, EntryLayout.TEXT, hash, true);
    }

    /** What reads the table, which may be changed meanwhile; null if that was noticed. */
    private interface Reading<T> {
        T read(long before);
    }

    /**
     * The value of a key, by way of the text for values; null if there is none.
     *
     * @param value null if it only matters whether there is one: then it is an empty string
     */
    String get(long hash, Text key, Text value) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long before = (long) VERSION.getAcquire(this);
            if ((before & 1) == 0) {
                String read = get(hash, key, value, before);
                if (read != CHANGED) {
                    return read;
                }
            }
            Thread.onSpinWait();
        }
        lock();
        try {
            return get(hash, key, value, version);
        } finally {
            lock.unlock();
        }
    }

    private String get(long hash, Text key, Text value, long before) {
        try {
            long place = table.find(hash, key);
            if (place >= 0 && value != null) {
                long length = table.readValue(place, value, LENGTH_MAX);
                if (length > LENGTH_MAX && (!isStill(before) || table.readValue(place, value, length) > length)) {
                    return CHANGED;
                }
            }
            if (!isStill(before)) {
                return CHANGED;
            }
            return place < 0 ? null : value == null ? "" : value.toString();
        } catch (RuntimeException e) {
            if (isStill(before)) {
                throw e;
            }
            return CHANGED;
        }
    }

    /** Reads from the table, so that the processor has fetched what {@link #get} will need. */
    long touchBucket(long hash) {
        try {
            return table.touchBucket(hash);
        } catch (RuntimeException e) {
            return 0; // it is being changed, or closed
        }
    }

    /** The same, of the entry. */
    long touchEntry(long hash) {
        try {
            return table.touchEntry(hash);
        } catch (RuntimeException e) {
            return 0;
        }
    }

    /**
     * Gives a key another value.
     *
     * @param scratch the thread's, whose text for keys has the key
     * @param change what becomes of its value: both may be null, which is none; the same object leaves it as it is. It
     *     calls no code of the user's
     * @return the value that it had; or null
     */
    String update(long hash, Scratch scratch, UnaryOperator<String> change) {
        lock();
        try {
            long place = table.find(hash, scratch.key);
            String old = place < 0 ? null : table.value(place, scratch.value);
            write(place, hash, scratch, old, change.apply(old));
            return old;
        } finally {
            lock.unlock();
        }
    }

    /** The same, by a function of the user's that {@code map} calls; returns the value that the key has now. */
    String compute(long hash, String key, Scratch scratch, Object map,
            BiFunction<? super String, ? super String, ? extends String> function) {
        lock();
        Scratch.Calling outer = scratch.calling;
        try {
            long place = table.find(hash, scratch.key);
            String old = place < 0 ? null : table.value(place, scratch.value);
            scratch.calling = new Scratch.Calling(map, outer);
            String next = function.apply(key, old);
            scratch.calling = outer;
            scratch.key.set(key); // the function may have used it
            write(place, hash, scratch, old, next);
            return next;
        } finally {
            scratch.calling = outer;
            lock.unlock();
        }
    }

    private void write(long place, long hash, Scratch scratch, String old, String next) {
        if (next == old) {
            return;
        }
        if (next != null) {
            scratch.value.set(next);
        }
        change(changed -> {
            if (next == null) {
                changed.removeFound(place, hash);
            } else if (old == null) {
                changed.insert(hash, scratch.key, scratch.value);
            } else {
                changed.replaceValue(place, hash, scratch.key, scratch.value);
            }
        });
    }

    /** Has the table changed by who holds the lock. */
    private void change(Consumer<StringTable> what) {
        long changing = version | 1;
        VERSION.setOpaque(this, changing);
        VarHandle.storeStoreFence();
        try {
            what.accept(table);
        } finally {
            VERSION.setRelease(this, changing + 1);
        }
    }

    /**
     * Reads the entries of one shard that a walk has not passed.
     *
     * @param walked how far it has come
     * @param to where to add each key, with its value behind it: null if it is longer than {@link #LENGTH_MAX}, or if
     * no
     *     values are wanted
     * @return where it goes on
     */
    int walk(int walked, boolean withValues, Text text, List<String> to) {
        return read(before -> {
            to.clear();
            int behind = table.size() == 0 ? StringTable.WALK_END : table.walkedBehind(walked);
            if (behind == StringTable.WALK_END && table.size() == 0) {
                return isStill(before) ? behind : null;
            }
            boolean whole = table.isWalkedWhole(walked);
            for (long place = table.firstIn(table.walkedShard(walked)); place >= 0; place = table.nextIn(place)) {
                if ((whole || table.isAhead(place, walked)) && !read(place, withValues, text, to, before)) {
                    return null;
                }
            }
            return isStill(before) ? behind : null;
        });
    }

    /** Reads one entry; returns whether the table was not changed meanwhile. */
    private boolean read(long place, boolean withValue, Text text, List<String> to, long before) {
        long length = table.readKey(place, text, LENGTH_MAX);
        if (length > LENGTH_MAX && (!isStill(before) || table.readKey(place, text, length) > length)
                || !isStill(before)) {
            return false;
        }
        String key = text.toString();
        boolean has = withValue && table.readValue(place, text, LENGTH_MAX) <= LENGTH_MAX;
        if (!isStill(before)) {
            return false;
        }
        to.add(key);
        to.add(has ? text.toString() : null);
        return true;
    }

    /** Whether an entry has that value. */
    boolean containsValue(Text value) {
        for (int walked = 0; walked < StringTable.WALK_END;) {
            int from = walked;
            int behind = read(before -> {
                if (table.size() == 0) {
                    return isStill(before) ? StringTable.WALK_END : null;
                }
                for (long place = table.firstIn(table.walkedShard(from)); place >= 0; place = table.nextIn(place)) {
                    if (table.hasValue(place, value)) {
                        return isStill(before) ? -1 : null;
                    }
                }
                int next = table.walkedBehind(from);
                return isStill(before) ? next : null;
            });
            if (behind < 0) {
                return true;
            }
            walked = behind;
        }
        return false;
    }

    long size() {
        VarHandle.acquireFence(); // who asks again and again is to see it change
        return table.size();
    }

    long sizeInBytes() {
        return read(before -> {
            long size = table.sizeInBytes();
            return isStill(before) ? size : null;
        });
    }

    MapStatistics statistics() {
        return read(before -> {
            MapStatistics statistics = table.statistics();
            return isStill(before) ? statistics : null;
        });
    }

    void requireOpen() {
        table.requireOpen();
    }

    void clear() {
        changeLocked(StringTable::clear);
    }

    void compact() {
        changeLocked(StringTable::compact);
    }

    void close() {
        changeLocked(StringTable::close);
    }

    void check() {
        changeLocked(StringTable::check);
    }

    private void changeLocked(Consumer<StringTable> what) {
        lock();
        try {
            change(what);
        } finally {
            lock.unlock();
        }
    }

    /** Reads without the lock if nobody changes the table meanwhile; with it after some attempts. */
    private <T> T read(Reading<T> reading) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long before = (long) VERSION.getAcquire(this);
            if ((before & 1) == 0) {
                try {
                    T read = reading.read(before);
                    if (read != null) {
                        return read;
                    }
                } catch (RuntimeException e) {
                    if (isStill(before)) {
                        throw e;
                    }
                }
            }
            Thread.onSpinWait();
        }
        lock();
        try {
            return reading.read(version);
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody has begun to change the table since the version was that. */
    private boolean isStill(long before) {
        VarHandle.acquireFence();
        return (long) VERSION.getOpaque(this) == before;
    }

    private void lock() {
        StackRoom.requireForUnlocking();
        lock.lock();
    }
}
