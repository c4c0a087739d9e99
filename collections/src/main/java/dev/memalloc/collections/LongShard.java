package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * A part of a table of longs: buckets in chunks of a pool, a few dozens of them. What the bytes are is said at
 * {@link LongBuckets}.
 *
 * <pre>
 *  chunks      +----+----+----+--  --+
 *              | 48 | 16 | 96 |  ..  |     where in the pool each chunk's buckets begin
 *              +----+----+----+--  --+
 *  pool        +------------------+------------------+------------------+------------------+--
 *              | another shard's  | buckets 16 to 31 | another shard's  | buckets 0 to 15  |  ..
 *              +------------------+------------------+------------------+------------------+--
 *              0                  16                 32                 48
 * </pre>
 *
 * <p>A new key goes into a free slot of its first bucket, or else of its second one. If both are full, entries move on
 * to their other bucket to make one of these slots free, by a way of a few steps that is found before anything moves.
 * Where there is none, and slots are not what is lacking, the key <em>strays</em>: it goes into any free slot. As long
 * as there are such keys, whoever does not find a key in its buckets looks into all. With a hash that is as good as
 * random that does not happen; without, the map is slow, and right.
 *
 * <p>Invariants: each key is in one slot, of one of its buckets unless it strays; {@code freeKey} is no key of the
 * shard. The number of buckets is fixed: a shard that grows is replaced by another. Nobody moves when a key is removed,
 * so nothing is left behind, and slots stay what they are. A slot is named by its number, those of bucket 1 being 4
 * to 7.
 *
 * <p>A change takes effect by one write, of a key or of a field, which what counts it follows without a call: so a
 * {@link StackOverflowError}, which any call may throw, finds a change done or not done. The field is {@code hole}: a
 * slot in which there is no entry, whatever its bytes are. An entry that moves is copied into the hole, and then its
 * old slot becomes the hole. One that a change which came to no end has left becomes a free slot with the next one.
 */
final class LongShard {
    /** What a search for a way takes: the numbers of slots, and through which other one each was found. */
    static final class Way {
        /** The slots of two buckets, of eight that these lead to, and of 32 more. */
        private static final int STEPS_MAX = (2 + 8 + 32) * LongBuckets.SLOTS;

        private final int[] slots = new int[STEPS_MAX];
        private final int[] before = new int[STEPS_MAX];
    }

    private static final int NONE = -1;
    private static final int SLOT_BITS = Integer.numberOfTrailingZeros(LongBuckets.SLOTS);
    private static final int SLOT_MASK = LongBuckets.SLOTS - 1;

    private final Pool pool;
    private final LongHash hash;
    private final int[] chunks;
    /** Of the number of buckets in a chunk, which is a power of two. */
    private final int chunkBits;
    private final int bucketCount;
    private final long freeKey;
    /** How many slots of each bucket are used; null once the shard is in a table. */
    private byte[] filled;
    private int count;
    private int strays;
    private int hole = NONE;

    private LongShard(Pool pool, LongHash hash, int[] chunks, long freeKey) {
        this.pool = pool;
        this.hash = hash;
        this.chunks = chunks;
        this.freeKey = freeKey;
        chunkBits = Integer.numberOfTrailingZeros(pool.chunkSize() / LongBuckets.BUCKET_SIZE);
        bucketCount = Math.multiplyExact(chunks.length, 1 << chunkBits);
        filled = new byte[bucketCount];
    }

    /**
     * One with so many chunks, all of whose slots are free; {@code freeKey} must never be a key of it. What there is no
     * memory for, or no stack within the heap, leaves nothing behind.
     */
    static LongShard allocate(Pool pool, LongHash hash, int chunkCount, long freeKey) {
        LongShard shard = new LongShard(pool, hash, new int[chunkCount], freeKey);
        int allocated = 0;
        try {
            for (; allocated < chunkCount; allocated++) {
                shard.chunks[allocated] = (int) (pool.allocate(1) / LongBuckets.BUCKET_SIZE);
            }
            Block block = pool.block();
            for (int bucket : shard.chunks) {
                LongBuckets.clear(block.bytes(), bucket, 1 << shard.chunkBits, freeKey);
            }
            Reference.reachabilityFence(block);
            return shard;
        } catch (OutOfMemoryError | StackOverflowError e) {
            while (allocated > 0) {
                shard.freeChunk(--allocated);
            }
            throw e;
        }
    }

