package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.Objects;

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
 * <p>The cleaner frees the shards once the table is unreachable. So each method that reads or writes them keeps the
 * table reachable to its end, and says so where the heap was closed meanwhile; maps, views and iterators need only
 * hold the table. Not thread-safe.
 */
final class StringTable {
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

    /** What is counted of all entries: each number is kept in this place only. */
    static final class Counts {
        /** How many there are. */
        long entries;
        /** How many bytes they have, dead ones included. */
        long bytes;
        /** How often places became invalid, or an entry was removed. */
        long changes;
    }

    /** The shards, apart from the table: what the cleaner frees must not refer to what it waits for. */
    private static final class Shards {
        private Shard[] all = NONE;
        private int count;
        /** To be freed; those that the operating system refused to take back stay here to be tried again. */
        private Shard[] discarded = NONE;

        void discardAll() {
            Shard[] both = Arrays.copyOf(discarded, discarded.length + count);
            System.arraycopy(all, 0, both, discarded.length, count);
            discarded = both;
            all = NONE;
            count = 0;
        }

        /** Frees as many as can be; then throws what the first one threw that could not. */
        void freeDiscarded() {
            Throwable failure = null;
            for (Shard shard : discarded) {
                try {
                    shard.free();
                } catch (OutOfMemoryError | IllegalStateException e) {
                    failure = failure == null ? e : failure;
                }
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure != null) {
                throw (IllegalStateException) failure;
            }
            discarded = NONE;
        }
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
    private final Counts counts = new Counts();
    private final Shards shards = new Shards();

    private long keyHash;
    /** How many insertions go by before a split that failed is tried again. */
    private long insertionsUntilSplit;
    private boolean closed;

    StringTable(Heap heap, Sizes sizes) {
        this.heap = heap;
        this.sizes = sizes;
    }

    long size() {
        requireOpen();
        return counts.entries;
    }

    /** Grows with each change that makes places invalid, and with each removal. */
    long changes() {
        requireOpen();
        return counts.changes;
    }

    void requireChanges(long expected) {
        if (changes() != expected) {
            throw new ConcurrentModificationException("the map was changed, and not through its iterator");
        }
    }

