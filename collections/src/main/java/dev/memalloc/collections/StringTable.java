package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.List;

/**
 * What both maps are made of: entries of a string and a value's bytes, in shards that are added one by one.
 *
 * <pre>
 *  hash of a key   63              32 31       24 23                   0
 *                  +-----------------+-----------+----------------------+
 *                  | bucket (scaled) | tag       | shard (low bits)     |
 *                  +-----------------+-----------+----------------------+
 *
 *  shards, 6 of them, the next to be split is 2:
 *                  low 3 bits   000   001                 100   101
 *                  low 2 bits               10    11
 *                             +-----+-----+-----+-----+-----+-----+
 *                             |  0  |  1  |  2  |  3  |  4  |  5  |
 *                             +-----+-----+-----+-----+-----+-----+
 * </pre>
 *
 * <p>The table grows by splitting one shard in two, in turn, each time that there are more than so many entries or
 * bytes for each shard: linear hashing (Litwin, "Linear hashing: a new tool for file and table addressing", VLDB
 * 1980). So no insertion has to move more than one shard's entries, and no more than one shard is there twice.
 *
 * <p>A <em>place</em> names an entry: the shard and the slot in its buckets. It stays valid until a key is inserted,
 * the table is cleared, or {@link #removeFound} is called; {@link #replaceValue} keeps it valid unless live
 * entries of more than 4 GiB are in one shard, which {@link #changes} tells.
 *
 * <p>This object is also the state that the cleaner frees, so it must not refer to a collection. Not thread-safe.
 */
final class StringTable implements Runnable {
    /**
     * When shards are split.
     *
     * @param entries how many entries there are for each shard at most, on average
     * @param bytes how many bytes of entries there are for each shard at most, on average
     * @param shards beyond this many none are split for that; each takes two mappings, and Linux allows 65,530
     * @param reach how far into a log a reference can reach: an entry starts before that. It is more than the largest
     *     entry has, two texts of less than 2<sup>31</sup> bytes each, so that splitting always makes room for one
     */
    record Sizes(long entries, long bytes, int shards, long reach) {
        static final Sizes DEFAULT = new Sizes(1 << 16, 64 << 20, 1 << 14, 1L << 32);
    }

    private static final int SLOT_BITS = 40;
    private static final long SLOT = (1L << SLOT_BITS) - 1;
    /** What an emptied table may keep, in bytes. */
    private static final long KEPT = 4096;
    private static final Shard[] NONE = {};

    private final Heap heap;
    private final Sizes sizes;
    private final StringHash hash = new StringHash();
    private final Text key = new Text();
    private final Text value = new Text();
    private final Text scratch = new Text();
    /** Shards to be freed; those that the operating system refused to take back stay here to be tried again. */
    private final List<Shard> discarded = new ArrayList<>();

    private Shard[] shards = NONE;
    private int shardCount;
    private long size;
    private long bytesUsed;
    private long changes;
    private long keyHash;
    private boolean closed;

    StringTable(Heap heap, Sizes sizes) {
        this.heap = heap;
        this.sizes = sizes;
    }

    long size() {
        requireOpen();
        return size;
    }

    /** Grows with each change that makes places invalid, and with each removal. */
    long changes() {
        requireOpen();
        return changes;
    }

    void requireChanges(long expected) {
        if (changes() != expected) {
            throw new ConcurrentModificationException("the map was changed, and not through its iterator");
        }
    }

    /** Bytes taken from the heap, without the 8 bytes that it adds to each block. */
    long sizeInBytes() {
        requireOpen();
        long bytes = 0;
        for (int i = 0; i < shardCount; i++) {
            bytes += shards[i].sizeInBytes();
        }
        return bytes;
    }

    /** The place of a key; -1 if it is not there. */
    long find(String string) {
        requireOpen();
        key.set(string);
        keyHash = hash.of(key);
        if (size == 0) {
            return -1;
        }
        int shard = shardOf(keyHash);
        long slot = shards[shard].find(keyHash, key);
        return slot < 0 ? -1 : place(shard, slot);
    }

    /** The first place behind {@code place}; -1 if there is none. To begin with, give it 0. */
    long next(long place) {
        requireOpen();
        long slot = place & SLOT;
        for (int shard = shardAt(place); shard < shardCount; shard++) {
            slot = shards[shard].next(slot);
            if (slot >= 0) {
                return place(shard, slot);
            }
            slot = 0;
        }
        return -1;
    }

    String key(long place) {
        return shards[shardAt(place)].key(place & SLOT);
    }

    String value(long place) {
        return shards[shardAt(place)].value(place & SLOT);
    }

    int intValue(long place) {
        return shards[shardAt(place)].intValue(place & SLOT);
    }

    /** Takes the value that the calls to come are about. */
    void setValue(String string) {
        value.set(string);
    }

    /** Takes the value that the calls to come are about. */
    void setValue(int number) {
        value.set(number);
    }

    /** Whether the entry has the value that was set. */
    boolean hasValue(long place) {
        return shards[shardAt(place)].hasValue(place & SLOT, value);
    }

