package dev.memalloc.collections;

import dev.memalloc.Heap;

/**
 * A part of a string table: a log with the entries, and buckets with references to them.
 *
 * <p>Invariant: the buckets have one reference to each live entry of the log, and no other; {@code count} says how
 * many. Not thread-safe.
 *
 * <p>A change makes all the room that it needs before it begins, so one that fails has changed nothing but the room.
 * Then there is still {@link StackOverflowError}, which any call may throw. So each change takes effect by one write
 * to the buckets, of a tag or a reference; what counts it follows without a call; and what remains to be written
 * after that does no harm if it is not: the old entry stays unmarked, or buckets count too many keys that passed
 * over them. {@code isUnsettled} tells that such may be there.
 */
final class Shard {
    /** A log of fewer bytes is not compacted to give memory back. */
    private static final long COMPACTED_FROM = 1024;

    private final Log log;
    private Buckets buckets;
    /** No buckets, but while others are filled in their place. */
    private Buckets spare;
    private final StringHash hash;
    /** For keys and values on their way out of the log; shared, since only one method at a time uses it. */
    private final Text scratch;
    /** What is counted for the table; of another shard that is divided, to begin with. */
    private StringTable.Counts counts;
    private long count;
    /** Whether a change did not come to its end: set when one begins, and taken back at its end. */
    private boolean isUnsettled;

    Shard(Heap heap, StringHash hash, Text scratch, StringTable.Counts counts) {
        log = new Log(heap);
        buckets = new Buckets(heap);
        spare = new Buckets(heap);
        this.hash = hash;
        this.scratch = scratch;
        this.counts = counts;
    }

    long count() {
        return count;
    }

    /** Bytes in entries, the dead ones included. */
    long bytesUsed() {
        return log.used;
    }

    /** Bytes taken from the heap. */
    long sizeInBytes() {
        return log.sizeInBytes() + buckets.sizeInBytes() + spare.sizeInBytes();
    }

    /** The slot of that key; -1 if there is none. */
    long find(long keyHash, Text key) {
        return count == 0 ? -1 : buckets.find(keyHash, key, log);
    }

    /** The first slot in use behind {@code slot}; -1 if there is none. To begin with, give it 0. */
    long next(long slot) {
        return count == 0 ? -1 : buckets.next(slot);
    }

    long hashAt(long slot) {
        return hashOf(buckets.reference(slot));
    }

    String key(long slot) {
        log.readKey(buckets.reference(slot), scratch);
        return scratch.toString();
    }

    String value(long slot) {
        log.readValue(buckets.reference(slot), scratch);
        return scratch.toString();
    }

    int intValue(long slot) {
        log.readValue(buckets.reference(slot), scratch);
        return (int) scratch.word(0);
    }

    boolean hasValue(long slot, Text value) {
        return log.hasValue(buckets.reference(slot), value);
    }

    /** Adds a key that is not there. */
    void insert(long keyHash, Text key, Text value) {
        makeRoom(Log.sizeOf(key, value));
        makeSlots(count + 1);
        long end = log.write(key, value);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        buckets.insert(keyHash, log.used);
        count++;
        counts.entries++;
        counts.changes++;
        counts.bytes += end - log.used;
        log.used = end;
        isUnsettled = wasUnsettled;
    }

    /** Gives that key's entry another value: in place if it has as many bytes, else as a new entry of the log. */
    void replaceValue(long slot, Text key, Text value) {
        if (log.overwrite(buckets.reference(slot), value)) {
            return;
        }
        makeRoom(Log.sizeOf(key, value));
        long old = buckets.reference(slot);
        long oldSize = log.size(old);
        long end = log.write(key, value);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        buckets.setReference(slot, log.used);
        counts.bytes += end - log.used;
        log.used = end;
        log.dead += oldSize;
        log.kill(old);
        isUnsettled = wasUnsettled;
        compactIfHalfDead();
    }

    /** Removes an entry. No other slot changes. */
    void remove(long keyHash, long slot) {
        long entry = buckets.reference(slot);
        long size = log.size(entry);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        buckets.vacate(slot);
        count--;
        counts.entries--;
        counts.changes++;
        log.dead += size;
        buckets.uncount(keyHash, slot);
        log.kill(entry);
        isUnsettled = wasUnsettled;
        compactIfHalfDead();
    }

    /** Gives buckets back if far too many are left. Slots change. */
    void trim() {
        long wanted = Buckets.countFor(count + count / 2);
        if (buckets.count() > 4 * wanted + 4) {
            try {
                rebuild(wanted);
            } catch (OutOfMemoryError e) {
                // then it stays as large as it is
            }
        }
    }

    /** Copies each entry into {@code zero} or {@code one}, by a bit of its hash. */
    void divide(long bit, Shard zero, Shard one) {
        settle();
        zero.makeSlots(count / 2 + count / 8);
        one.makeSlots(count / 2 + count / 8);
        for (long entry = 0; entry < log.used; entry += log.size(entry)) {
            if (!log.isDead(entry)) {
                long keyHash = hashOf(entry);
                Shard to = (keyHash & bit) == 0 ? zero : one;
                to.makeRoom(log.size(entry));
                to.makeSlots(to.count + 1);
                to.append(keyHash, log, entry);
            }
        }
    }

