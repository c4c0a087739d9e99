package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.List;

/**
 * What the maps of strings are made of: entries of a string and a value's bytes, in shards that are added one by one.
 *
 * <pre>
 *  hash of a key   63              32 31       24 23                   0
 *                  +-----------------+-----------+----------------------+
 *                  | bucket (scaled) | tag       | shard (low bits)     |
 *                  +-----------------+-----------+----------------------+
 * </pre>
 *
 * <p>The table grows by dividing one shard in two, in turn, each time that there are more than so many entries or
 * bytes for each shard: {@link LinearHashing}. So no insertion has to move more than one shard's entries, and no more
 * than one shard is there twice. It becomes smaller in the same way. A small table has one shard, in a pool of smaller
 * chunks.
 *
 * <p>A <em>place</em> names an entry: the shard and the slot in its buckets. It stays valid until a key is inserted,
 * the table is cleared, or {@link #removeFound} is called, which {@link #changes} tells.
 *
 * <p>Not thread-safe, except that {@link #find}, walking and reading at a place end and harm nobody, whatever other
 * threads do: they return anything, or throw an exception. What is read is no longer than the reader allows.
 */
final class StringTable extends Places {
    /**
     * How a table of some size is divided.
     *
     * @param chunkSize bytes in a chunk of its pools, a power of two
     * @param shardEntries how many entries there are for each shard at most, on average, as long as shards are few; up
     *     to {@link #LARGER} times as many once they are many. A shard may have twice as many
     * @param shardBytes the same in bytes of entries
     * @param reach how far into a pool a reference can reach: an entry starts before that
     */
    record Sizes(int chunkSize, int shardEntries, long shardBytes, long reach) {
        private static final long REACH = 1L << 32;
        /** With so many shards they begin to become larger: one that is split should be a small part of the table. */
        private static final int FEW = 16;
        private static final int LARGER = 4;

        /** The last one is for tables of any size; the others, for a single shard. */
        static final List<Sizes> DEFAULT = List.of(
            new Sizes(128, 63, 4 << 10, REACH),
            new Sizes(512, 252, 32 << 10, REACH),
            new Sizes(2048, 1008, 256 << 10, REACH));

        /** How many entries so many shards have at most. */
        long entries(int shards) {
            return scaled(shardEntries, shards);
        }

        long bytes(int shards) {
            return scaled(shardBytes, shards);
        }

        private static long scaled(long each, int shards) {
            return shards * each * Math.clamp(shards, FEW, LARGER * FEW) / FEW;
        }
    }

    /** What is counted of all entries: each number is kept in this place only. */
    static final class Counts {
        /** How many there are. */
        long entries;
        /** How many bytes they have, dead ones included. */
        long bytes;
        /** How often places became invalid, or an entry was removed. */
        long changes;
        /** How often an entry was moved, or a reference to it. */
        long moves;
    }

    private static final int SLOT_BITS = 40;
    private static final long SLOT = (1L << SLOT_BITS) - 1;
    /** Shared tables are parts of something, which has chosen this one by the bits from here to the tag's. */
    private static final int SHARED_SHARDS_MAX = 1 << 18;

    /** What a shared table keeps though it is empty: others may use a block still, so each one freed is another. */
    private static final long KEPT_EMPTY = 16 << 10;
    /** So few shards are all split at once. */
    private static final int DOUBLED_MAX = 2;
    /** Shards are not divided for their bytes to have fewer entries than this. */
    private static final int SHARD_ENTRIES_MIN = 8;
    /** Of how many parts of a pool's reach the last one is left to those who are in it already. */
    private static final int REACH_PARTS = 16;

    /** A shard is moved down after each so many removals: entries that it has, divided by this. */
    private static final int REMOVALS_PARTS = 32;

    private final Heap heap;
    private final List<Sizes> steps;
    private final EntryLayout layout;
    private final boolean shared;
    private final StringHash hash;
    private final Counts counts = new Counts();
    private int step;
    private Pool[] pools = {};
    private Shard[] shards = {};
    private int shardCount;
    /** How many insertions go by before a split that failed is tried again. */
    private long insertionsUntilSplit;
    /** What was read only for the processor to fetch it. */
    private long touched;
    private long removals;
    /** The shard whose turn it is to be moved down. */
    private int nextTidied;
    private boolean closed;

