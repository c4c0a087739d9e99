package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * A part of a string table: entries in a log, and buckets with references to them.
 *
 * <p>Invariants: the buckets have one reference to each live entry of the log, and no other; {@code count} says how
 * many. A slot is named by its offset in the buckets, which are one run of the pool's chunks. Not thread-safe;
 * searching is, in so far as it ends and harms nobody.
 *
 * <p>A change makes all the room that it needs before it begins, so one that fails has changed nothing but the room.
 * Then there is still {@link StackOverflowError}, which any call may throw. So each change takes effect by one write
 * to the buckets, of a tag or a reference; what counts it follows without a call; and what is not yet done by then, or
 * not any more, does no harm: an entry of the log that no reference leads to, or buckets that count too many keys that
 * passed over them. {@code isUnsettled} tells that such may be there.
 */
final class Shard implements Log.Owner {
    /** A piece of the log is compacted if more than one of so many parts of it is dead. */
    private static final int DEAD_PARTS = 8;

    private final Pool pool;
    private final Storage storage;
    private final EntryLayout layout;
    private final StringHash hash;
    private final Log log;
    /** What is counted for the table; of another shard that is divided, to begin with. */
    private StringTable.Counts counts;
    private long buckets;
    private int bucketCount;
    private int count;
    /** Whether a change did not come to its end: set when one begins, and taken back at its end. */
    private boolean isUnsettled;

    Shard(Pool pool, EntryLayout layout, StringHash hash, StringTable.Counts counts) {
        this.pool = pool;
        this.layout = layout;
        this.hash = hash;
        this.counts = counts;
        storage = pool.storage();
        log = new Log(pool, layout, counts);
    }

    Pool pool() {
        return pool;
    }

    /** The memory of the pool, to be kept reachable while it is used. */
    Block block() {
        return storage.block();
    }

    int count() {
        return count;
    }

    /** Bytes in entries, the dead ones included. */
    long bytesUsed() {
        return log.bytesUsed();
    }

    long bytesDead() {
        return log.bytesDead();
    }

    /** How many references the buckets have slots for. */
    long slots() {
        return (long) bucketCount * Buckets.SLOTS;
    }

    /** The slot of that key; -1 if there is none. */
    long find(MemorySegment memory, long keyHash, Text key) {
        if (count == 0) {
            return -1;
        }
        long at = buckets;
        long slot = Buckets.find(memory, at, bucketCount, keyHash, key, layout);
        return slot < 0 ? -1 : slot - at;
    }

    /** The slot of the entry with that hash whose value begins with that int; -1 if there is none. */
    long findInt(MemorySegment memory, long keyHash, int first) {
        if (count == 0) {
            return -1;
        }
        long slot = Buckets.findInt(memory, buckets, bucketCount, keyHash, first, layout);
        return slot < 0 ? -1 : slot - buckets;
    }

    /** Where the entry of a slot begins. */
    long entry(MemorySegment memory, long slot) {
        return Buckets.reference(memory, buckets + slot);
    }

    long touchBucket(MemorySegment memory, long keyHash) {
        return count == 0 ? 0 : Buckets.touch(memory, buckets, bucketCount, keyHash);
    }

    long touchEntry(MemorySegment memory, long keyHash) {
        return count == 0 ? 0 : Buckets.touchEntry(memory, buckets, bucketCount, keyHash);
    }

    /** Reads from all entries in the order of memory, which a processor fetches ahead; slots come in another order. */
    long touchEntries(MemorySegment memory) {
        return log.touch(memory);
    }

    /** The first slot in use behind {@code slot}; -1 if there is none. To begin with, give it 0. */
    long next(MemorySegment memory, long slot) {
        if (count == 0) {
            return -1;
        }
        long at = buckets;
        long next = Buckets.next(memory, at, bucketCount, slot == 0 ? 0 : at + slot);
        return next < 0 ? -1 : next - at;
    }

    /** The slots in use behind one, in its bucket: bit i is the one that is i + 1 behind. */
    int neighbours(MemorySegment memory, long slot) {
        return Buckets.neighbours(memory, buckets + slot);
    }

    long hashAt(MemorySegment memory, long slot) {
        return hashOf(memory, entry(memory, slot));
    }

    /** Adds a key that is not there. */
    void insert(long keyHash, Text key, Text value) {
        long size = layout.sizeOf(key, value);
        makeRoom(size);
        makeSlots(count + 1);
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        layout.write(memory, log.tail(), key, value);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        Buckets.insert(memory, buckets, bucketCount, keyHash, log.append(size));
        count++;
        counts.entries++;
        counts.changes++;
        isUnsettled = wasUnsettled;
        Reference.reachabilityFence(block);
    }

