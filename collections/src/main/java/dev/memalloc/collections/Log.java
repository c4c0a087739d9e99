package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * The entries of a shard, one behind the other, in pieces that are runs of a pool's chunks.
 *
 * <pre>
 *  +-------+-------+------+---------+     +-------+-- - - --+-------+---------------+
 *  | entry | entry | dead | unused  |     | entry |         | entry | room for more |
 *  +-------+-------+------+---------+     +-------+-- - - --+-------+---------------+
 *  piece 0                                last piece                tail            tailEnd
 * </pre>
 *
 * <p>New entries are appended; removed ones are marked dead, stay until the log is compacted, and can be stepped over.
 * An entry is named by its offset in the pool. The order of the pieces means nothing, but for the last one.
 *
 * <p>Invariants: the entries of a piece tile it from its beginning to its end, and each piece but the last one has
 * some, and no chunk more than they need; {@code used} is the bytes of all entries, {@code dead} that of the dead ones.
 * Not thread-safe.
 */
final class Log {
    /** Who has references to entries. */
    interface Owner {
        /** Is told that a live entry was copied to another place, where it is from now on. */
        void moved(MemorySegment memory, long from, long to);
    }

    private static final int LONGS = 2;
    /** The most that a piece has for entries to come, in bytes. */
    private static final long PIECE_MAX = 64 << 10;

    private final Pool pool;
    private final Storage storage;
    private final EntryLayout layout;
    /** Where all bytes of entries are counted. */
    private StringTable.Counts counts;
    /** Of each piece, where it begins and where its entries end; of the last one, {@code tail} is the end. */
    private long[] pieces = new long[4 * LONGS];
    private int pieceCount;
    private long tail;
    private long tailEnd;
    private long used;
    private long dead;

    Log(Pool pool, EntryLayout layout, StringTable.Counts counts) {
        this.pool = pool;
        this.layout = layout;
        this.counts = counts;
        storage = pool.storage();
    }

    /** Has its bytes counted elsewhere from now on; those that it has must be counted there already. */
    void countIn(StringTable.Counts others) {
        counts = others;
    }

    /** Bytes in entries, the dead ones included. */
    long bytesUsed() {
        return used;
    }

    long bytesDead() {
        return dead;
    }

    int pieces() {
        return pieceCount;
    }

    /** Where a piece begins. */
    long begin(int piece) {
        return pieces[piece * LONGS];
    }

    /** Where a piece's entries end. */
    long end(int piece) {
        return piece == pieceCount - 1 ? tail : pieces[piece * LONGS + 1];
    }

    /** Where the next entry is to be written, once there is room. */
    long tail() {
        return tail;
    }

    boolean hasRoom(long bytes) {
        return tailEnd - tail >= bytes;
    }

    /**
     * Begins another piece, for an entry of that many bytes, and for as many as it as are worth it, leaving a chunk of
     * the pool free or not. Once it has its chunks there is no call: none is lost.
     */
    void openPiece(long bytes, boolean leavingOne) {
        if (pieceCount * LONGS == pieces.length) {
            pieces = Arrays.copyOf(pieces, Math.multiplyExact(2, pieces.length));
        }
        cutTail();
        int run = pool.chunksFor(Math.max(bytes, Math.min(Math.min(8 * bytes, used / 8), PIECE_MAX)));
        long size = (long) run * pool.chunkSize();
        int at = pieceCount * LONGS;
        long end = tail;
        long piece = leavingOne ? pool.allocateButOne(run) : pool.allocate(run);
        pieces[at] = piece;
        if (at > 0) {
            pieces[at - 1] = end;
        }
        tail = piece;
        tailEnd = piece + size;
        pieceCount++;
    }

    /** Gives the last piece's chunks back that have no entry; all of them, and the piece is gone. */
    private void cutTail() {
        if (pieceCount == 0) {
            return;
        }
        int last = pieceCount - 1;
        long begin = begin(last);
        long end = begin + (long) pool.chunksFor(tail - begin) * pool.chunkSize();
        int run = (int) ((tailEnd - end) / pool.chunkSize());
        if (tail == begin) {
            pieceCount = last;
            tail = last == 0 ? 0 : pieces[last * LONGS - 1];
            tailEnd = tail; // what there may be behind it is not worth a look
        } else {
            tailEnd = end;
        }
        pool.free(end, run);
    }

    /** Takes what was written at the tail as an entry, and returns where that is. */
    long append(long size) {
        long entry = tail;
        counts.bytes += size;
        used += size;
        tail += size;
        return entry;
    }

    /** Marks an entry dead. */
    void kill(MemorySegment memory, long entry) {
        long size = layout.size(memory, entry);
        layout.kill(memory, entry);
        dead += size;
    }

    /** Reads from all entries in the order of memory, which a processor fetches ahead. */
    long touch(MemorySegment memory) {
        long sum = 0;
        for (int piece = 0; piece < pieceCount; piece++) {
            long end = end(piece);
            for (long at = begin(piece); at < end; at += Buckets.BUCKET_SIZE) {
                sum += memory.get(ValueLayout.JAVA_BYTE, at);
            }
        }
        return sum;
    }

