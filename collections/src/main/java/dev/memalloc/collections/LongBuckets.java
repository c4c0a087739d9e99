package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The layout of buckets of pairs of longs: the only class that reads or writes their bytes.
 *
 * <pre>
 *  bucket  +-----+-------+-----+-------+-----+-------+-----+-------+
 *  64      | key | value | key | value | key | value | key | value |     8 bytes each; a cache line
 *  bytes   +-----+-------+-----+-------+-----+-------+-----+-------+
 *          0     8       16            32            48            64
 *
 *  hash of a key   63                32 31                  0
 *                  +-------------------+--------------------+
 *                  | first bucket      | second bucket      |     both scaled to the number of buckets
 *                  +-------------------+--------------------+
 * </pre>
 *
 * <p>A key is in one of its two buckets, so that a search reads one or two cache lines, whether it finds the key or
 * not; the four slots let nine tenths of all slots be used (Pagh and Rodler, "Cuckoo hashing", 2001; with buckets of
 * four: Dietzfelbinger and Weidling, "Balanced allocation and dictionaries with tightly packed constant size bins",
 * 2007). A slot is free if its key is a certain long, which whoever has the buckets chooses, as one that is not a key
 * there. All methods are given the memory, which bucket of it is meant, and which of its slots.
 */
final class LongBuckets {
    static final int BUCKET_SIZE = 64;
    static final int SLOTS = 4;
    static final int PAIR_SIZE = 2 * Long.BYTES;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final long LOW_WORD = 0xFFFF_FFFFL;

    private LongBuckets() {
    }

    /** Of so many buckets, the one where a key of that hash should be. */
    static int first(long hash, int count) {
        return (int) ((hash >>> Integer.SIZE) * count >>> Integer.SIZE);
    }

    /** The one where it may be as well: another one than the first, unless there is no other. */
    static int second(long hash, int count) {
        int bucket = (int) ((hash & LOW_WORD) * count >>> Integer.SIZE);
        if (bucket != first(hash, count)) {
            return bucket;
        }
        return bucket + 1 < count ? bucket + 1 : 0;
    }

    /** The first slot of a bucket that has this key; -1 if there is none. With the key of free slots, a free one. */
    static int find(MemorySegment memory, int bucket, long key) {
        long at = (long) bucket * BUCKET_SIZE;
        if (memory.get(LONG, at) == key) {
            return 0;
        }
        if (memory.get(LONG, at + PAIR_SIZE) == key) {
            return 1;
        }
        if (memory.get(LONG, at + 2 * PAIR_SIZE) == key) {
            return 2;
        }
        return memory.get(LONG, at + 3 * PAIR_SIZE) == key ? 3 : -1;
    }

    static long key(MemorySegment memory, int bucket, int slot) {
        return memory.get(LONG, keyAt(bucket, slot));
    }

    static void setKey(MemorySegment memory, int bucket, int slot, long key) {
        memory.set(LONG, keyAt(bucket, slot), key);
    }

    static long value(MemorySegment memory, int bucket, int slot) {
        return memory.get(LONG, keyAt(bucket, slot) + Long.BYTES);
    }

    static void setValue(MemorySegment memory, int bucket, int slot, long value) {
        memory.set(LONG, keyAt(bucket, slot) + Long.BYTES, value);
    }

    /** Makes all slots of so many buckets free. */
    static void clear(MemorySegment memory, int bucket, int count, long free) {
        memory.asSlice((long) bucket * BUCKET_SIZE, (long) count * BUCKET_SIZE).fill((byte) 0);
        for (int slot = 0; slot < count * SLOTS && free != 0; slot++) {
            setKey(memory, bucket, slot, free);
        }
    }

    /** Copies so many buckets. */
    static void copy(MemorySegment memory, int from, int to, int count) {
        MemorySegment.copy(memory, (long) from * BUCKET_SIZE, memory, (long) to * BUCKET_SIZE,
            (long) count * BUCKET_SIZE);
    }

    private static long keyAt(int bucket, int slot) {
        return (long) bucket * BUCKET_SIZE + (long) slot * PAIR_SIZE;
    }
}