    /** Bytes taken from the heap, without the 8 bytes that it adds to each block. */
    long sizeInBytes() {
        try {
            requireOpen();
            long bytes = 0;
            for (int i = 0; i < shards.count; i++) {
                bytes += shards.all[i].sizeInBytes();
            }
            return bytes;
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The place of a key; -1 if it is not there. */
    long find(String string) {
        try {
            requireOpen();
            key.set(Objects.requireNonNull(string, "key"));
            keyHash = hash.of(key);
            if (counts.entries == 0) {
                return -1;
            }
            int shard = shardOf(keyHash);
            long slot = shards.all[shard].find(keyHash, key);
            return slot < 0 ? -1 : place(shard, slot);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The first place behind {@code place}; -1 if there is none. To begin with, give it 0. */
    long next(long place) {
        try {
            requireOpen();
            long slot = place & SLOT;
            for (int shard = shardAt(place); shard < shards.count; shard++) {
                slot = shards.all[shard].next(slot);
                if (slot >= 0) {
                    return place(shard, slot);
                }
                slot = 0;
            }
            return -1;
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    String key(long place) {
        try {
            return shards.all[shardAt(place)].key(place & SLOT);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    String value(long place) {
        try {
            return shards.all[shardAt(place)].value(place & SLOT);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    int intValue(long place) {
        try {
            return shards.all[shardAt(place)].intValue(place & SLOT);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
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
        try {
            return shards.all[shardAt(place)].hasValue(place & SLOT, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Adds the key that was looked for last, and not found, with the value that was set. */
    void insert() {
        try {
            if (shards.count == 0) {
                shards.all = new Shard[] {new Shard(heap, hash, scratch, counts)};
                shards.count = 1;
            }
            if (isCrowded()) {
                splitIfPossible();
            }
            makeReachable();
            shards.all[shardOf(keyHash)].insert(keyHash, key, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Gives the entry that was looked for last, and found at {@code place}, the value that was set. */
    void replaceValue(long place) {
        try {
            boolean valid = makeReachable();
            int shard = shardOf(keyHash);
            long at = valid ? place : place(shard, shards.all[shard].find(keyHash, key));
            shards.all[shardAt(at)].replaceValue(at & SLOT, key, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Removes the entry that was looked for last, and found at {@code place}. Places become invalid. */
    void removeFound(long place) {
        try {
            remove(place, keyHash);
            if (counts.entries > 0) {
                shards.all[shardAt(place)].trim();
            }
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Removes an entry. The places of the others stay valid. */
    void remove(long place) {
        try {
            remove(place, shards.all[shardAt(place)].hashAt(place & SLOT));
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Removes all entries and gives all memory back. */
    void clear() {
        try {
            requireOpen();
            free();
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Gives all memory back, for good. If that fails it can be called again. */
    void close() {
        try {
            closed = true;
            free();
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        try {
            requireOpen();
            long entries = 0;
            long bytes = 0;
            for (int shard = 0; shard < shards.count; shard++) {
                shards.all[shard].check();
                for (long slot = shards.all[shard].next(0); slot >= 0; slot = shards.all[shard].next(slot)) {
                    if (shardOf(shards.all[shard].hashAt(slot)) != shard) {
                        throw new IllegalStateException(
                            "broken invariant: an entry is in the shard that its hash names");
                    }
                }
                entries += shards.all[shard].count();
                bytes += shards.all[shard].bytesUsed();
            }
            if (entries != counts.entries || bytes != counts.bytes) {
                throw new IllegalStateException("broken invariant: the table counts what is in its shards");
            }
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private void remove(long place, long hashed) {
        shards.all[shardAt(place)].remove(hashed, place & SLOT);
        if (counts.entries == 0 && sizeInBytes() > KEPT) {
            try {
                free();
            } catch (OutOfMemoryError e) {
                // the entry is removed; its memory is given back another time
            }
        }
    }

    private void free() {
        shards.discardAll();
        counts.entries = 0;
        counts.bytes = 0;
        counts.changes++;
        shards.freeDiscarded();
    }

    private boolean isCrowded() {
        return shards.count < sizes.shards
            && (counts.entries >= shards.count * sizes.entries || counts.bytes >= shards.count * sizes.bytes);
    }

    /**
     * Sees to it that the log of the key's shard ends where a reference can reach, by compacting or else by splitting.
     * Returns whether places are still valid.
     */
    private boolean makeReachable() {
        Shard shard = shards.all[shardOf(keyHash)];
        if (shard.bytesUsed() >= sizes.reach) {
            shard.compact();
        }
        boolean valid = true;
        while (shards.all[shardOf(keyHash)].bytesUsed() >= sizes.reach) {
            split();
            valid = false;
        }
        return valid;
    }

    /** Splits the shard whose turn it is; without memory for it, shards go on as they are, and it is tried later. */
    private void splitIfPossible() {
        if (insertionsUntilSplit > 0) {
            insertionsUntilSplit--;
            return;
        }
        try {
            split();
        } catch (OutOfMemoryError e) {
            insertionsUntilSplit = sizes.entries / 16;
        }
    }

    /** Makes two shards of the one whose turn it is. Nothing has changed after an {@link OutOfMemoryError}. */
    private void split() {
        int bit = Integer.highestOneBit(shards.count);
        int from = shards.count - bit;
        if (shards.count == shards.all.length) {
            shards.all = Arrays.copyOf(shards.all, 2 * shards.count);
        }
        Shard old = shards.all[from];
        Counts copied = new Counts();
        Shard zero = new Shard(heap, hash, scratch, copied);
        Shard one = new Shard(heap, hash, scratch, copied);
        Shard[] unused = Arrays.copyOf(shards.discarded, shards.discarded.length + 2);
        unused[unused.length - 2] = zero;
        unused[unused.length - 1] = one;
        shards.discarded = unused;
        try {
            old.divide(bit, zero, one);
            zero.countIn(counts);
            one.countIn(counts);
            long dead = old.bytesUsed() - copied.bytes;
            shards.all[from] = zero; // from here on there is no call, which could fail
            shards.all[shards.count] = one;
            shards.count++;
            counts.bytes -= dead;
            counts.changes++;
            unused[unused.length - 2] = old;
            unused[unused.length - 1] = old;
        } finally {
            shards.freeDiscarded();
        }
    }

    private int shardOf(long hashed) {
        int bit = Integer.highestOneBit(shards.count);
        int shard = (int) hashed & (2 * bit - 1);
        return shard < shards.count ? shard : shard - bit;
    }

    private static long place(int shard, long slot) {
        return (long) shard << SLOT_BITS | slot;
    }

    private static int shardAt(long place) {
        return (int) (place >>> SLOT_BITS);
    }

    /** What says why, if it is because of the heap. */
    private IllegalStateException explained(IllegalStateException e) {
        return !closed && Storage.isClosed(heap) ? new IllegalStateException("the map's heap is closed", e) : e;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the map is closed");
        }
    }
}
