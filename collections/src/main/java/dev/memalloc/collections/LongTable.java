package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.ConcurrentModificationException;

/**
 * What a map from longs to longs is made of: entries in shards that are added one by one, by
 * {@link LinearHashing}.
 *
 * <p>The table has one shard more each time that there are more than so many entries for each: the shard whose turn it
 * is is divided. In between, each shard grows by itself, an eighth at a time. So no insertion moves more entries than
 * one shard has, and nearly all slots are used. A shard's chunks come from one of several pools, none of which grows
 * without bounds, so that what the operating system has to do to enlarge one stays small. A table of one shard has a
 * pool of that shard's size.
 *
 * <p>A <em>place</em> names an entry: the shard, and the slot in it. It stays valid until a key is inserted, the table
 * is cleared, or {@link #removeFound} is called, which {@link #changes} tells.
 *
 * <p>Not thread-safe, except that {@link #get}, {@link #find} and reading at a place end and harm nobody, whatever
 * other threads do.
 */
final class LongTable extends Places {
    /**
     * How a table is divided.
     *
     * @param chunkSize bytes in a chunk of its pools, a power of two
     * @param shardEntries how many entries there are for each shard at most, on average; a shard may have twice as many
     * @param poolBytes how many bytes there are in a pool, about
     */
    record Sizes(int chunkSize, int shardEntries, long poolBytes) {
        static final Sizes DEFAULT = new Sizes(1024, 700, 64 << 20);
    }

    /** What is counted of all entries: each number is kept in this place only. */
    static final class Counts {
        /** How many there are. */
        long entries;
        /** How often places became invalid, or an entry was removed. */
        long changes;
        /** How often an entry was moved. */
        long moves;
    }

    private static final int SLOT_BITS = 40;
    private static final long SLOT = (1L << SLOT_BITS) - 1;
    /** Of how many parts of a pool the last one is left to those who are in it already. */
    private static final int POOL_PARTS = 16;
    /** A shard is moved down after each so many removals: entries that it has, divided by this. */
    private static final int REMOVALS_PARTS = 32;
    /** By which part a shard grows. */
    private static final int GROWTH_PARTS = 8;
    /** Where no key is to be put into a shard that is made: any key does, but 0. */
    private static final long ANY = -1;
    /** An odd number, so that no two of its multiples are the same. */
    private static final long STEP = 0x9E37_79B9_7F4A_7C15L;

    private static final Pool[] NO_POOLS = {};
    private static final LongShard[] NO_SHARDS = {};

    private final Heap heap;
    private final Sizes sizes;
    private final LongHash hash;
    private final LongShard.Way way = new LongShard.Way();
    private final Counts counts = new Counts();
    private Pool[] pools = NO_POOLS;
    private LongShard[] shards = NO_SHARDS;
    private int shardCount;
    /** How many insertions go by before it is tried again to take more memory than what one of them needs. */
    private long insertionsUntilGrowth;
    private long removals;
    /** The shard whose turn it is to be moved down. */
    private int nextTidied;
    private boolean closed;

    LongTable(Heap heap, Sizes sizes, LongHash hash) {
        this.heap = heap;
        this.sizes = sizes;
        this.hash = hash;
    }

    long size() {
        requireOpen();
        return counts.entries;
    }

    @Override
    long changes() {
        requireOpen();
        return counts.changes;
    }

    /** How often an entry was moved: what growing costs. */
    long moves() {
        return counts.moves;
    }