    /** A table of values of that size, for one thread. */
    StringTable(Heap heap, List<Sizes> steps, int valueSize) {
        this(heap, steps, valueSize, new StringHash(), false);
    }

    /** A table with a hash function of somebody else's, {@code shared} by many threads if that is so from the first. */
    StringTable(Heap heap, List<Sizes> steps, int valueSize, StringHash hash, boolean shared) {
        this.heap = heap;
        this.hash = hash;
        this.steps = steps;
        this.shared = shared;
        layout = new EntryLayout(valueSize);
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

    /** How often an entry was moved, or a reference to it: what growing costs. */
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

    long hashOf(Text key) {
        return hash.of(key);
    }

    /** The place of a key; -1 if it is not there. */
    long find(long keyHash, Text key) {
        try {
            requireOpen();
            if (counts.entries == 0) {
                return -1;
            }
            int index = LinearHashing.shardOf(keyHash, shardCount);
            Shard shard = shards[index];
            Block block = shard.block();
            try {
                long slot = shard.find(block.bytes(), keyHash, key);
                return slot < 0 ? -1 : place(index, slot);
            } finally {
                Reference.reachabilityFence(block);
            }
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The value of a key, read into its text on the way; null if there is none. */
    String get(long keyHash, Text key) {
        try {
            requireOpen();
            if (counts.entries == 0) {
                return null;
            }
            Shard shard = shards[LinearHashing.shardOf(keyHash, shardCount)];
            Block block = shard.block();
            try {
                MemorySegment memory = block.bytes();
                long slot = shard.find(memory, keyHash, key);
                if (slot < 0) {
                    return null;
                }
                layout.readValue(memory, shard.entry(memory, slot), key);
            } finally {
                Reference.reachabilityFence(block);
            }
            return key.toString();
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The place of the entry with that hash whose value begins with that int; -1 if it is not there. */
    long findInt(long keyHash, int first) {
        try {
            int index = LinearHashing.shardOf(keyHash, shardCount);
            Shard shard = shards[index];
            Block block = shard.block();
            long slot = shard.findInt(block.bytes(), keyHash, first);
            Reference.reachabilityFence(block);
            return slot < 0 ? -1 : place(index, slot);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** How many bytes the entry at a place takes in its log. */
    long sizeAt(long place) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            long size = layout.size(memory, shard.entry(memory, place & SLOT));
            Reference.reachabilityFence(block);
            return size;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** How many bytes an entry takes in its log. */
    long sizeOf(Text key, Text value) {
        return layout.sizeOf(key, value);
    }

    /** Reads from the bucket where a search for that hash begins: the processor fetches it, and nobody waits for it. */
    long touchBucket(long keyHash) {
        try {
            if (counts.entries == 0) {
                return 0;
            }
            Shard shard = shards[LinearHashing.shardOf(keyHash, shardCount)];
            Block block = shard.block();
            long read = shard.touchBucket(block.bytes(), keyHash);
            Reference.reachabilityFence(block);
            return read;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Reads from the entry that a search for that hash compares first. */
    long touchEntry(long keyHash) {
        try {
            if (counts.entries == 0) {
                return 0;
            }
            Shard shard = shards[LinearHashing.shardOf(keyHash, shardCount)];
            Block block = shard.block();
            long read = shard.touchEntry(block.bytes(), keyHash);
            Reference.reachabilityFence(block);
            return read;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The first place behind {@code place}; -1 if there is none. To begin with, give it 0. */
    long next(long place) {
        try {
            requireOpen();
            long slot = place & SLOT;
            for (int index = shardAt(place); index < shardCount; index++) {
                Shard shard = shards[index];
                Block block = shard.block();
                if (slot == 0) {
                    touched += shard.touchEntries(block.bytes());
                }
                slot = shard.next(block.bytes(), slot);
                Reference.reachabilityFence(block);
                if (slot >= 0) {
                    return place(index, slot);
                }
                slot = 0;
            }
            return -1;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    @Override
    int neighbours(long place) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            int neighbours = shard.neighbours(block.bytes(), place & SLOT);
            Reference.reachabilityFence(block);
            return neighbours;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The first place of a shard; -1 if there is none. */
    long firstIn(int shard) {
        return nextIn(place(shard, 0));
    }

    /** The first place behind {@code place} in the same shard; -1 if there is none. */
    long nextIn(long place) {
        try {
            int index = shardAt(place);
            Shard shard = shards[index];
            Block block = shard.block();
            long slot = shard.next(block.bytes(), place & SLOT);
            Reference.reachabilityFence(block);
            return slot < 0 ? -1 : place(index, slot);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** How many shards there are now, over which somebody walks. */
    int shards() {
        return shardCount;
    }

    /** Whether a walk has not passed the entry at a place. */
    boolean isAhead(long place, int walked) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            long keyHash = shard.hashAt(block.bytes(), place & SLOT);
            Reference.reachabilityFence(block);
            return LinearHashing.isAhead(keyHash, walked);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The key at a place, read into a text on its way. */
    String key(long place, Text scratch) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            layout.readKey(memory, shard.entry(memory, place & SLOT), scratch);
            Reference.reachabilityFence(block);
            return scratch.toString();
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The value at a place, read into a text on its way. */
    String value(long place, Text scratch) {
        readValue(place, scratch);
        return scratch.toString();
    }

    /** Reads a key if it has at most so many bytes; returns how many it has. */
    long readKey(long place, Text to, long lengthMax) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            long length = layout.readKey(memory, shard.entry(memory, place & SLOT), to, lengthMax);
            Reference.reachabilityFence(block);
            return length;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Reads a value if it has at most so many bytes; returns how many it has. */
    long readValue(long place, Text to, long lengthMax) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            long length = layout.readValue(memory, shard.entry(memory, place & SLOT), to, lengthMax);
            Reference.reachabilityFence(block);
            return length;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    void readValue(long place, Text to) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            layout.readValue(memory, shard.entry(memory, place & SLOT), to);
            Reference.reachabilityFence(block);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Reads the texts at a place as one, and returns the length of the key, which is first; -1 if that cannot be. */
    int readBoth(long place, Text to) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            int keyLength = layout.readBoth(memory, shard.entry(memory, place & SLOT), to);
            Reference.reachabilityFence(block);
            return keyLength;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    int intValue(long place) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            int value = memory.get(Text.INT, layout.valueAt(memory, shard.entry(memory, place & SLOT)));
            Reference.reachabilityFence(block);
            return value;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    long longValue(long place) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            long value = memory.get(Text.WORD, layout.valueAt(memory, shard.entry(memory, place & SLOT)));
            Reference.reachabilityFence(block);
            return value;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    void setInt(long place, int value) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            memory.set(Text.INT, layout.valueAt(memory, shard.entry(memory, place & SLOT)), value);
            Reference.reachabilityFence(block);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    void setLong(long place, long value) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            memory.set(Text.WORD, layout.valueAt(memory, shard.entry(memory, place & SLOT)), value);
            Reference.reachabilityFence(block);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The value at a place, where it is. */
    EncodedString encodedValue(long place) {
        try {
            Shard shard = shards[shardAt(place)];
            MemorySegment memory = shard.pool().storage().view();
            long entry = shard.entry(memory, place & SLOT);
            long at = layout.valueAt(memory, entry);
            return new EncodedString(memory.asSlice(at, layout.valueSize(memory, entry)).asReadOnly(),
                layout.isValueWide(memory, entry));
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The length in bytes of a key, or else a value, times two, and one more if it is wide. */
    long textHead(long place, boolean ofKey) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            long entry = shard.entry(memory, place & SLOT);
            long head = ofKey ? layout.keyLength(memory, entry) : layout.valueLength(memory, entry);
            Reference.reachabilityFence(block);
            return head;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Copies so many bytes of a key, or else a value, from one of them on. */
    void copyText(long place, boolean ofKey, long from, byte[] to, int at, int count) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            long entry = shard.entry(memory, place & SLOT);
            long text = ofKey ? layout.keyAt(memory, entry) : layout.valueAt(memory, entry);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, text + from, to, at, count);
            Reference.reachabilityFence(block);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Whether the entry has that value. */
    boolean hasValue(long place, Text value) {
        try {
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            MemorySegment memory = block.bytes();
            boolean has = layout.hasValue(memory, shard.entry(memory, place & SLOT), value);
            Reference.reachabilityFence(block);
            return has;
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Adds a key that was looked for and not found. */
    void insert(long keyHash, Text key, Text value) {
        try {
            requireOpen();
            if (shardCount == 0) {
                addFirstShard();
            }
            if (isCrowded()) {
                expandIfPossible();
            }
            reachable(keyHash).insert(keyHash, key, value);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Gives the entry that was found at {@code place} another value. Places stay valid, unless a pool is full. */
    void replaceValue(long place, long keyHash, Text key, Text value) {
        try {
            requireOpen();
            Shard before = shards[shardAt(place)];
            Shard shard = reachable(keyHash);
            long at = shard == before ? place : find(keyHash, key);
            if (at < 0) {
                throw new ConcurrentModificationException("the map is being changed by another thread");
            }
            shard.replaceValue(at & SLOT, key, value);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Removes the entry that was found at {@code place}. Places become invalid. */
    void removeFound(long place, long keyHash) {
        try {
            requireOpen();
            shards[shardAt(place)].remove(keyHash, place & SLOT);
            if (counts.entries == 0) {
                freeIfWorthIt();
            } else if (isSparse()) {
                merge();
            } else {
                tidy(shards[shardAt(place)]);
            }
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Removes an entry. The places of the others stay valid. */
    void remove(long place) {
        try {
            requireOpen();
            Shard shard = shards[shardAt(place)];
            Block block = shard.block();
            long keyHash = shard.hashAt(block.bytes(), place & SLOT);
            Reference.reachabilityFence(block);
            shard.remove(keyHash, place & SLOT);
            if (counts.entries == 0) {
                freeIfWorthIt();
            } else {
                tidy(shard);
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
            while (isSparse() && merge()) {
                counts.changes++;
            }
            for (int i = 0; i < shardCount; i++) {
                shards[i].compact();
            }
            moveDown();
            for (Pool pool : pools) {
                pool.trimToSize();
            }
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Moves what is in high chunks to the lowest free ones, so that the end is free. */
    private void moveDown() {
        for (int i = 0; i < shardCount; i++) {
            shards[i].moveDown();
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
            long dead = 0;
            long slots = 0;
            for (int i = 0; i < shardCount; i++) {
                dead += shards[i].bytesDead();
                slots += shards[i].slots();
            }
            long bytesUsed = 0;
            for (Pool pool : pools) {
                bytesUsed += pool.bytesUsed();
            }
            long size = sizeInBytes();
            return new MapStatistics(counts.entries, size, counts.bytes - dead, dead, slots,
                size - bytesUsed, shardCount);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        requireOpen();
        long entries = 0;
        long bytes = 0;
        long[] chunks = new long[pools.length];
        for (int i = 0; i < shardCount; i++) {
            Shard shard = shards[i];
            shard.check();
            Block block = shard.block();
            for (long slot = shard.next(block.bytes(), 0); slot >= 0; slot = shard.next(block.bytes(), slot)) {
                if (LinearHashing.shardOf(shard.hashAt(block.bytes(), slot), shardCount) != i) {
                    throw new IllegalStateException("broken invariant: an entry is in the shard that its hash names");
                }
            }
            Reference.reachabilityFence(block);
            entries += shard.count();
            bytes += shard.bytesUsed();
            chunks[Arrays.asList(pools).indexOf(shard.pool())] += shard.chunks();
        }
        for (int i = 0; i < pools.length; i++) {
            pools[i].check(chunks[i]);
        }
        if (entries != counts.entries || bytes != counts.bytes) {
            throw new IllegalStateException("broken invariant: the table counts what is in its shards");
        }
    }

    private Sizes sizes() {
        return steps.get(step);
    }

    private void addFirstShard() {
        Pool pool = new Pool(heap, steps.getFirst().chunkSize(), shared);
        Shard shard = new Shard(pool, layout, hash, counts);
        Shard[] first = {shard};
        step = 0;
        pools = new Pool[] {pool};
        shards = first;
        shardCount = 1;
    }

    /** If much of a pool is free, moves some of what is behind it to there, after each so many removals. */
    private void tidy(Shard shard) {
        if (shard.pool().isSparse() && ++removals % (sizes().shardEntries() / REMOVALS_PARTS + 1) == 0) {
            nextTidied = nextTidied < shardCount ? nextTidied : 0;
            Shard next = shards[nextTidied++];
            next.moveDown();
            next.pool().trim();
        }
    }

    private void freeIfWorthIt() {
        if (shared && sizeInBytes() <= KEPT_EMPTY) {
            return;
        }
        try {
            free();
        } catch (OutOfMemoryError e) {
            // the entry is removed; its memory is given back another time
        }
    }

    private void free() {
        shardCount = 0;
        shards = new Shard[0];
        counts.entries = 0;
        counts.bytes = 0;
        counts.changes++;
        while (pools.length > 0) {
            pools[pools.length - 1].free();
            pools = Arrays.copyOf(pools, pools.length - 1);
        }
    }

    private boolean isCrowded() {
        return counts.entries >= sizes().entries(shardCount) * (isLastStep() ? 1 : 2)
            || counts.bytes >= sizes().bytes(shardCount)
                && (!isLastStep() || counts.entries >= (long) shardCount * SHARD_ENTRIES_MIN);
    }

    /** Whether there would be far from enough entries for one shard less. */
    private boolean isSparse() {
        return shardCount > 1 && counts.entries < sizes().entries(shardCount - 1) / 2
            && counts.bytes < sizes().bytes(shardCount - 1) / 2;
    }

    private boolean isLastStep() {
        return step == steps.size() - 1;
    }

    /** Without memory for it, shards go on as they are, and it is tried later. */
    private void expandIfPossible() {
        if (insertionsUntilSplit > 0) {
            insertionsUntilSplit--;
            return;
        }
        try {
            if (!isLastStep()) {
                nextStep();
            } else if (shardCount <= DOUBLED_MAX) {
                splitAll();
            } else if (shardCount < (shared ? SHARED_SHARDS_MAX : LinearHashing.SHARDS_MAX)) {
                split();
            }
        } catch (OutOfMemoryError e) {
            insertionsUntilSplit = sizes().shardEntries() / 16 + 1;
        }
    }

    /** Goes on with larger chunks. Nothing has changed after an error. */
    private void nextStep() {
        StackRoom.requireForParts();
        Pool pool = new Pool(heap, steps.get(step + 1).chunkSize(), shared);
        Pool old = pools[0];
        try {
            move(0, pool);
        } catch (OutOfMemoryError | StackOverflowError e) {
            pool.free();
            throw e;
        }
        pools[0] = pool;
        step++;
        old.free();
    }

    /**
     * Makes two shards of each of few, which are as many as a power of two, in another pool: splitting one of them
     * would leave too much of the pool unused. Nothing has changed after an error.
     */
    private void splitAll() {
        int number = shardCount;
        Counts copied = new Counts();
        Pool pool = new Pool(heap, sizes().chunkSize(), shared);
        Shard[] others = new Shard[2 * number];
        StackRoom.requireForParts();
        try {
            for (int i = 0; i < number; i++) {
                others[i] = new Shard(pool, layout, hash, copied);
                others[i + number] = new Shard(pool, layout, hash, copied);
                shards[i].divide(number, others[i], others[i + number]);
            }
        } catch (OutOfMemoryError | StackOverflowError e) {
            pool.free();
            throw e;
        }
        for (Shard other : others) {
            other.countIn(counts);
        }
        Pool[] old = pools;
        Pool[] one = {pool};
        shards = others; // from here on there is no call, which could fail
        shardCount = 2 * number;
        pools = one;
        counts.bytes = copied.bytes;
        counts.moves += copied.moves;
        counts.changes++;
        for (Pool each : old) {
            each.free();
        }
    }

    /** Makes two shards of the one whose turn it is. Nothing has changed after an error. */
    private void split() {
        int bit = LinearHashing.bit(shardCount);
        int from = LinearHashing.dividedInto(shardCount);
        if (shardCount == shards.length) {
            shards = Arrays.copyOf(shards, 2 * shardCount);
        }
        Shard old = shards[from];
        Counts copied = new Counts();
        Pool pool = poolFor(old.pool());
        Shard zero = new Shard(pool, layout, hash, copied);
        Shard one = new Shard(pool, layout, hash, copied);
        StackRoom.requireForParts();
        try {
            old.divide(bit, zero, one);
        } catch (OutOfMemoryError | StackOverflowError e) {
            zero.free();
            one.free();
            throw e;
        }
        zero.countIn(counts);
        one.countIn(counts);
        long oldBytes = old.bytesUsed();
        shards[from] = zero; // from here on there is no call, which could fail
        shards[shardCount] = one;
        shardCount++;
        counts.bytes += copied.bytes - oldBytes;
        counts.moves += copied.moves;
        counts.changes++;
        free(old);
    }

    /** Makes one shard of the last one and the one that it was split from; returns whether there was memory for it. */
    private boolean merge() {
        int last = shardCount - 1;
        int to = LinearHashing.dividedInto(last);
        Shard one = shards[to];
        Shard other = shards[last];
        Counts copied = new Counts();
        Shard both = new Shard(poolFor(one.pool()), layout, hash, copied);
        StackRoom.requireForParts();
        try {
            one.divide(0, both, null);
            other.divide(0, both, null);
        } catch (OutOfMemoryError e) {
            both.free();
            return false;
        } catch (StackOverflowError e) {
            both.free();
            throw e;
        }
        both.countIn(counts);
        long oldBytes = one.bytesUsed() + other.bytesUsed();
        shards[to] = both; // from here on there is no call, which could fail
        shards[last] = null;
        shardCount--;
        counts.bytes += copied.bytes - oldBytes;
        counts.moves += copied.moves;
        counts.changes++;
        free(one);
        free(other);
        return true;
    }

    /** Copies a shard into a pool. Nothing has changed after an error. */
    private void move(int index, Pool pool) {
        Shard old = shards[index];
        Counts copied = new Counts();
        Shard moved = new Shard(pool, layout, hash, copied);
        StackRoom.requireForParts();
        try {
            old.divide(0, moved, null);
        } catch (OutOfMemoryError | StackOverflowError e) {
            moved.free();
            throw e;
        }
        moved.countIn(counts);
        long oldBytes = old.bytesUsed();
        shards[index] = moved; // from here on there is no call, which could fail
        counts.bytes += copied.bytes - oldBytes;
        counts.moves += copied.moves;
        counts.changes++;
        free(old);
    }

    private void free(Shard old) {
        old.free();
        old.pool().trim();
    }

    /** The shard of a key, in a pool with room: one that is nearly full as far as references reach is left. */
    private Shard reachable(long keyHash) {
        int index = LinearHashing.shardOf(keyHash, shardCount);
        Pool pool = shards[index].pool();
        if (isFull(pool)) {
            move(index, poolFor(pool));
        }
        return shards[index];
    }

    private boolean isFull(Pool pool) {
        return pool.bytesUsed() > sizes().reach() - sizes().reach() / REACH_PARTS;
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
        Pool fresh = new Pool(heap, sizes().chunkSize(), shared);
        Pool[] more = Arrays.copyOf(pools, pools.length + 1);
        more[pools.length] = fresh;
        pools = more;
        return fresh;
    }

    private static long place(int shard, long slot) {
        return (long) shard << SLOT_BITS | slot;
    }

    private static int shardAt(long place) {
        return (int) (place >>> SLOT_BITS);
    }

    /** What says why, if it is because of the heap, or of two threads at once. */
    private RuntimeException explained(RuntimeException e) {
        if (e instanceof IllegalStateException && !closed && Storage.isClosed(heap)) {
            return new IllegalStateException("the map's heap is closed", e);
        }
        if (closed) {
            return new IllegalStateException("the map is closed", e);
        }
        if (e instanceof IndexOutOfBoundsException || e instanceof NullPointerException
                || e instanceof ArithmeticException || e instanceof NegativeArraySizeException) {
            return new ConcurrentModificationException("the map is being changed by another thread", e);
        }
        return e;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the map is closed");
        }
    }
}