    /** Gives that key's entry another value: in place if it has as many bytes, else as a new entry of the log. */
    void replaceValue(long slot, Text key, Text value) {
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        if (layout.overwrite(memory, entry(memory, slot), value)) {
            Reference.reachabilityFence(block);
            return;
        }
        long size = layout.sizeOf(key, value);
        makeRoom(size);
        block = storage.block();
        memory = block.bytes();
        long old = entry(memory, slot);
        layout.write(memory, log.tail(), key, value);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        Buckets.setReference(memory, buckets + slot, log.append(size));
        log.kill(memory, old);
        isUnsettled = wasUnsettled;
        Reference.reachabilityFence(block);
    }

    /** Removes an entry. No other slot changes. Its bytes stay until half of the log is dead, or room is needed. */
    void remove(long keyHash, long slot) {
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        long entry = entry(memory, slot);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        Buckets.vacate(memory, buckets + slot);
        count--;
        counts.entries--;
        counts.changes++;
        Buckets.uncount(memory, buckets, bucketCount, keyHash, buckets + slot);
        log.kill(memory, entry);
        isUnsettled = wasUnsettled;
        Reference.reachabilityFence(block);
        if (log.bytesDead() > log.bytesUsed() / 2 + pool.chunkSize()) {
            compactLog(DEAD_PARTS);
        }
    }

    /** Copies each entry into {@code zero} or {@code one}, by a bit of its hash; with 0, all go into {@code zero}. */
    void divide(long bit, Shard zero, Shard one) {
        settle();
        if (bit == 0) {
            zero.makeSlots(zero.count + count);
        } else {
            zero.makeSlots(count / 2);
            one.makeSlots(count / 2);
        }
        for (int piece = 0; piece < log.pieces(); piece++) {
            long end = log.end(piece);
            long size;
            for (long entry = log.begin(piece); entry < end; entry += size) {
                Block block = storage.block();
                MemorySegment memory = block.bytes();
                size = layout.size(memory, entry);
                if (!layout.isDead(memory, entry)) {
                    long keyHash = hashOf(memory, entry);
                    Shard to = (keyHash & bit) == 0 ? zero : one;
                    to.makeRoom(size);
                    to.makeSlots(to.count + 1);
                    to.append(keyHash, storage.block(), entry, size);
                }
                Reference.reachabilityFence(block);
            }
        }
    }

    private void append(long keyHash, Block from, long entry, long size) {
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        EntryLayout.copy(from.bytes(), entry, memory, log.tail(), size);
        Buckets.insert(memory, buckets, bucketCount, keyHash, log.append(size));
        count++;
        counts.moves++;
        Reference.reachabilityFence(block);
        Reference.reachabilityFence(from);
    }

    /** Has its entries counted elsewhere from now on; those that it has must be counted there already. */
    void countIn(StringTable.Counts others) {
        counts = others;
        log.countIn(others);
    }

    /** Gives all chunks back. */
    void free() {
        if (bucketCount > 0) {
            pool.free(buckets, bucketRun(bucketCount));
            bucketCount = 0;
        }
        log.free();
        count = 0;
    }

    /** Takes as little memory as it can: compacts the log, and has as few buckets as are enough. */
    void compact() {
        compactLog(0);
        int enough = bucketsFor(count);
        if (enough < bucketCount) {
            try {
                rebuild(enough);
            } catch (OutOfMemoryError e) {
                // then it stays as large as it is
            }
        }
    }

    /**
     * Moves what is in high chunks of the pool to lower ones that are free. No slot changes, only where the buckets
     * are, and what is in them.
     */
    void moveDown() {
        settle();
        StackRoom.require();
        log.moveDown(this);
        int run = bucketRun(bucketCount);
        long to = run == 0 ? -1 : pool.allocateBelow(buckets, run);
        if (to >= 0) {
            Block block = storage.block();
            MemorySegment memory = block.bytes();
            MemorySegment.copy(memory, buckets, memory, to, (long) run * pool.chunkSize());
            Reference.reachabilityFence(block);
            long old = buckets;
            buckets = to;
            pool.free(old, run);
        }
    }