    /** Bytes taken from the heap, without the 8 bytes that it adds to each block. */
    long sizeInBytes() {
        try {
            requireOpen();
            long bytes = 0;
            for (Pool pool : pools) {
                bytes += pool.sizeInBytes();
            }
            return bytes;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The value of a key; {@code otherwise} if it is not there. */
    long get(long key, long otherwise) {
        try {
            requireOpen();
            if (counts.entries == 0) {
                return otherwise;
            }
            long keyHash = hash.of(key);
            LongShard shard = shards[LinearHashing.shardOf(keyHash, shardCount)];
            Block block = shard.pool().block();
            int slot = shard.find(block.bytes(), keyHash, key);
            long value = slot < 0 ? otherwise : shard.value(block.bytes(), slot);
            Reference.reachabilityFence(block);
            return value;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The place of a key; -1 if it is not there. */
    long find(long key) {
        try {
            requireOpen();
            if (counts.entries == 0) {
                return -1;
            }
            long keyHash = hash.of(key);
            int index = LinearHashing.shardOf(keyHash, shardCount);
            LongShard shard = shards[index];
            Block block = shard.pool().block();
            int slot = shard.find(block.bytes(), keyHash, key);
            Reference.reachabilityFence(block);
            return slot < 0 ? -1 : place(index, slot);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    @Override
    long next(long place) {
        try {
            requireOpen();
            int from = (int) (place & SLOT);
            for (int index = shardAt(place); index < shardCount; index++) {
                LongShard shard = shards[index];
                Block block = shard.pool().block();
                int slot = shard.next(block.bytes(), from);
                Reference.reachabilityFence(block);
                if (slot >= 0) {
                    return place(index, slot);
                }
                from = 0;
            }
            return -1;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    long key(long place) {
        try {
            LongShard shard = shards[shardAt(place)];
            Block block = shard.pool().block();
            long key = shard.key(block.bytes(), slotAt(place));
            Reference.reachabilityFence(block);
            return key;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    long value(long place) {
        try {
            LongShard shard = shards[shardAt(place)];
            Block block = shard.pool().block();
            long value = shard.value(block.bytes(), slotAt(place));
            Reference.reachabilityFence(block);
            return value;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Gives the entry at a place another value. Places stay valid. */
    void setValue(long place, long value) {
        try {
            LongShard shard = shards[shardAt(place)];
            Block block = shard.pool().block();
            shard.setValue(block.bytes(), slotAt(place), value);
            Reference.reachabilityFence(block);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Adds a key that was looked for and not found. */
    void insert(long key, long value) {
        try {
            requireOpen();
            if (shardCount == 0) {
                addFirstShard();
            }
            long keyHash = hash.of(key);
            growIfPossible(LinearHashing.shardOf(keyHash, shardCount), key);
            int index = LinearHashing.shardOf(keyHash, shardCount);
            if (shards[index].freeKey() == key) {
                replace(index, withRoomToGrow(shards[index].count()) + 1, key);
            }
            if (!shards[index].insert(keyHash, key, value, counts, way)) {
                grow(index, key);
                shards[index].insert(keyHash, key, value, counts, way);
            }
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Removes the entry that was found at {@code place}. Places become invalid. */
    void removeFound(long place) {
        try {
            requireOpen();
            int index = shardAt(place);
            shards[index].remove(slotAt(place), counts);
            if (counts.entries == 0) {
                freeIfPossible();
            } else if (isSparse()) {
                merge();
            } else {
                shrinkIfSparse(index);
                tidy(shards[index].pool());
            }
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Removes an entry. Places stay valid in its shard and in those behind it. */
    @Override
    void remove(long place) {
        try {
            requireOpen();
            int index = shardAt(place);
            shards[index].remove(slotAt(place), counts);
            if (counts.entries == 0) {
                freeIfPossible();
            } else {
                if (index > 0) {
                    shrinkIfSparse(index - 1);
                }
                tidy(shards[index].pool());
            }
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Removes all entries and gives all memory back. */
    void clear() {
        try {
            requireOpen();
            free();
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Takes as little memory as it can. */
    void compact() {
        try {
            requireOpen();
            boolean merged = true;
            while (isSparse() && merged) {
                merged = merge();
            }
            for (int i = 0; i < shardCount; i++) {
                shrink(i, shards[i].count());
            }
            StackRoom.requireForParts();
            for (int i = 0; i < shardCount; i++) {
                shards[i].moveDown();
            }
            for (Pool pool : pools) {
                pool.trimToSize();
            }
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Gives all memory back, for good. If that fails it can be called again. */
    void close() {
        try {
            closed = true;
            free();
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The figures of this moment. */
    MapStatistics statistics() {
        try {
            requireOpen();
            long slots = 0;
            for (int i = 0; i < shardCount; i++) {
                slots += shards[i].slots();
            }
            long used = 0;
            for (Pool pool : pools) {
                used += pool.bytesUsed();
            }
            long size = sizeInBytes();
            return new MapStatistics(counts.entries, size, counts.entries * LongBuckets.PAIR_SIZE, 0, slots,
                size - used, shardCount);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        requireOpen();
        long entries = 0;
        long[] chunks = new long[pools.length];
        for (int i = 0; i < shardCount; i++) {
            LongShard shard = shards[i];
            shard.check();
            Block block = shard.pool().block();
            for (int slot = shard.next(block.bytes(), 0); slot >= 0; slot = shard.next(block.bytes(), slot + 1)) {
                if (LinearHashing.shardOf(hash.of(shard.key(block.bytes(), slot)), shardCount) != i) {
                    throw new IllegalStateException("broken invariant: an entry is in the shard that its hash names");
                }
            }
            Reference.reachabilityFence(block);
            entries += shard.count();
            chunks[Arrays.asList(pools).indexOf(shard.pool())] += shard.chunkCount();
        }
        for (int i = 0; i < pools.length && shardCount > 0; i++) {
            pools[i].check(chunks[i]);
        }
        if (entries != counts.entries) {
            throw new IllegalStateException("broken invariant: the table counts what is in its shards");
        }
    }

    private void addFirstShard() {
        Pool pool = singlePool(0);
        LongShard[] first = {LongShard.allocate(pool, hash, 0, 0)};
        pools = new Pool[] {pool};
        shards = first;
        shardCount = 1;
    }

    private boolean isCrowded() {
        return counts.entries >= (long) shardCount * sizes.shardEntries();
    }

    /** Whether there would be far from enough entries for one shard less. */
    private boolean isSparse() {
        return shardCount > 1 && counts.entries < (shardCount - 1L) * sizes.shardEntries() / 2;
    }

    private static int withRoomToGrow(int entries) {
        return entries + entries / GROWTH_PARTS;
    }

    /**
     * Before a key is inserted: makes its shard larger, if that is filled, or else makes one shard more, if there are
     * too few. Without memory for it, shards go on as they are, their slots become more crowded, and it is tried later.
     */
    private void growIfPossible(int index, long key) {
        boolean isFilled = shards[index].isFilled();
        if (!isFilled && !isCrowded()) {
            return;
        }
        if (insertionsUntilGrowth > 0) {
            insertionsUntilGrowth--;
            return;
        }
        try {
            if (isFilled) {
                grow(index, key);
            } else if (shardCount < LinearHashing.SHARDS_MAX) {
                split(key);
            }
        } catch (OutOfMemoryError e) {
            insertionsUntilGrowth = sizes.shardEntries() / 16 + 1;
        }
    }

    /** By an eighth; without memory for so much, by what one key needs. */
    private void grow(int index, long key) {
        int count = shards[index].count();
        int wanted = withRoomToGrow(count) + 1;
        try {
            replace(index, wanted, key);
        } catch (OutOfMemoryError e) {
            Pool pool = shards[index].pool();
            if (LongShard.chunksFor(pool, wanted) == LongShard.chunksFor(pool, count + 1)) {
                throw e;
            }
            replace(index, count + 1, key);
        }
    }

    private void shrinkIfSparse(int index) {
        if (shards[index].isSparse()) {
            shrink(index, withRoomToGrow(shards[index].count()));
        }
    }

    /** Gives a shard no more chunks than so many entries need. */
    private void shrink(int index, int entries) {
        LongShard shard = shards[index];
        if (LongShard.chunksFor(shard.pool(), entries) < shard.chunkCount()) {
            replaceIfPossible(index, entries, ANY);
        }
    }

    /** Without memory for it, it stays as it is. */
    private void replaceIfPossible(int index, int entries, long key) {
        try {
            replace(index, entries, key);
        } catch (OutOfMemoryError e) {
            return;
        }
    }

    /**
     * Copies a shard's entries to another one for so many, which takes its place, and in which that key can be put as
     * well. Nothing has changed after an {@link OutOfMemoryError}.
     */
    private void replace(int index, int entries, long key) {
        StackRoom.requireForParts();
        LongShard old = shards[index];
        Pool pool = shardCount == 1 ? singlePool(entries) : poolFor(old.pool());
        Pool[] single = shardCount == 1 ? new Pool[] {pool} : null;
        LongShard other = allocate(pool, entries, freeFor(key, old, old));
        old.divide(0, other, null, counts, way);
        other.publish();
        shards[index] = other;
        counts.changes++;
        if (single != null) {
            takePools(single);
        } else {
            free(old);
        }
    }

    /** Makes two shards of the one whose turn it is. Nothing has changed after an {@link OutOfMemoryError}. */
    private void split(long key) {
        StackRoom.requireForParts();
        int bit = LinearHashing.bit(shardCount);
        int from = LinearHashing.dividedInto(shardCount);
        if (shardCount == shards.length) {
            shards = Arrays.copyOf(shards, 2 * shardCount);
        }
        LongShard old = shards[from];
        int ones = old.countOnes(bit);
        Pool pool = shardCount == 1 ? new Pool(heap, sizes.chunkSize(), false) : poolFor(old.pool());
        Pool[] single = shardCount == 1 ? new Pool[] {pool} : null;
        long free = freeFor(key, old, old);
        LongShard zero = allocate(pool, withRoomToGrow(old.count() - ones), free);
        LongShard one;
        try {
            one = allocate(pool, withRoomToGrow(ones), free);
        } catch (OutOfMemoryError | StackOverflowError e) {
            zero.free();
            freeIfUnused(pool);
            throw e;
        }
        old.divide(bit, zero, one, counts, way);
        zero.publish();
        one.publish();
        shards[from] = zero; // from here on there is no call, which could fail
        shards[shardCount] = one;
        shardCount++;
        counts.changes++;
        if (single != null) {
            takePools(single);
        } else {
            free(old);
        }
    }

    /** Makes one shard of the last one and the one that it was split from; returns whether there was memory for it. */
    private boolean merge() {
        StackRoom.requireForParts();
        int last = shardCount - 1;
        int to = LinearHashing.dividedInto(last);
        LongShard zero = shards[to];
        LongShard one = shards[last];
        Pool[] single;
        LongShard both;
        try {
            int entries = withRoomToGrow(zero.count() + one.count());
            Pool pool = last == 1 ? singlePool(entries) : poolFor(zero.pool());
            single = last == 1 ? new Pool[] {pool} : null;
            both = allocate(pool, entries, freeFor(ANY, zero, one));
        } catch (OutOfMemoryError e) {
            return false;
        }
        zero.divide(0, both, null, counts, way);
        one.divide(0, both, null, counts, way);
        both.publish();
        shards[to] = both; // from here on there is no call, which could fail
        shards[last] = null;
        shardCount--;
        counts.changes++;
        if (single != null) {
            takePools(single);
        } else {
            free(zero);
            free(one);
        }
        return true;
    }

    private LongShard allocate(Pool pool, int entries, long free) {
        try {
            return LongShard.allocate(pool, hash, LongShard.chunksFor(pool, entries), free);
        } catch (OutOfMemoryError | StackOverflowError e) {
            freeIfUnused(pool);
            throw e;
        }
    }

    /** Frees a pool that was made for a shard which there was no memory for. */
    private static void freeIfUnused(Pool pool) {
        if (pool.bytesUsed() == 0) {
            pool.free();
        }
    }

    /** A key for free slots, where {@code key} and those of two shards can be put: 0 if that is none of them. */
    private long freeFor(long key, LongShard some, LongShard others) {
        long free = 0;
        for (long i = 1; free == key || contains(some, free) || contains(others, free); i++) {
            free = hash.of(i) + i * STEP;
        }
        return free;
    }

    private boolean contains(LongShard shard, long key) {
        Block block = shard.pool().block();
        boolean contains = shard.find(block.bytes(), hash.of(key), key) >= 0;
        Reference.reachabilityFence(block);
        return contains;
    }

    private static void free(LongShard old) {
        old.free();
        old.pool().trim();
    }

    /** Frees the pools that there are, and goes on with others. */
    private void takePools(Pool[] others) {
        Pool[] old = pools;
        pools = others;
        for (Pool pool : old) {
            try {
                pool.free();
            } catch (OutOfMemoryError e) {
                // the operating system refuses to take it back now: the cleaner tries it again
            }
        }
    }

    private void freeIfPossible() {
        try {
            free();
        } catch (OutOfMemoryError e) {
            // the entry is removed; its memory is given back another time
        }
    }

    private void free() {
        shardCount = 0;
        shards = NO_SHARDS;
        counts.entries = 0;
        counts.changes++;
        for (Pool pool : pools) {
            pool.free();
        }
        pools = NO_POOLS;
    }

    /** If much of a pool is free, moves some of what is behind it to there, after each so many removals. */
    private void tidy(Pool pool) {
        if (pool.isSparse() && ++removals % (sizes.shardEntries() / REMOVALS_PARTS + 1) == 0) {
            nextTidied = nextTidied < shardCount ? nextTidied : 0;
            LongShard next = shards[nextTidied++];
            StackRoom.requireForParts();
            next.moveDown();
            next.pool().trim();
        }
    }

    /** For one shard of so many entries: of small chunks, so that few slots are too many. */
    private Pool singlePool(int entries) {
        int chunkSize = Integer.highestOneBit(entries * LongBuckets.PAIR_SIZE / GROWTH_PARTS | 1);
        return new Pool(heap, Math.clamp(chunkSize, 2 * LongBuckets.BUCKET_SIZE, sizes.chunkSize()), false);
    }

    /** That pool, or if it is full, another. */
    private Pool poolFor(Pool preferred) {
        if (!isFull(preferred)) {
            return preferred;
        }
        for (Pool pool : pools) {
            if (!isFull(pool)) {
                return pool;
            }
        }
        Pool fresh = new Pool(heap, sizes.chunkSize(), false);
        Pool[] more = Arrays.copyOf(pools, pools.length + 1);
        more[pools.length] = fresh;
        pools = more;
        return fresh;
    }

    private boolean isFull(Pool pool) {
        return pool.bytesUsed() > sizes.poolBytes() - sizes.poolBytes() / POOL_PARTS;
    }

    /** Never 0 for a slot, which is where iteration begins. */
    private static long place(int shard, int slot) {
        return (long) shard << SLOT_BITS | slot + 1;
    }

    private static int shardAt(long place) {
        return (int) (place >>> SLOT_BITS);
    }

    private static int slotAt(long place) {
        return (int) (place & SLOT) - 1;
    }

    static ConcurrentModificationException changed(Throwable cause) {
        return new ConcurrentModificationException("the map is being changed by another thread", cause);
    }

    /** What says why, if it is because of the heap, or of two threads at once. */
    private RuntimeException explained(RuntimeException e) {
        if (closed) {
            return new IllegalStateException("the map is closed", e);
        }
        if (e instanceof IllegalStateException && Storage.isClosed(heap)) {
            return new IllegalStateException("the map's heap is closed", e);
        }
        if (e instanceof IndexOutOfBoundsException || e instanceof NullPointerException
                || e instanceof ArithmeticException || e instanceof NegativeArraySizeException) {
            return changed(e);
        }
        return e;
    }

    @Override
    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the map is closed");
        }
    }
}
