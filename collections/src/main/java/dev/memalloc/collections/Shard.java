package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * A part of a string table: entries in a log, and buckets with references to them. Both are runs of a pool's chunks.
 *
 * <pre>
 *  log      +-------+-------+------+---------+     +-------+-- - - --+-------+---------------+
 *           | entry | entry | dead | unused  |     | entry |         | entry | room for more |
 *           +-------+-------+------+---------+     +-------+-- - - --+-------+---------------+
 *           piece 0: a run                         last piece                tail            tailEnd
 *
 *  buckets  one run; what is in it is said at {@link Buckets}
 * </pre>
 *
 * <p>New entries are appended; removed ones are marked dead, stay until the log is compacted, and can be stepped over.
 * An entry is named by its offset in the pool.
 *
 * <p>Invariants: the buckets have one reference to each live entry of the log, and no other; {@code count} says how
 * many. A slot is named by its offset in the buckets. The entries of a piece tile it from its beginning to where it is
 * used. {@code used} is the bytes of all entries, {@code dead} that of the dead ones. Not thread-safe; searching is, in
 * so far as it ends and harms nobody.
 *
 * <p>A change makes all the room that it needs before it begins, so one that fails has changed nothing but the room.
 * Then there is still {@link StackOverflowError}, which any call may throw. So each change takes effect by one write
 * to the buckets, of a tag or a reference; what counts it follows without a call; and what remains to be written
 * after that does no harm if it is not: the old entry stays unmarked, or buckets count too many keys that passed
 * over them. {@code isUnsettled} tells that such may be there.
 */
final class Shard {
    private static final int LONGS = 2;
    /** The most that a piece has for entries to come, in bytes. */
    private static final long PIECE_MAX = 64 << 10;

    private final Pool pool;
    private final EntryLayout layout;
    private final StringHash hash;
    /** What is counted for the table; of another shard that is divided, to begin with. */
    private StringTable.Counts counts;
    private long buckets;
    private int bucketCount;
    private int count;
    /** Of each piece, where it begins and where it is used to. */
    private long[] pieces = new long[4 * LONGS];
    private int pieceCount;
    private long tail;
    private long tailEnd;
    private long used;
    private long dead;
    /** Whether a change did not come to its end: set when one begins, and taken back at its end. */
    private boolean isUnsettled;

    Shard(Pool pool, EntryLayout layout, StringHash hash, StringTable.Counts counts) {
        this.pool = pool;
        this.layout = layout;
        this.hash = hash;
        this.counts = counts;
    }

    Pool pool() {
        return pool;
    }

    int count() {
        return count;
    }

    /** Bytes in entries, the dead ones included. */
    long bytesUsed() {
        return used;
    }

    long bytesDead() {
        return dead;
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
        long sum = 0;
        for (int piece = 0; piece < pieceCount; piece++) {
            long end = pieces[piece * LONGS + 1];
            for (long at = pieces[piece * LONGS]; at < end; at += Buckets.BUCKET_SIZE) {
                sum += memory.get(ValueLayout.JAVA_BYTE, at);
            }
        }
        return sum;
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

    long hashAt(MemorySegment memory, long slot) {
        return hashOf(memory, entry(memory, slot));
    }

    /** Adds a key that is not there. */
    void insert(long keyHash, Text key, Text value) {
        long size = layout.sizeOf(key, value);
        makeRoom(size);
        makeSlots(count + 1);
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        layout.write(memory, tail, key, value);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        Buckets.insert(memory, buckets, bucketCount, keyHash, tail);
        count++;
        counts.entries++;
        counts.changes++;
        counts.bytes += size;
        used += size;
        tail += size;
        pieces[pieceCount * LONGS - 1] = tail;
        isUnsettled = wasUnsettled;
        Reference.reachabilityFence(block);
    }

    /** Gives that key's entry another value: in place if it has as many bytes, else as a new entry of the log. */
    void replaceValue(long slot, Text key, Text value) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        if (layout.overwrite(memory, entry(memory, slot), value)) {
            Reference.reachabilityFence(block);
            return;
        }
        long size = layout.sizeOf(key, value);
        makeRoom(size);
        block = pool.block();
        memory = block.bytes();
        long old = entry(memory, slot);
        long oldSize = layout.size(memory, old);
        layout.write(memory, tail, key, value);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        Buckets.setReference(memory, buckets + slot, tail);
        counts.bytes += size;
        used += size;
        dead += oldSize;
        tail += size;
        pieces[pieceCount * LONGS - 1] = tail;
        layout.kill(memory, old);
        isUnsettled = wasUnsettled;
        Reference.reachabilityFence(block);
        compactIfWorthIt();
    }