    /** How many chunks so many entries need at least. */
    static int chunksFor(Pool pool, int entries) {
        int slots = (int) ((entries * 16L + 14) / 15);
        return pool.chunksFor((long) slots * LongBuckets.PAIR_SIZE);
    }

    Pool pool() {
        return pool;
    }

    int count() {
        return count;
    }

    /** How many chunks of its pool it has. */
    int chunkCount() {
        return chunks.length;
    }

    int slots() {
        return bucketCount << SLOT_BITS;
    }

    /** The key that its free slots have. */
    long freeKey() {
        return freeKey;
    }

    /** Whether one entry more would be too many for it to be fast. */
    boolean isFilled() {
        return (count + 1) * 16L > slots() * 15L;
    }

    /** Whether a quarter of its chunks, and one more, could be done without. */
    boolean isSparse() {
        return chunksFor(pool, count) + 1 < chunks.length * 3L / 4;
    }

    /** The slot of a key; -1 if it is not there. */
    int find(MemorySegment memory, long keyHash, long key) {
        if (bucketCount == 0 || key == freeKey) {
            return NONE;
        }
        int slot = find(memory, LongBuckets.first(keyHash, bucketCount), key);
        if (slot >= 0 && slot != hole) {
            return slot;
        }
        slot = find(memory, LongBuckets.second(keyHash, bucketCount), key);
        if (slot >= 0 && slot != hole) {
            return slot;
        }
        return strays == 0 ? NONE : findStray(memory, key);
    }

    private int findStray(MemorySegment memory, long key) {
        for (int bucket = 0; bucket < bucketCount; bucket++) {
            int slot = find(memory, bucket, key);
            if (slot >= 0 && slot != hole) {
                return slot;
            }
        }
        return NONE;
    }

    private int find(MemorySegment memory, int bucket, long key) {
        int slot = LongBuckets.find(memory, at(bucket), key);
        return slot < 0 ? NONE : bucket << SLOT_BITS | slot;
    }

    long key(MemorySegment memory, int slot) {
        return LongBuckets.key(memory, at(slot >>> SLOT_BITS), slot & SLOT_MASK);
    }

    long value(MemorySegment memory, int slot) {
        return LongBuckets.value(memory, at(slot >>> SLOT_BITS), slot & SLOT_MASK);
    }

    void setValue(MemorySegment memory, int slot, long value) {
        LongBuckets.setValue(memory, at(slot >>> SLOT_BITS), slot & SLOT_MASK, value);
    }

    private void setKey(MemorySegment memory, int slot, long key) {
        LongBuckets.setKey(memory, at(slot >>> SLOT_BITS), slot & SLOT_MASK, key);
    }

    /** Where in the pool a bucket is. */
    private int at(int bucket) {
        return chunks[bucket >>> chunkBits] + (bucket & (1 << chunkBits) - 1);
    }

    /** The first slot in use from that one on; -1 if there is none. */
    int next(MemorySegment memory, int from) {
        for (int slot = from; slot < slots(); slot++) {
            if (key(memory, slot) != freeKey && slot != hole) {
                return slot;
            }
        }
        return NONE;
    }

    /** Adds a key that is not there, if there is a slot for it; returns whether it did. */
    boolean insert(long keyHash, long key, long value, LongTable.Counts counts, Way way) {
        if (bucketCount == 0) {
            return false;
        }
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        settle(memory);
        int slot = makeSlot(memory, keyHash, counts, way);
        boolean strays = slot < 0 && !isFilled();
        if (strays) {
            slot = anyFreeSlot(memory);
        }
        if (slot < 0) {
            return false;
        }
        hole = slot;
        setValue(memory, slot, value);
        setKey(memory, slot, key);
        hole = NONE; // from here on it is there; what counts it is no call, which could fail
        count++;
        this.strays += strays ? 1 : 0;
        counts.entries++;
        counts.changes++;
        Reference.reachabilityFence(block);
        return true;
    }

