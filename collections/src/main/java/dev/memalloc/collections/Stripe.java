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
class Stripe {
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

    final ReentrantLock lock = new ReentrantLock();
    final StringTable table;
    /** Odd while the table is being changed; also after a change that the end of the stack cut off, until the next. */
    private long version;
    /** What is to be done without the lock, by who has it now; or null. */
    List<Runnable> afterwards;

    Stripe(Heap heap, List<StringTable.Sizes> steps, StringHash hash) {
        table = new StringTable(heap, steps, EntryLayout.TEXT, hash, true);
    }

    /** What reads the table, which may be changed meanwhile; null if that was noticed. */
    private interface Reading<T> {
        T read(long before);
    }

    /** What is asked of a key's value. */
    enum Asked {
        /** The value, which counts as used. */
        VALUE,
        /** The value, without anything being noted. */
        LOOK,
        /** Whether there is one: any string says so. */
        PRESENCE
    }

    /** The value of a key, by way of the text for values; null if there is none. */
    final String get(long hash, Text key, Text value, Asked asked) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long before = (long) VERSION.getAcquire(this);
            if ((before & 1) == 0) {
                String read = get(hash, key, value, asked, before);
                if (read != CHANGED) {
                    return read;
                }
            }
            Thread.onSpinWait();
        }
        lock();
        try {
            return get(hash, key, value, asked, version);
        } finally {
            lock.unlock();
        }
    }

    private String get(long hash, Text key, Text value, Asked asked, long before) {
        try {
            long place = table.find(hash, key);
            boolean isThere = place >= 0;
            if (isThere && (asked != Asked.PRESENCE || valuesTell())) {
                long length = table.readValue(place, value, LENGTH_MAX);
                if (length > LENGTH_MAX && (!isStill(before) || table.readValue(place, value, length) > length)) {
                    return CHANGED;
                }
                isThere = isThere(value);
            }
            if (!isStill(before)) {
                return CHANGED;
            }
            if (asked == Asked.VALUE) {
                noteUse(isThere, value);
            }
            return !isThere ? null : asked == Asked.PRESENCE ? "" : string(value);
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
    final String update(long hash, Scratch scratch, UnaryOperator<String> change) {
        String old;
        lock();
        try {
            begin(scratch);
            long place = table.find(hash, scratch.key);
            old = place < 0 ? null : value(place, hash, scratch);
            write(old == null ? -1 : place, hash, scratch, old, change.apply(old));
        } finally {
            unlock();
        }
        return old;
    }

    /** The same, by a function of the user's that {@code map} calls; returns the value that the key has now. */
    final String compute(long hash, String key, Scratch scratch, Object map,
            BiFunction<? super String, ? super String, ? extends String> function) {
        String next;
        lock();
        Scratch.Calling outer = scratch.calling;
        try {
            begin(scratch);
            long place = table.find(hash, scratch.key);
            String old = place < 0 ? null : value(place, hash, scratch);
            scratch.calling = new Scratch.Calling(map, outer);
            next = function.apply(key, old);
            scratch.calling = outer;
            scratch.key.set(key); // the function may have used it
            write(old == null ? -1 : place, hash, scratch, old, next);
        } finally {
            scratch.calling = outer;
            unlock();
        }
        return next;
    }

    private void write(long place, long hash, Scratch scratch, String old, String next) {
        if (next == old) {
            leave(old, scratch);
            return;
        }
        if (next != null) {
            scratch.value.set(next);
        }
        change(changed -> {
            if (next == null) {
                remove(place, hash, scratch);
            } else if (old == null) {
                insert(hash, scratch);
            } else {
                replace(place, hash, scratch);
            }
        });
    }

    /** Has the table changed by who holds the lock. */
    final void change(Consumer<StringTable> what) {
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
     *     no values are wanted
     * @return where it goes on
     */
    int walk(int walked, boolean withValues, Text text, List<String> to) {
        return read(before -> {
            to.clear();
            if (table.size() == 0) {
                return isStill(before) ? LinearHashing.WALK_END : null;
            }
            int shards = table.shards();
            int behind = LinearHashing.walkedBehind(walked, shards);
            boolean whole = LinearHashing.isWalkedWhole(walked, shards);
            int shard = LinearHashing.walkedShard(walked, shards);
            for (long place = table.firstIn(shard); place >= 0; place = table.nextIn(place)) {
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
        long valueLength = withValue || valuesTell() ? table.readValue(place, text, LENGTH_MAX) : Long.MAX_VALUE;
        if (valueLength > LENGTH_MAX && valuesTell()
                && (!isStill(before) || table.readValue(place, text, valueLength) > valueLength)) {
            return false;
        }
        boolean has = valueLength <= LENGTH_MAX || valuesTell();
        boolean isThere = !has || isThere(text);
        if (!isStill(before)) {
            return false;
        }
        if (isThere) {
            to.add(key);
            to.add(has && withValue ? string(text) : null);
        }
        return true;
    }

    /** Whether an entry has that value, which the caller's text has. */
    boolean containsValue(Text value) {
        for (int walked = 0; walked < LinearHashing.WALK_END;) {
            int from = walked;
            int behind = read(before -> {
                if (table.size() == 0) {
                    return isStill(before) ? LinearHashing.WALK_END : null;
                }
                int shards = table.shards();
                int shard = LinearHashing.walkedShard(from, shards);
                for (long place = table.firstIn(shard); place >= 0; place = table.nextIn(place)) {
                    if (table.hasValue(place, value)) {
                        return isStill(before) ? -1 : null;
                    }
                }
                int next = LinearHashing.walkedBehind(from, shards);
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
            long size = table.sizeInBytes() + otherBytes();
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

    final void clear() {
        changeLocked(changed -> {
            changed.clear();
            emptied();
        });
    }

    final void compact() {
        changeLocked(StringTable::compact);
    }

    final void close() {
        changeLocked(changed -> {
            try {
                emptied();
            } finally {
                changed.close();
            }
        });
    }

    void check() {
        changeLocked(StringTable::check);
    }

    final void changeLocked(Consumer<StringTable> what) {
        lock();
        try {
            change(what);
        } finally {
            unlock();
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

    final void lock() {
        StackRoom.requireForUnlocking();
        lock.lock();
    }

    /** Lets the lock go, and does what was left for then. */
    final void unlock() {
        List<Runnable> left = afterwards;
        afterwards = null;
        lock.unlock();
        if (left != null) {
            runAll(left);
        }
    }

    /** Runs all; throws what the first one throws that does, with what others throw suppressed. */
    static void runAll(List<Runnable> actions) {
        Throwable failure = null;
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure != null) {
            throw (Error) failure;
        }
    }

    // What follows is otherwise in a cache.

    /** Whether only a key's value tells whether the key is there. */
    boolean valuesTell() {
        return false;
    }

    /** Whether the entry of that value is there. What is asked may be being changed: then the answer may be any. */
    boolean isThere(Text value) {
        return true;
    }

    /** The string that a value is. */
    String string(Text value) {
        return value.toString();
    }

    /** Notes that a key was looked up, by a thread that need not hold the lock. */
    void noteUse(boolean wasThere, Text value) {
    }

    /** Is called by who has just locked the stripe, to change it. */
    void begin(Scratch scratch) {
    }

    /** The value at a place, by way of the thread's text for values; null if the entry is not there any more. */
    String value(long place, long hash, Scratch scratch) {
        return table.value(place, scratch.value);
    }

    /** Notes that a value stays as it is; it may be null. */
    void leave(String value, Scratch scratch) {
    }

    /** Adds an entry of the thread's texts. */
    void insert(long hash, Scratch scratch) {
        table.insert(hash, scratch.key, scratch.value);
    }

    /** Gives an entry the value of the thread's text, whose text for keys has its key. */
    void replace(long place, long hash, Scratch scratch) {
        table.replaceValue(place, hash, scratch.key, scratch.value);
    }

    void remove(long place, long hash, Scratch scratch) {
        table.removeFound(place, hash);
    }

    /** Is called when the table was emptied. */
    void emptied() {
    }

    /** Bytes that the stripe has taken from its heap beside those of the table. */
    long otherBytes() {
        return 0;
    }
}