    @Override
    public void moved(MemorySegment memory, long from, long to) {
        long slot = Buckets.slotOf(memory, buckets, bucketCount, hashOf(memory, to), from);
        Buckets.setReference(memory, slot, to);
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        settle();
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        long[] passedOver = new long[bucketCount];
        long live = 0;
        long bytes = 0;
        long bytesDead = 0;
        for (int piece = 0; piece < log.pieces(); piece++) {
            long entry = log.begin(piece);
            long end = log.end(piece);
            for (; entry < end; entry += layout.size(memory, entry)) {
                long size = layout.size(memory, entry);
                bytes += size;
                if (layout.isDead(memory, entry)) {
                    bytesDead += size;
                } else {
                    live++;
                    Text key = new Text();
                    layout.readKey(memory, entry, key);
                    long keyHash = hash.of(key);
                    long slot = find(memory, keyHash, key);
                    Log.require(slot >= 0 && entry(memory, slot) == entry, "a search for a live entry's key finds it");
                    Buckets.countPassedOver(buckets, bucketCount, keyHash, buckets + slot, passedOver);
                }
            }
            Log.require(entry == end, "the entries tile their piece");
        }
        log.check(bytes, bytesDead);
        Log.require(live == count, "the shard knows how many entries are live");
        long slots = 0;
        for (long slot = next(memory, 0); slot >= 0; slot = next(memory, slot)) {
            slots++;
        }
        Log.require(slots == count, "each slot in use belongs to a live entry");
        for (int bucket = 0; bucket < bucketCount; bucket++) {
            long tooMany = Buckets.countedTooMany(memory, buckets, bucket, passedOver[bucket]);
            Log.require(isUnsettled ? tooMany >= 0 : tooMany == 0, "a bucket knows how many keys passed over it");
        }
        Reference.reachabilityFence(block);
    }

    /** How many of the pool's chunks it has. */
    long chunks() {
        return bucketRun(bucketCount) + log.chunks();
    }

    private long hashOf(MemorySegment memory, long entry) {
        return layout.hashOfKey(memory, entry, hash);
    }

    /**
     * Sees to it that an entry of that many bytes fits behind the last one: by compacting if a quarter of the log is
     * dead, else by another piece; without memory for that, by compacting whatever is dead.
     */
    private void makeRoom(long bytes) {
        if (log.hasRoom(bytes)) {
            return;
        }
        if (log.bytesDead() > log.bytesUsed() / 4 + pool.chunkSize()) {
            compactLog(DEAD_PARTS);
            if (log.hasRoom(bytes)) {
                return;
            }
        }
        try {
            log.openPiece(bytes, true);
        } catch (OutOfMemoryError e) {
            if (log.bytesDead() == 0) {
                throw e;
            }
            compactLog(0);
            if (!log.hasRoom(bytes)) {
                log.openPiece(bytes, false);
            }
        }
    }

    private void compactLog(int share) {
        settle();
        StackRoom.require();
        log.compact(share, this);
    }

    /** By half more buckets; without memory for them, by an eighth more; without that, by filling them more. */
    private void makeSlots(int references) {
        if (references <= Buckets.filled(bucketCount)) {
            return;
        }
        int needed = bucketsFor(references);
        try {
            rebuild(bucketsFor(references + references / 2));
        } catch (OutOfMemoryError e) {
            try {
                rebuild(needed);
            } catch (OutOfMemoryError again) {
                if (references > Buckets.filledMax(bucketCount)) {
                    throw again;
                }
            }
        }
    }

    /** As many buckets as so many references need, and what more fits into the chunks for them. */
    private int bucketsFor(int references) {
        int needed = references / 10;
        while (Buckets.filled(needed) < references) {
            needed++;
        }
        return bucketRun(needed) * (pool.chunkSize() / Buckets.BUCKET_SIZE);
    }

    private int bucketRun(int number) {
        return pool.chunksFor((long) number * Buckets.BUCKET_SIZE);
    }

    /** Marks dead what the buckets do not refer to. Their counts are right again once they were filled anew. */
    private void settle() {
        if (!isUnsettled) {
            return;
        }
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        for (int piece = 0; piece < log.pieces(); piece++) {
            long end = log.end(piece);
            for (long entry = log.begin(piece); entry < end; entry += layout.size(memory, entry)) {
                if (!layout.isDead(memory, entry)
                        && Buckets.slotOf(memory, buckets, bucketCount, hashOf(memory, entry), entry) < 0) {
                    log.kill(memory, entry);
                }
            }
        }
        Reference.reachabilityFence(block);
    }

    /** Fills other buckets, and takes them in place of those that there are. */
    private void rebuild(int number) {
        settle();
        StackRoom.require();
        int run = bucketRun(number);
        long others = pool.allocateButOne(run);
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        try {
            memory.asSlice(others, (long) run * pool.chunkSize()).fill((byte) 0);
        } catch (OutOfMemoryError e) { // the slice is an object
            pool.free(others, run);
            throw e;
        }
        for (int piece = 0; piece < log.pieces(); piece++) {
            long end = log.end(piece);
            for (long entry = log.begin(piece); entry < end; entry += layout.size(memory, entry)) {
                if (!layout.isDead(memory, entry)) {
                    Buckets.insert(memory, others, number, hashOf(memory, entry), entry);
                }
            }
        }
        counts.moves += count;
        long old = buckets;
        int oldRun = bucketRun(bucketCount);
        buckets = others;
        bucketCount = number;
        counts.changes++;
        isUnsettled = false;
        Reference.reachabilityFence(block);
        if (oldRun > 0) {
            pool.free(old, oldRun);
        }
    }
}
