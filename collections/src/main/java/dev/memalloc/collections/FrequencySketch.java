package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * About how often each of many hashes was seen lately: up to 15 times, in half a byte a counter.
 *
 * <pre>
 *  block   +---------+---------+---------+---------+    one of them by the hash; in each row one of 32 counters,
 *  64      | row 0   | row 1   | row 2   | row 3   |    4 bits each: a hash has the lowest of its four, since
 *  bytes   +---------+---------+---------+---------+    others may have raised the rest
 *          0         16        32        48        64
 * </pre>
 *
 * <p>It is a count-min sketch (Cormode and Muthukrishnan, 2005) with the aging of TinyLFU (Einziger, Friedman, Manes,
 * "TinyLFU: A Highly Efficient Cache Admission Policy", ACM TOS 2017): once so many were counted, all counters are
 * halved. Rows in one cache line are Caffeine's. It has as many blocks as a power of two; when it grows, each block
 * becomes two that say the same. Not thread-safe.
 */
final class FrequencySketch {
    private static final int BLOCK_SIZE = 64;
    /** Entries that a block is enough for: 4 bytes each. */
    private static final int ENTRIES_A_BLOCK = 16;
    private static final int ROWS = 4;
    private static final int ROW_SIZE = BLOCK_SIZE / ROWS;
    private static final int COUNTER_MAX = 15;
    /** After so many times as there are entries, what was counted is halved. */
    private static final int PERIOD = 10;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;
    private static final long HALVES = 0x7777_7777_7777_7777L;

    private final Heap heap;
    private Storage storage;
    private int blocks;
    private long counted;

    FrequencySketch(Heap heap) {
        this.heap = heap;
        storage = new Storage(heap, true);
    }

    long sizeInBytes() {
        return (long) blocks * BLOCK_SIZE;
    }

    /** Sees to it that there is room for so many entries. Nothing has changed after an {@link OutOfMemoryError}. */
    void reserve(long entries) {
        if (entries <= (long) blocks * ENTRIES_A_BLOCK) {
            return;
        }
        int more = Math.max(1, 2 * blocks);
        Storage larger = new Storage(heap, true);
        larger.allocateZeroed((long) more * BLOCK_SIZE);
        Storage old = storage;
        if (blocks > 0) {
            long size = (long) blocks * BLOCK_SIZE;
            MemorySegment.copy(old.bytes(), 0, larger.bytes(), 0, size);
            MemorySegment.copy(old.bytes(), 0, larger.bytes(), size, size);
        }
        storage = larger;
        blocks = more;
        old.free();
    }

    /** Counts a hash. */
    void count(long hash) {
        if (blocks == 0) {
            return;
        }
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        long bits = hash * SPREAD;
        long at = blockAt(bits);
        boolean any = false;
        for (int row = 0; row < ROWS; row++, bits >>>= 5) {
            long word = wordAt(at, row, bits);
            int shift = shift(bits);
            long value = memory.get(Text.WORD, word);
            if ((value >>> shift & COUNTER_MAX) != COUNTER_MAX) {
                memory.set(Text.WORD, word, value + (1L << shift));
                any = true;
            }
        }
        if (any && ++counted >= (long) blocks * ENTRIES_A_BLOCK * PERIOD) {
            age(memory);
        }
        Reference.reachabilityFence(block);
    }

    /** About how often a hash was counted lately, up to 15. */
    int frequency(long hash) {
        if (blocks == 0) {
            return 0;
        }
        Block block = storage.block();
        MemorySegment memory = block.bytes();
        long bits = hash * SPREAD;
        long at = blockAt(bits);
        int least = COUNTER_MAX;
        for (int row = 0; row < ROWS; row++, bits >>>= 5) {
            long value = memory.get(Text.WORD, wordAt(at, row, bits));
            least = Math.min(least, (int) (value >>> shift(bits)) & COUNTER_MAX);
        }
        Reference.reachabilityFence(block);
        return least;
    }

    /** Gives all memory back. */
    void free() {
        storage.free();
        blocks = 0;
        counted = 0;
    }

    private void age(MemorySegment memory) {
        for (long at = 0; at < (long) blocks * BLOCK_SIZE; at += Long.BYTES) {
            memory.set(Text.WORD, at, memory.get(Text.WORD, at) >>> 1 & HALVES);
        }
        counted /= 2;
    }

    private long blockAt(long bits) {
        return (bits >>> 32 & blocks - 1) * BLOCK_SIZE;
    }

    /** The word in a row, by a bit; the next four bits name the counter in it. */
    private static long wordAt(long block, int row, long bits) {
        return block + row * ROW_SIZE + (bits & 1) * Long.BYTES;
    }

    private static int shift(long bits) {
        return (int) (bits >>> 1 & 15) * 4;
    }
}