    /** Adds the key that was looked for last, and not found, with the value that was set. */
    void insert() {
        if (shardCount == 0) {
            shards = new Shard[] {newShard()};
            shardCount = 1;
        }
        if (isCrowded()) {
            split();
        }
        makeReachable();
        Shard shard = shards[shardOf(keyHash)];
        long before = shard.bytesUsed();
        try {
            shard.insert(keyHash, key, value);
        } finally {
            bytesUsed += shard.bytesUsed() - before; // it may have been compacted before it failed
        }
        size++;
        changes++;
    }

    /** Gives the entry that was looked for last, and found at {@code place}, the value that was set. */
    void replaceValue(long place) {
        long at = makeReachable() ? place : place(shardOf(keyHash), shards[shardOf(keyHash)].find(keyHash, key));
        Shard shard = shards[shardAt(at)];
        long before = shard.bytesUsed();
        try {
            shard.replaceValue(at & SLOT, key, value);
        } finally {
            bytesUsed += shard.bytesUsed() - before;
        }
    }

    /** Removes the entry that was looked for last, and found at {@code place}. Places become invalid. */
    void removeFound(long place) {
        remove(place, keyHash);
        if (size > 0) {
            shards[shardAt(place)].trim();
        }
    }

    /** Removes an entry. The places of the others stay valid. */
    void remove(long place) {
        remove(place, shards[shardAt(place)].hashAt(place & SLOT));
    }

    /** Removes all entries and gives all memory back. */
    void clear() {
        requireOpen();
        free();
    }

    /** Gives all memory back, for good. If that fails it can be called again. */
    void close() {
        closed = true;
        free();
    }

    /** Closes: the cleaner's action. */
    @Override
    public void run() {
        close();
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        requireOpen();
        long entries = 0;
        long bytes = 0;
        for (int shard = 0; shard < shardCount; shard++) {
            shards[shard].check();
            for (long slot = shards[shard].next(0); slot >= 0; slot = shards[shard].next(slot)) {
                if (shardOf(shards[shard].hashAt(slot)) != shard) {
                    throw new IllegalStateException("broken invariant: an entry is in the shard that its hash names");
                }
            }
            entries += shards[shard].count();
            bytes += shards[shard].bytesUsed();
        }
        if (entries != size || bytes != bytesUsed) {
            throw new IllegalStateException("broken invariant: the table counts what is in its shards");
        }
    }

    private void remove(long place, long hashed) {
        Shard shard = shards[shardAt(place)];
        long before = shard.bytesUsed();
        shard.remove(hashed, place & SLOT);
        bytesUsed += shard.bytesUsed() - before;
        size--;
        changes++;
        if (size == 0 && sizeInBytes() > KEPT) {
            free();
        }
    }

    private void free() {
        discarded.addAll(Arrays.asList(shards).subList(0, shardCount));
        shards = NONE;
        shardCount = 0;
        size = 0;
        bytesUsed = 0;
        changes++;
        freeDiscarded();
    }

    /** Frees as many as can be; then throws what the first one threw that could not. */
    private void freeDiscarded() {
        Throwable failure = null;
        List<Shard> tried = List.copyOf(discarded);
        discarded.clear();
        for (Shard shard : tried) {
            try {
                shard.free();
            } catch (OutOfMemoryError | IllegalStateException e) {
                discarded.add(shard);
                failure = failure == null ? e : failure;
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (IllegalStateException) failure;
        }
    }

    private boolean isCrowded() {
        return shardCount < sizes.shards
            && (size >= shardCount * sizes.entries || bytesUsed >= shardCount * sizes.bytes);
    }

    /**
     * Sees to it that the log of the key's shard ends where a reference can reach, by compacting or else by splitting.
     * Returns whether places are still valid.
     */
    private boolean makeReachable() {
        Shard shard = shards[shardOf(keyHash)];
        if (shard.bytesUsed() >= sizes.reach) {
            long before = shard.bytesUsed();
            shard.compact();
            bytesUsed += shard.bytesUsed() - before;
        }
        boolean valid = true;
        while (shards[shardOf(keyHash)].bytesUsed() >= sizes.reach) {
            split();
            valid = false;
        }
        return valid;
    }

    /** Makes two shards of the one whose turn it is. Nothing has changed after an {@link OutOfMemoryError}. */
    private void split() {
        int bit = Integer.highestOneBit(shardCount);
        int from = shardCount - bit;
        if (shardCount == shards.length) {
            shards = Arrays.copyOf(shards, 2 * shardCount);
        }
        Shard old = shards[from];
        Shard zero = newShard();
        Shard one = newShard();
        try {
            old.divide(bit, zero, one);
        } catch (Throwable e) {
            discarded.add(zero);
            discarded.add(one);
            freeDiscarded();
            throw e;
        }
        shards[from] = zero;
        shards[shardCount] = one;
        shardCount++;
        bytesUsed += zero.bytesUsed() + one.bytesUsed() - old.bytesUsed();
        changes++;
        discarded.add(old);
        freeDiscarded();
    }

    private Shard newShard() {
        return new Shard(heap, hash, scratch);
    }

    private int shardOf(long hashed) {
        int bit = Integer.highestOneBit(shardCount);
        int shard = (int) hashed & (2 * bit - 1);
        return shard < shardCount ? shard : shard - bit;
    }

    private static long place(int shard, long slot) {
        return (long) shard << SLOT_BITS | slot;
    }

    private static int shardAt(long place) {
        return (int) (place >>> SLOT_BITS);
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the map is closed");
        }
    }
}
