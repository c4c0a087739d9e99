package dev.memalloc.collections;

import dev.memalloc.Heap;

/**
 * A part of a string table: a log with the entries, and buckets with references to them.
 *
 * <p>Invariant: the buckets have one reference to each live entry of the log, and no other; {@code count} says how
 * many. A change makes all the room that it needs before it begins, so one that fails has changed nothing but
 * the room. Not thread-safe.
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
    private long count;

    Shard(Heap heap, StringHash hash, Text scratch) {
        log = new Log(heap);
        buckets = new Buckets(heap);
        spare = new Buckets(heap);
        this.hash = hash;
        this.scratch = scratch;
    }

    long count() {
        return count;
    }

    /** Bytes in entries, the dead ones included. */
    long bytesUsed() {
        return log.used();
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
        buckets.insert(keyHash, log.append(key, value));
        count++;
    }

    /** Gives that key's entry another value: in place if it has as many bytes, else as a new entry of the log. */
    void replaceValue(long slot, Text key, Text value) {
        if (log.overwrite(buckets.reference(slot), value)) {
            return;
        }
        makeRoom(Log.sizeOf(key, value));
        long old = buckets.reference(slot);
        buckets.setReference(slot, log.append(key, value));
        log.kill(old);
        compactIfHalfDead();
    }

    /** Removes an entry. No other slot changes. */
    void remove(long keyHash, long slot) {
        log.kill(buckets.reference(slot));
        buckets.remove(keyHash, slot);
        count--;
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
        zero.makeSlots(count / 2 + count / 8);
        one.makeSlots(count / 2 + count / 8);
        for (long entry = 0; entry < log.used(); entry += log.size(entry)) {
            if (!log.isDead(entry)) {
                long keyHash = hashOf(entry);
                Shard to = (keyHash & bit) == 0 ? zero : one;
                to.makeRoom(log.size(entry));
                to.makeSlots(to.count + 1);
                to.buckets.insert(keyHash, to.log.append(log, entry));
                to.count++;
            }
        }
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
        long[] passedOver = new long[Math.toIntExact(buckets.count())];
        long live = 0;
        long dead = 0;
        long entry = 0;
        for (; entry < log.used(); entry += log.size(entry)) {
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
        require(entry == log.used(), "the entries tile the log");
        require(entry == 0 || log.hasRoom(0), "there is room to read behind the last entry");
        require(dead == log.dead(), "the log knows how many bytes are dead");
        require(live == count, "the shard knows how many entries are live");
        long slots = 0;
        for (long slot = next(0); slot >= 0; slot = next(slot)) {
            slots++;
        }
        require(slots == count, "each slot in use belongs to a live entry");
        for (int bucket = 0; bucket < passedOver.length; bucket++) {
            require(buckets.isPassedOver(bucket, passedOver[bucket]), "a bucket knows how many keys passed over it");
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

    /** By compacting, if that gives a quarter of the log, else by growing. */
    private void makeRoom(long bytes) {
        if (!log.hasRoom(bytes) && log.dead() > log.used() / 4) {
            compact();
        }
        if (!log.hasRoom(bytes)) {
            log.grow(bytes);
        }
    }

    private void makeSlots(long references) {
        if (references > buckets.count() * Buckets.FILLED) {
            rebuild(Math.max(Buckets.countFor(references), buckets.count() + buckets.count() / 2));
        }
    }

    /** Fills other buckets, and takes them in place of those that there are. */
    private void rebuild(long bucketCount) {
        spare.free(); // there are none, but after one whose memory could not be given back
        try {
            spare.allocate(bucketCount);
            for (long entry = 0; entry < log.used(); entry += log.size(entry)) {
                if (!log.isDead(entry)) {
                    spare.insert(hashOf(entry), entry);
                }
            }
            Buckets full = spare;
            spare = buckets;
            buckets = full;
        } finally {
            spare.free();
        }
    }

    private void compactIfHalfDead() {
        if (log.dead() > log.used() / 2 && log.used() > COMPACTED_FROM) {
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
     * Java heap or on it, so it does not stop halfway.
     */
    void compact() {
        long end = 0;
        long used = log.used();
        for (long entry = 0; entry < used;) {
            long size = log.size(entry);
            if (!log.isDead(entry)) {
                if (entry != end) {
                    buckets.redirect(hashOf(entry), entry, end);
                    log.move(entry, end, size);
                }
                end += size;
            }
            entry += size;
        }
        log.compacted(end);
    }
}
