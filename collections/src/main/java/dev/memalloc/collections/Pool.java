package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.util.BitSet;

/**
 * One storage, cut into chunks of equal size that are handed out in runs, the lowest ones first.
 *
 * <pre>
 *  storage  +--------+--------+--------+-- - - --+--------+----------+
 *           | run of 1 chunk  | run of 3 chunks  | free   | padding  |
 *           +--------+--------+--------+-- - - --+--------+----------+
 *           0        chunkSize                            16 bytes that may be read, behind the last chunk
 * </pre>
 *
 * <p>So a map of any size has a few blocks of the heap only; a large one is a mapping, which is enlarged without
 * copying and has huge pages. What a chunk is used for is not known here. Not thread-safe, but for {@link #block}.
 */
final class Pool {
    /** Below this many bytes it grows by an eighth, which has to be copied; above, by a 32nd, which has not. */
    private static final long COPIED_MAX = 256 << 10;

    /** The last huge page is completed for less than a 16th more: else it is made of small ones later, in 1 to 9 ms. */
    private static final long HUGE_PAGE = 2 << 20;

    /** References have 4 bytes, unsigned. */
    private static final long REACH_MAX = 0xFFFF_FFFFL;

    /** So few free chunks are kept; with fewer chunks in all, none is. */
    private static final int CHUNKS_FEW = 16;

    private final Storage storage;
    private final int chunkSize;
    private final BitSet used = new BitSet();
    private int chunks;
    private int chunksUsed;
    /** No chunk below is free. */
    private int lowestFree;

    Pool(Heap heap, int chunkSize, boolean shared) {
        storage = new Storage(heap, shared);
        this.chunkSize = chunkSize;
    }

    /** The memory of all chunks, to be kept reachable while it is used. */
    Block block() {
        return storage.block();
    }

    Storage storage() {
        return storage;
    }

    int chunkSize() {
        return chunkSize;
    }

    /** Bytes taken from the heap. */
    long sizeInBytes() {
        return chunks == 0 ? 0 : storage.size();
    }

    /** Bytes in chunks that were handed out. */
    long bytesUsed() {
        return (long) chunksUsed * chunkSize;
    }

    /** How many chunks that many bytes take. */
    int chunksFor(long bytes) {
        return Math.toIntExact((bytes + chunkSize - 1) / chunkSize);
    }

    /** The same as {@link #allocate}, with a chunk left that is free, for when nothing else is. */
    long allocateButOne(int run) {
        if (chunks - chunksUsed <= run && chunks >= CHUNKS_FEW) {
            grow(run + 1);
        }
        return allocate(run);
    }

    /** The offset of a run of that many chunks, whose contents are unspecified. */
    long allocate(int run) {
        int first = find(run);
        if (first < 0) {
            grow(run);
            first = find(run);
        }
        if ((long) first * chunkSize > REACH_MAX) {
            throw new OutOfMemoryError("a part of the map has no room left within the " + REACH_MAX
                + " bytes that its references reach");
        }
        used.set(first, first + run);
        chunksUsed += run;
        if (first == lowestFree) {
            lowestFree = first + run;
        }
        return (long) first * chunkSize;
    }

    /** The same, below an offset; -1 if there is none, which is no failure: it never grows. */
    long allocateBelow(long offset, int run) {
        int first = find(run);
        return first < 0 || (long) first * chunkSize >= offset ? -1 : allocate(run);
    }

    /** Takes a run back, or a part of one. */
    void free(long offset, int run) {
        int first = (int) (offset / chunkSize);
        used.clear(first, first + run);
        chunksUsed -= run;
        lowestFree = Math.min(lowestFree, first);
    }

    /** Whether an eighth of what is used, and more, is free. */
    boolean isSparse() {
        return chunks - chunksUsed > chunksUsed / 8 + CHUNKS_FEW;
    }

    /** Gives free chunks at the end back to the heap, if they are many. */
    void trim() {
        long kept = (long) used.length() * chunkSize;
        if (chunks > 0 && kept + kept / 4 < (long) chunks * chunkSize) {
            resize(kept);
        }
    }

    /** Gives all free chunks at the end back to the heap. */
    void trimToSize() {
        if (used.length() < chunks) {
            resize((long) used.length() * chunkSize);
        }
    }

    void free() {
        storage.free();
        used.clear();
        chunks = 0;
        chunksUsed = 0;
        lowestFree = 0;
    }

    /** Throws {@link IllegalStateException} unless just so many chunks are in use, each of which is in the storage. */
    void check(long expected) {
        if (used.cardinality() != chunksUsed || chunksUsed != expected || used.length() > chunks
                || lowestFree > used.nextClearBit(0)) {
            throw new IllegalStateException("broken invariant: the pool knows which chunks are in use: "
                + used.cardinality() + ", " + chunksUsed + " counted, " + expected + " known to shards");
        }
    }

    private void resize(long bytes) {
        chunks = (int) (bytes / chunkSize); // should the stack end: none that may be gone
        try {
            storage.resize(bytes == 0 ? 0 : bytes + Text.PADDING);
        } catch (OutOfMemoryError e) {
            // then it stays as large as it is
        }
        chunks = chunksIn(storage.size());
    }

    private int find(int run) {
        int from = used.nextClearBit(lowestFree);
        lowestFree = from;
        while (from + run <= chunks) {
            int to = used.nextSetBit(from);
            if (to < 0 || to - from >= run) {
                return from;
            }
            from = used.nextClearBit(to);
        }
        return -1;
    }

    private void grow(int run) {
        long size = (long) chunks * chunkSize;
        long needed = (long) (used.length() + run) * chunkSize + Text.PADDING;
        long wanted = Math.max(size + (size < COPIED_MAX ? size / 8 : size / 32) + Text.PADDING, needed);
        long hugePages = wanted + HUGE_PAGE - 1 & -HUGE_PAGE;
        boolean nearly = hugePages - wanted < wanted / 16;
        storage.grow(nearly ? hugePages : wanted, needed);
        chunks = chunksIn(storage.size());
    }

    private int chunksIn(long bytes) {
        return bytes == 0 ? 0 : Math.toIntExact((bytes - Text.PADDING) / chunkSize);
    }
}