    private void append(long keyHash, Log other, long entry) {
        buckets.insert(keyHash, log.append(other, entry));
        count++;
        counts.bytes += other.size(entry);
    }

    /** Has its entries counted elsewhere from now on; those that it has must be counted there already. */
    void countIn(StringTable.Counts others) {
        counts = others;
    }

    void free() {
        try {
            buckets.free();
        } finally {
            try {
                spare.free();
            } finally {
                log.free();
            }
        }
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        settle();
        long[] passedOver = new long[Math.toIntExact(buckets.count())];
        long live = 0;
        long dead = 0;
        long entry = 0;
        for (; entry < log.used; entry += log.size(entry)) {
            if (log.isDead(entry)) {
                dead += log.size(entry);
            } else {
                live++;
                Text key = new Text();
                log.readKey(entry, key);
                long keyHash = hash.of(key);
                long slot = buckets.find(keyHash, key, log);
                require(slot >= 0 && buckets.reference(slot) == entry, "a search for a live entry's key finds it");
                buckets.countPassedOver(keyHash, slot, passedOver);
            }
        }
        require(entry == log.used, "the entries tile the log");
        require(entry == 0 || log.hasRoom(0), "there is room to read behind the last entry");
        require(dead == log.dead, "the log knows how many bytes are dead");
        require(live == count, "the shard knows how many entries are live");
        long slots = 0;
        for (long slot = next(0); slot >= 0; slot = next(slot)) {
            slots++;
        }
        require(slots == count, "each slot in use belongs to a live entry");
        for (int bucket = 0; bucket < passedOver.length; bucket++) {
            long tooMany = buckets.countedTooMany(bucket, passedOver[bucket]);
            require(isUnsettled ? tooMany >= 0 : tooMany == 0, "a bucket knows how many keys passed over it");
        }
    }

    private static void require(boolean holds, String invariant) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + invariant);
        }
    }

    private long hashOf(long entry) {
        return log.hashOfKey(entry, hash);
    }

    /** By compacting, if that gives a quarter of the log, else by growing; if that fails, by compacting after all. */
    private void makeRoom(long bytes) {
        if (!log.hasRoom(bytes) && log.dead > log.used / 4) {
            compact();
        }
        if (log.hasRoom(bytes)) {
            return;
        }
        try {
            log.grow(bytes);
        } catch (OutOfMemoryError e) {
            if (log.dead > 0) {
                compact();
            }
            if (!log.hasRoom(bytes)) {
                throw e;
            }
        }
    }

    /** By half more buckets; without memory for them, by an eighth more; without that, by filling them more. */
    private void makeSlots(long references) {
        long there = buckets.count();
        if (references <= there * Buckets.FILLED) {
            return;
        }
        long needed = Buckets.countFor(references);
        try {
            rebuild(Math.max(needed, there + there / 2));
        } catch (OutOfMemoryError half) {
            try {
                rebuild(Math.max(needed, there + there / 8));
            } catch (OutOfMemoryError eighth) {
                if (references > there * Buckets.FILLED_MAX) {
                    throw eighth;
                }
            }
        }
    }

    /** Marks dead what the buckets do not refer to. Their counts are right again once they were filled anew. */
    private void settle() {
        if (isUnsettled) {
            for (long entry = 0; entry < log.used; entry += log.size(entry)) {
                if (!log.isDead(entry) && buckets.slotOf(hashOf(entry), entry) < 0) {
                    log.kill(entry);
                }
            }
        }
    }

    /** Fills other buckets, and takes them in place of those that there are. */
    private void rebuild(long bucketCount) {
        settle();
        spare.free(); // there are none, but after one whose memory could not be given back
        try {
            spare.allocate(bucketCount);
            for (long entry = 0; entry < log.used; entry += log.size(entry)) {
                if (!log.isDead(entry)) {
                    spare.insert(hashOf(entry), entry);
                }
            }
            Buckets full = spare;
            spare = buckets;
            buckets = full;
            counts.changes++;
            isUnsettled = false;
        } finally {
            spare.free();
        }
    }

    private void compactIfHalfDead() {
        if (log.dead > log.used / 2 && log.used > COMPACTED_FROM) {
            compact();
            try {
                log.trim();
            } catch (OutOfMemoryError e) {
                // then it stays as large as it is
            }
        }
    }

    /**
     * Moves the live entries down over the dead ones. No slot changes, only what is in it. It takes no memory, off the
     * Java heap or on it, and makes sure of its stack, so it does not stop halfway.
     */
    void compact() {
        settle();
        StackRoom.require();
        long end = 0;
        long used = log.used;
        for (long entry = 0; entry < used;) {
            long size = log.size(entry);
            if (!log.isDead(entry)) {
                if (entry != end) {
                    buckets.setReference(buckets.slotOf(hashOf(entry), entry), end);
                    log.move(entry, end, size);
                }
                end += size;
            }
            entry += size;
        }
        counts.bytes -= used - end;
        log.used = end;
        log.dead = 0;
    }
}