    /** Removes an entry. No other slot changes. */
    void remove(int slot, LongTable.Counts counts) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        settle(memory);
        boolean strays = this.strays > 0 && strays(memory, slot);
        setKey(memory, slot, freeKey);
        count--;
        this.strays -= strays ? 1 : 0;
        counts.entries--;
        counts.changes++;
        Reference.reachabilityFence(block);
    }

    /** How many entries have a bit of their hash set. */
    int countOnes(long bit) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        int ones = 0;
        for (int slot = next(memory, 0); slot >= 0; slot = next(memory, slot + 1)) {
            ones += (hash.of(key(memory, slot)) & bit) == 0 ? 0 : 1;
        }
        Reference.reachabilityFence(block);
        return ones;
    }

    /**
     * Copies each entry into {@code zero} or {@code one}, by a bit of its hash; with 0, all go into {@code zero}. There
     * must be slots enough, and nobody may have used these shards yet.
     */
    void divide(long bit, LongShard zero, LongShard one, LongTable.Counts counts, Way way) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        for (int slot = 0; slot < slots(); slot++) {
            long key = key(memory, slot);
            if (key != freeKey && slot != hole) {
                long keyHash = hash.of(key);
                LongShard to = (keyHash & bit) == 0 ? zero : one;
                to.append(keyHash, key, value(memory, slot), counts, way);
            }
        }
        Reference.reachabilityFence(block);
    }

    private void append(long keyHash, long key, long value, LongTable.Counts counts, Way way) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        int first = LongBuckets.first(keyHash, bucketCount);
        int second = LongBuckets.second(keyHash, bucketCount);
        int slot;
        if (filled[first] < LongBuckets.SLOTS) {
            slot = first << SLOT_BITS | filled[first]++;
        } else if (filled[second] < LongBuckets.SLOTS) {
            slot = second << SLOT_BITS | filled[second]++;
        } else {
            slot = makeWay(memory, first, second, counts, way);
            if (slot < 0) {
                slot = anyFreeSlot(memory);
                filled[slot >>> SLOT_BITS]++;
                strays++;
            }
        }
        setValue(memory, slot, value);
        setKey(memory, slot, key);
        hole = NONE;
        count++;
        counts.moves++;
        Reference.reachabilityFence(block);
    }

    /** From now on keys are inserted and removed. */
    void publish() {
        filled = null;
    }

    /** Gives all chunks back. */
    void free() {
        for (int i = 0; i < chunks.length; i++) {
            freeChunk(i);
        }
    }

    private void freeChunk(int i) {
        pool.free((long) chunks[i] * LongBuckets.BUCKET_SIZE, 1);
    }

    /** Moves to lower chunks of the pool, if there are free ones. No slot changes, only where it is. */
    void moveDown() {
        for (int i = 0; i < chunks.length; i++) {
            long to = pool.allocateBelow((long) chunks[i] * LongBuckets.BUCKET_SIZE, 1);
            if (to < 0) {
                continue;
            }
            Block block = pool.block();
            int lower = (int) (to / LongBuckets.BUCKET_SIZE);
            LongBuckets.copy(block.bytes(), chunks[i], lower, 1 << chunkBits);
            Reference.reachabilityFence(block);
            int old = chunks[i];
            chunks[i] = lower;
            pool.free((long) old * LongBuckets.BUCKET_SIZE, 1);
        }
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        int entries = 0;
        int straying = 0;
        for (int slot = next(memory, 0); slot >= 0; slot = next(memory, slot + 1)) {
            long key = key(memory, slot);
            require(find(memory, hash.of(key), key) == slot, "a search for a key finds its slot");
            straying += strays(memory, slot) ? 1 : 0;
            entries++;
        }
        Reference.reachabilityFence(block);
        require(entries == count, "the shard knows how many entries it has");
        require(straying == strays, "the shard knows how many entries are in none of their buckets");
    }

    private static void require(boolean holds, String invariant) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + invariant);
        }
    }

    /** Makes a hole that was left a free slot. */
    private void settle(MemorySegment memory) {
        if (hole != NONE) {
            setKey(memory, hole, freeKey);
            hole = NONE;
        }
    }

    private boolean strays(MemorySegment memory, int slot) {
        long keyHash = hash.of(key(memory, slot));
        int bucket = slot >>> SLOT_BITS;
        return bucket != LongBuckets.first(keyHash, bucketCount) && bucket != LongBuckets.second(keyHash, bucketCount);
    }

    private int anyFreeSlot(MemorySegment memory) {
        for (int bucket = 0; bucket < bucketCount; bucket++) {
            int slot = find(memory, bucket, freeKey);
            if (slot >= 0) {
                return slot;
            }
        }
        throw LongTable.changed(null);
    }

    /** A slot for a key of that hash, which is free, or made the hole by moving what is there; -1 if there is none. */
    private int makeSlot(MemorySegment memory, long keyHash, LongTable.Counts counts, Way way) {
        int first = LongBuckets.first(keyHash, bucketCount);
        int slot = find(memory, first, freeKey);
        if (slot >= 0) {
            return slot;
        }
        int second = LongBuckets.second(keyHash, bucketCount);
        slot = find(memory, second, freeKey);
        return slot >= 0 ? slot : makeWay(memory, first, second, counts, way);
    }

    /** Moves entries so that a slot in one of two full buckets becomes the hole. The nearest free slot comes first. */
    private int makeWay(MemorySegment memory, int first, int second, LongTable.Counts counts, Way way) {
        int length = reach(way, 0, first, NONE);
        length = first == second ? length : reach(way, length, second, NONE);
        for (int step = 0; step < length; step++) {
            int other = otherBucket(memory, way.slots[step]);
            if (other == NONE || isOnWay(way, step, other)) {
                continue;
            }
            int slot = find(memory, other, freeKey);
            if (slot >= 0) {
                return moveAlong(memory, way, step, slot, counts);
            }
            length = reach(way, length, other, step);
        }
        return NONE;
    }

    private static int reach(Way way, int length, int bucket, int before) {
        if (length == Way.STEPS_MAX) {
            return length;
        }
        for (int i = 0; i < LongBuckets.SLOTS; i++) {
            way.slots[length + i] = bucket << SLOT_BITS | i;
            way.before[length + i] = before;
        }
        return length + LongBuckets.SLOTS;
    }

    /** The bucket in which a slot's key might be as well; -1 if there is none. */
    private int otherBucket(MemorySegment memory, int slot) {
        long keyHash = hash.of(key(memory, slot));
        int first = LongBuckets.first(keyHash, bucketCount);
        int second = LongBuckets.second(keyHash, bucketCount);
        int bucket = slot >>> SLOT_BITS;
        if (first == second || bucket != first && bucket != second) {
            return NONE;
        }
        return bucket == first ? second : first;
    }

    private static boolean isOnWay(Way way, int last, int bucket) {
        for (int step = last; step != NONE; step = way.before[step]) {
            if (way.slots[step] >>> SLOT_BITS == bucket) {
                return true;
            }
        }
        return false;
    }

    private int moveAlong(MemorySegment memory, Way way, int last, int freeSlot, LongTable.Counts counts) {
        if (filled != null) {
            filled[freeSlot >>> SLOT_BITS]++;
        }
        int to = freeSlot;
        for (int step = last; step != NONE; step = way.before[step]) {
            int from = way.slots[step];
            setValue(memory, to, value(memory, from));
            setKey(memory, to, key(memory, from));
            hole = from; // from here on the entry is where it was copied to
            counts.moves++;
            to = from;
        }
        return to;
    }
}