    /** Removes an entry. No other slot changes. */
    void remove(long keyHash, long slot) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        long entry = entry(memory, slot);
        long size = layout.size(memory, entry);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        Buckets.vacate(memory, buckets + slot);
        count--;
        counts.entries--;
        counts.changes++;
        dead += size;
        Buckets.uncount(memory, buckets, bucketCount, keyHash, buckets + slot);
        layout.kill(memory, entry);
        isUnsettled = wasUnsettled;
        Reference.reachabilityFence(block);
        compactIfWorthIt();
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
        for (int piece = 0; piece < pieceCount; piece++) {
            long end = pieces[piece * LONGS + 1];
            long size;
            for (long entry = pieces[piece * LONGS]; entry < end; entry += size) {
                Block block = pool.block();
                MemorySegment memory = block.bytes();
                size = layout.size(memory, entry);
                if (!layout.isDead(memory, entry)) {
                    long keyHash = hashOf(memory, entry);
                    Shard to = (keyHash & bit) == 0 ? zero : one;
                    to.makeRoom(size);
                    to.makeSlots(to.count + 1);
                    to.append(keyHash, pool.block(), entry, size);
                }
                Reference.reachabilityFence(block);
            }
        }
    }

    private void append(long keyHash, Block from, long entry, long size) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        EntryLayout.copy(from.bytes(), entry, memory, tail, size);
        Buckets.insert(memory, buckets, bucketCount, keyHash, tail);
        count++;
        counts.bytes += size;
        counts.moves++;
        used += size;
        tail += size;
        pieces[pieceCount * LONGS - 1] = tail;
        Reference.reachabilityFence(block);
        Reference.reachabilityFence(from);
    }

    /** Has its entries counted elsewhere from now on; those that it has must be counted there already. */
    void countIn(StringTable.Counts others) {
        counts = others;
    }

    /** Gives all chunks back. */
    void free() {
        if (bucketCount > 0) {
            pool.free(buckets, bucketRun(bucketCount));
            bucketCount = 0;
        }
        for (int piece = 0; piece < pieceCount; piece++) {
            freePiece(piece);
        }
        pieceCount = 0;
        count = 0;
    }

    /** Takes as little memory as it can: compacts the log, and has as few buckets as are enough. */
    void compact() {
        if (dead > 0) {
            compactLog(0);
        }
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
        for (int piece = 0; piece < pieceCount; piece++) {
            long from = pieces[piece * LONGS];
            long to = pool.allocateBelow(from, runOf(piece));
            if (to >= 0) {
                movePiece(piece, from, to);
                pool.free(from, runOf(piece));
            }
        }
        int run = bucketRun(bucketCount);
        long to = run == 0 ? -1 : pool.allocateBelow(buckets, run);
        if (to >= 0) {
            Block block = pool.block();
            MemorySegment memory = block.bytes();
            MemorySegment.copy(memory, buckets, memory, to, (long) run * pool.chunkSize());
            Reference.reachabilityFence(block);
            long old = buckets;
            buckets = to;
            pool.free(old, run);
        }
    }

    private void movePiece(int piece, long from, long to) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        long end = pieces[piece * LONGS + 1];
        MemorySegment.copy(memory, from, memory, to, end - from);
        for (long entry = from; entry < end; entry += layout.size(memory, entry)) {
            if (!layout.isDead(memory, entry)) {
                long slot = Buckets.slotOf(memory, buckets, bucketCount, hashOf(memory, entry), entry);
                Buckets.setReference(memory, slot, entry - from + to);
                counts.moves++;
            }
        }
        Reference.reachabilityFence(block);
        if (piece == pieceCount - 1) {
            tail += to - from;
            tailEnd += to - from;
        }
        pieces[piece * LONGS] = to;
        pieces[piece * LONGS + 1] = end - from + to;
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check() {
        settle();
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        long[] passedOver = new long[bucketCount];
        long live = 0;
        long bytes = 0;
        long bytesDead = 0;
        for (int piece = 0; piece < pieceCount; piece++) {
            long entry = pieces[piece * LONGS];
            long end = pieces[piece * LONGS + 1];
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
                    require(slot >= 0 && entry(memory, slot) == entry, "a search for a live entry's key finds it");
                    Buckets.countPassedOver(buckets, bucketCount, keyHash, buckets + slot, passedOver);
                }
            }
            require(entry == end, "the entries tile their piece");
        }
        require(pieceCount == 0 || tail == pieces[pieceCount * LONGS - 1] && tail <= tailEnd,
            "new entries go behind the last one");
        require(bytes == used, "the shard knows how many bytes the entries have");
        require(bytesDead == dead, "the shard knows how many bytes are dead");
        require(live == count, "the shard knows how many entries are live");
        long slots = 0;
        for (long slot = next(memory, 0); slot >= 0; slot = next(memory, slot)) {
            slots++;
        }
        require(slots == count, "each slot in use belongs to a live entry");
        for (int bucket = 0; bucket < bucketCount; bucket++) {
            long tooMany = Buckets.countedTooMany(memory, buckets, bucket, passedOver[bucket]);
            require(isUnsettled ? tooMany >= 0 : tooMany == 0, "a bucket knows how many keys passed over it");
        }
        Reference.reachabilityFence(block);
    }

    /** How many of the pool's chunks it has. */
    long chunks() {
        long chunks = bucketRun(bucketCount);
        for (int piece = 0; piece < pieceCount; piece++) {
            chunks += runOf(piece);
        }
        return chunks;
    }

    private static void require(boolean holds, String invariant) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + invariant);
        }
    }

    private long hashOf(MemorySegment memory, long entry) {
        return layout.hashOfKey(memory, entry, hash);
    }

    /**
     * Sees to it that an entry of that many bytes fits behind the last one, by another piece if need be; without memory
     * for that, by compacting.
     */
    private void makeRoom(long bytes) {
        if (tailEnd - tail >= bytes) {
            return;
        }
        try {
            openPiece(bytes, true);
        } catch (OutOfMemoryError e) {
            if (dead == 0) {
                throw e;
            }
            compactLog(0);
            if (tailEnd - tail < bytes) {
                openPiece(bytes, true);
            }
        }
    }

    /** For an entry, or for as many as it as are worth it. */
    private int runFor(long bytes) {
        return pool.chunksFor(Math.max(bytes, Math.min(Math.min(8 * bytes, used / 8), PIECE_MAX)));
    }

    /** Begins another piece, for an entry of that many bytes. Once it has its chunks there is no call: none is lost. */
    private void openPiece(long bytes, boolean leavingOne) {
        if (pieceCount * LONGS == pieces.length) {
            pieces = Arrays.copyOf(pieces, Math.multiplyExact(2, pieces.length));
        }
        cutTail();
        int run = runFor(bytes);
        long size = (long) run * pool.chunkSize();
        int at = pieceCount * LONGS;
        long piece = leavingOne ? pool.allocateButOne(run) : pool.allocate(run);
        pieces[at] = piece;
        pieces[at + 1] = piece;
        tail = piece;
        tailEnd = piece + size;
        pieceCount++;
    }

    /** Gives the last piece's chunks back that have no entry. It ends in its last chunk then, as all others do. */
    private void cutTail() {
        if (pieceCount == 0) {
            return;
        }
        long size = pool.chunkSize();
        long end = pieces[(pieceCount - 1) * LONGS] + (long) chunksOf(pieceCount - 1) * size;
        if (end < tailEnd) {
            int run = (int) ((tailEnd - end) / size);
            tailEnd = end;
            pool.free(end, run);
        }
    }

    /** The chunks that a piece has; of the last one, those with entries, or the first one. */
    private int chunksOf(int piece) {
        return Math.max(1, pool.chunksFor(pieces[piece * LONGS + 1] - pieces[piece * LONGS]));
    }

    private int runOf(int piece) {
        return piece == pieceCount - 1 ? pool.chunksFor(tailEnd - pieces[piece * LONGS]) : chunksOf(piece);
    }

    private void freePiece(int piece) {
        pool.free(pieces[piece * LONGS], runOf(piece));
    }

    /** By half more buckets; without memory for them, by an eighth more; without that, by filling them more. */
    private void makeSlots(int references) {
        if (references <= Buckets.filled(bucketCount)) {
            return;
        }
        int needed = bucketsFor(references);
        try {
            rebuild(bucketsFor(references + references / 4));
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
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        for (int piece = 0; piece < pieceCount; piece++) {
            long end = pieces[piece * LONGS + 1];
            for (long entry = pieces[piece * LONGS]; entry < end; entry += layout.size(memory, entry)) {
                if (!layout.isDead(memory, entry)
                        && Buckets.slotOf(memory, buckets, bucketCount, hashOf(memory, entry), entry) < 0) {
                    layout.kill(memory, entry);
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
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        try {
            memory.asSlice(others, (long) run * pool.chunkSize()).fill((byte) 0);
        } catch (OutOfMemoryError e) { // the slice is an object
            pool.free(others, run);
            throw e;
        }
        for (int piece = 0; piece < pieceCount; piece++) {
            long end = pieces[piece * LONGS + 1];
            for (long entry = pieces[piece * LONGS]; entry < end; entry += layout.size(memory, entry)) {
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

    private void compactIfWorthIt() {
        if (dead > used / 4 + pool.chunkSize()) {
            compactLog(8);
        }
    }

    /**
     * Moves the live entries out of each piece of which more than one part in {@code share} is dead (0: of all with
     * dead ones), to the log's end, and gives its chunks back. No slot changes, only what is in it. It takes a chunk
     * more for a moment; without that, what is done so far is done.
     */
    private void compactLog(int share) {
        settle();
        StackRoom.require();
        int piece = 0;
        try {
            for (int left = pieceCount; left > 0; left--) {
                long bytesDead = deadIn(piece);
                long bytes = pieces[piece * LONGS + 1] - pieces[piece * LONGS];
                if (bytesDead == bytes || bytesDead > 0 && (share == 0 || bytesDead > bytes / share)) {
                    moveEntries(piece);
                    removePiece(piece);
                } else {
                    piece++;
                }
            }
        } catch (OutOfMemoryError e) {
            // the rest stays as it is
        }
    }

    private long deadIn(int piece) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        long bytes = 0;
        long size;
        for (long entry = pieces[piece * LONGS]; entry < pieces[piece * LONGS + 1]; entry += size) {
            size = layout.size(memory, entry);
            bytes += layout.isDead(memory, entry) ? size : 0;
        }
        Reference.reachabilityFence(block);
        return bytes;
    }

    /** Moves the live entries of a piece to the log's end. */
    private void moveEntries(int piece) {
        long size;
        for (long entry = pieces[piece * LONGS]; entry < pieces[piece * LONGS + 1]; entry += size) {
            Block block = pool.block();
            MemorySegment memory = block.bytes();
            size = layout.size(memory, entry);
            if (!layout.isDead(memory, entry)) {
                if (piece == pieceCount - 1 || tailEnd - tail < size) {
                    openPiece(size, false);
                }
                moveEntry(entry, size);
            }
            Reference.reachabilityFence(block);
        }
    }

    private void moveEntry(long entry, long size) {
        Block block = pool.block();
        MemorySegment memory = block.bytes();
        long slot = Buckets.slotOf(memory, buckets, bucketCount, hashOf(memory, entry), entry);
        EntryLayout.copy(memory, entry, memory, tail, size);
        boolean wasUnsettled = isUnsettled;
        isUnsettled = true;
        Buckets.setReference(memory, slot, tail);
        counts.bytes += size;
        counts.moves++;
        used += size;
        dead += size;
        tail += size;
        pieces[pieceCount * LONGS - 1] = tail;
        layout.kill(memory, entry);
        isUnsettled = wasUnsettled;
        Reference.reachabilityFence(block);
    }

    /** Gives a piece's chunks back, in which all entries are dead. */
    private void removePiece(int piece) {
        long bytes = pieces[piece * LONGS + 1] - pieces[piece * LONGS];
        boolean last = piece == pieceCount - 1;
        freePiece(piece);
        System.arraycopy(pieces, (piece + 1) * LONGS, pieces, piece * LONGS, (pieceCount - piece - 1) * LONGS);
        pieceCount--;
        used -= bytes;
        dead -= bytes;
        counts.bytes -= bytes;
        if (last) {
            tail = pieceCount == 0 ? 0 : pieces[pieceCount * LONGS - 1];
            tailEnd = tail;
        }
    }
}