    /**
     * Moves the live entries of those pieces together of which more than one part in {@code share} is dead (0: of all
     * with dead ones), and gives the chunks back that become free. It needs no memory.
     */
    void compact(int share, Owner owner) {
        int first = 0;
        for (int piece = 0; piece < pieceCount - 1; piece++) {
            if (!isWorthIt(piece, share)) {
                swap(piece, first++);
            }
        }
        if (dead > 0) {
            slide(first, owner);
        }
    }

    private boolean isWorthIt(int piece, int share) {
        long bytesDead = deadIn(piece);
        return bytesDead > 0 && (share == 0 || bytesDead > (end(piece) - begin(piece)) / share);
    }

    private long deadIn(int piece) {
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        long bytes = 0;
        long end = end(piece);
        long size;
        for (long entry = begin(piece); entry < end; entry += size) {
            size = layout.size(memory, entry);
            bytes += layout.isDead(memory, entry) ? size : 0;
        }
        Reference.reachabilityFence(block);
        return bytes;
    }

    private void swap(int piece, int other) {
        for (int i = 0; i < LONGS; i++) {
            long one = pieces[piece * LONGS + i];
            pieces[piece * LONGS + i] = pieces[other * LONGS + i];
            pieces[other * LONGS + i] = one;
        }
    }

    /** Moves the live entries of the pieces from one on to the front of these, in the order that they have. */
    private void slide(int first, Owner owner) {
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        int target = first;
        long to = begin(target);
        long limit = to + capacity(target);
        long dropped = 0;
        for (int piece = first; piece < pieceCount; piece++) {
            long end = end(piece);
            long size;
            for (long entry = begin(piece); entry < end; entry += size) {
                size = layout.size(memory, entry);
                if (layout.isDead(memory, entry)) {
                    dropped += size;
                    continue;
                }
                while (target < piece && limit - to < size) {
                    fill(target, to);
                    target++;
                    to = begin(target);
                    limit = to + capacity(target);
                }
                if (to != entry) {
                    EntryLayout.copy(memory, entry, memory, to, size);
                    owner.moved(memory, entry, to);
                    counts.moves++;
                }
                to += size;
            }
        }
        Reference.reachabilityFence(block);
        for (int piece = target + 1; piece < pieceCount; piece++) {
            pool.free(begin(piece), runOf(piece));
        }
        pieceCount = target + 1;
        tail = to;
        tailEnd = limit;
        used -= dropped;
        dead -= dropped;
        counts.bytes -= dropped;
        removeEmpty(first);
    }

    /** Sets where the entries of a piece end, which is not the last one, and gives the chunks behind that back. */
    private void fill(int piece, long end) {
        int run = runOf(piece);
        pieces[piece * LONGS + 1] = end;
        pool.free(begin(piece) + capacity(piece), run - runOf(piece));
    }

    /** Removes the pieces from one on into which nothing fitted, but for the last one. They have no chunks. */
    private void removeEmpty(int first) {
        int kept = first;
        for (int piece = first; piece < pieceCount; piece++) {
            if (piece == pieceCount - 1 || begin(piece) < end(piece)) {
                swap(piece, kept++);
            }
        }
        pieceCount = kept;
    }

    /** Moves pieces to lower chunks of the pool that are free. */
    void moveDown(Owner owner) {
        for (int piece = 0; piece < pieceCount; piece++) {
            long from = begin(piece);
            int run = runOf(piece);
            long to = pool.allocateBelow(from, run);
            if (to >= 0) {
                move(piece, from, to, owner);
                pool.free(from, run);
            }
        }
    }

    private void move(int piece, long from, long to, Owner owner) {
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        long end = end(piece);
        MemorySegment.copy(memory, from, memory, to, end - from);
        for (long entry = from; entry < end; entry += layout.size(memory, entry)) {
            if (!layout.isDead(memory, entry)) {
                owner.moved(memory, entry, entry - from + to);
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

    /** Gives all chunks back. */
    void free() {
        for (int piece = 0; piece < pieceCount; piece++) {
            pool.free(begin(piece), runOf(piece));
        }
        pieceCount = 0;
    }

    /** How many of the pool's chunks it has. */
    long chunks() {
        long chunks = 0;
        for (int piece = 0; piece < pieceCount; piece++) {
            chunks += runOf(piece);
        }
        return chunks;
    }

    /** Throws {@link IllegalStateException} unless it knows how many bytes its entries have. */
    void check(long bytes, long bytesDead) {
        require(bytes == used, "the log knows how many bytes the entries have");
        require(bytesDead == dead, "the log knows how many bytes are dead");
        require(pieceCount == 0 || tail <= tailEnd, "new entries go behind the last one");
        for (int piece = 0; piece < pieceCount - 1; piece++) {
            require(begin(piece) < end(piece), "a piece has entries, but for the last one");
        }
    }

    /** Throws {@link IllegalStateException} unless an invariant holds. */
    static void require(boolean holds, String invariant) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + invariant);
        }
    }

    private long capacity(int piece) {
        return (long) runOf(piece) * pool.chunkSize();
    }

    private int runOf(int piece) {
        return pool.chunksFor((piece == pieceCount - 1 ? tailEnd : end(piece)) - begin(piece));
    }
}
