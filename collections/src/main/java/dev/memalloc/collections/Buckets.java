package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ConcurrentModificationException;

/**
 * A hash table of references into a log: the only class that reads or writes a bucket's bytes.
 *
 * <pre>
 *  bucket  +---------+---------+----------+--------+------------------------------------------+
 *  64      | tags of | tags of | passed   | unused | 12 slots: the references that the tags   |
 *  bytes   | 0 to 7  | 8 to 11 | over     |        | belong to, 4 bytes each, unsigned        |
 *          +---------+---------+----------+--------+------------------------------------------+
 *          0         8         12         14       16                                         64
 * </pre>
 *
 * <p>A tag is 8 bits of the key's hash, 1 to 255; 0 marks a free slot. A search starts at the bucket that the hash
 * names, compares 8 tags at once, and goes on to the next bucket only if keys that belonged here had to pass over
 * this one because it was full. That count is taken back when such a key is removed, so removed keys leave nothing
 * behind; one that reaches 65,535 stays there. A slot is named by the offset of its reference.
 *
 * <p>Buckets of one cache line, tags, and the count are those of F14 (Bronson and Shi, "Open-sourcing F14 for
 * faster, more memory-efficient hash tables", Facebook 2019). Finding a zero byte in a word is from Warren,
 * Hacker's Delight, 6-1. The number of buckets need not be a power of 2: the hash is scaled by a multiplication.
 *
 * <p>Invariant: each key is in the first bucket from its own on that had a free slot when it came, and the buckets
 * before that count it. Not thread-safe.
 */
final class Buckets {
    /** A table is enlarged beyond this many references a bucket, so that few keys pass over a full one. */
    static final int FILLED = 10;

    /** Beyond that many it has to be: they would pass over too many. */
    static final int FILLED_MAX = 11;

    private static final long BUCKET_SIZE = 64;
    private static final int SLOTS = 12;
    private static final long MORE_TAGS = 8;
    private static final long PASSED_OVER = 12;
    private static final long REFERENCES = 16;
    private static final char PASSED_OVER_MAX = Character.MAX_VALUE;

    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long LOW_BITS = 0x7F7F_7F7F_7F7F_7F7FL;
    private static final ValueLayout.OfInt REFERENCE =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfChar COUNT = ValueLayout.JAVA_CHAR_UNALIGNED;

    private final Storage storage;
    private long count;

    Buckets(Heap heap) {
        storage = new Storage(heap);
    }

    /** How many buckets that many references need. */
    static long countFor(long references) {
        return (references + FILLED - 1) / FILLED;
    }

    long count() {
        return count;
    }

    /** Bytes taken from the heap. */
    long sizeInBytes() {
        return storage.size();
    }

    /** Makes it that many buckets, all empty; there must be none yet. */
    void allocate(long buckets) {
        storage.allocateZeroed(buckets * BUCKET_SIZE);
        count = buckets;
    }

    /** The slot of the reference to the entry with that key; -1 if there is none. */
    long find(long hash, Text key, Log log) {
        MemorySegment bytes = storage.bytes();
        long pattern = ONES * tag(hash);
        long home = home(hash);
        long bucket = home;
        do {
            for (long part = 0; part <= MORE_TAGS; part += MORE_TAGS) {
                long matches = zeroBytes(tags(bytes, bucket, part) ^ pattern);
                for (; matches != 0; matches &= matches - 1) {
                    long slot = slot(bucket, part, matches);
                    if (slot < bucket + BUCKET_SIZE && log.hasKey(reference(slot), key)) {
                        return slot;
                    }
                }
            }
            if (bytes.get(COUNT, bucket + PASSED_OVER) == 0) {
                return -1;
            }
            bucket = after(bucket);
        } while (bucket != home);
        return -1;
    }

    /** Adds a reference, for which there must be a free slot. The last thing written is the tag. */
    void insert(long hash, long reference) {
        MemorySegment bytes = storage.bytes();
        long slot = freeSlot(bytes, hash);
        for (long bucket = home(hash); bucket != bucketOf(slot); bucket = after(bucket, hash)) {
            char passed = bytes.get(COUNT, bucket + PASSED_OVER);
            if (passed < PASSED_OVER_MAX) {
                bytes.set(COUNT, bucket + PASSED_OVER, (char) (passed + 1));
            }
        }
        setReference(slot, reference);
        setTag(bytes, slot, tag(hash));
    }

    /** Takes the key out of a slot, which {@link #uncount} completes. */
    void vacate(long slot) {
        setTag(storage.bytes(), slot, 0);
    }

    /** Takes back that the key of that hash, on its way to that slot, passed over buckets. */
    void uncount(long hash, long slot) {
        MemorySegment bytes = storage.bytes();
        for (long bucket = home(hash); bucket != bucketOf(slot); bucket = after(bucket, hash)) {
            char passed = bytes.get(COUNT, bucket + PASSED_OVER);
            if (passed < PASSED_OVER_MAX) {
                bytes.set(COUNT, bucket + PASSED_OVER, (char) (passed - 1));
            }
        }
    }

    /** The slot of a reference, to a key with that hash; -1 if there is none. */
    long slotOf(long hash, long reference) {
        MemorySegment bytes = storage.bytes();
        long home = home(hash);
        long bucket = home;
        do {
            for (long slot = bucket + REFERENCES; slot < bucket + BUCKET_SIZE; slot += Integer.BYTES) {
                if (reference(slot) == reference && tagAt(bytes, slot) != 0) {
                    return slot;
                }
            }
            if (bytes.get(COUNT, bucket + PASSED_OVER) == 0) {
                return -1;
            }
            bucket = after(bucket);
        } while (bucket != home);
        return -1;
    }

    long reference(long slot) {
        return storage.bytes().get(REFERENCE, slot) & 0xFFFF_FFFFL;
    }

    void setReference(long slot, long reference) {
        storage.bytes().set(REFERENCE, slot, (int) reference);
    }

    /** The first slot behind {@code slot} that has a reference; -1 if there is none. To begin with, give it 0. */
    long next(long slot) {
        MemorySegment bytes = storage.bytes();
        long end = count * BUCKET_SIZE;
        long next = slot;
        do {
            next += Integer.BYTES;
            if (next % BUCKET_SIZE == 0) {
                next += REFERENCES;
            } else if (next < REFERENCES) {
                next = REFERENCES;
            }
            if (next >= end) {
                return -1;
            }
        } while (tagAt(bytes, next) == 0);
        return next;
    }

    void free() {
        storage.free();
        count = 0;
    }

    /** By how many a bucket counts more keys that pass over it than there are; 0 if it has stopped to count. */
    long countedTooMany(long bucket, long times) {
        char counted = storage.bytes().get(COUNT, bucket * BUCKET_SIZE + PASSED_OVER);
        return counted == PASSED_OVER_MAX ? 0 : counted - times;
    }

    /** The buckets that a key passes over from its own to the one of its slot, to be counted by number. */
    void countPassedOver(long hash, long slot, long[] counts) {
        for (long bucket = home(hash); bucket != bucketOf(slot); bucket = after(bucket, hash)) {
            counts[(int) (bucket / BUCKET_SIZE)]++;
        }
    }

    private long freeSlot(MemorySegment bytes, long hash) {
        for (long bucket = home(hash);; bucket = after(bucket, hash)) {
            for (long part = 0; part <= MORE_TAGS; part += MORE_TAGS) {
                long free = zeroBytes(tags(bytes, bucket, part));
                if (free != 0) {
                    long slot = slot(bucket, part, free);
                    if (slot < bucket + BUCKET_SIZE) {
                        return slot;
                    }
                }
            }
        }
    }

    private static int tag(long hash) {
        return Math.max(1, (int) (hash >>> 24) & 0xFF);
    }

    private long home(long hash) {
        return ((hash >>> 32) * count >>> 32) * BUCKET_SIZE;
    }

    private long after(long bucket) {
        long next = bucket + BUCKET_SIZE;
        return next < count * BUCKET_SIZE ? next : 0;
    }

    /** The bucket after that, for a hash whose way ends before it is back at its own bucket. */
    private long after(long bucket, long hash) {
        long next = after(bucket);
        if (next == home(hash)) {
            throw new ConcurrentModificationException("the map was changed by two threads at once");
        }
        return next;
    }

    private static long bucketOf(long slot) {
        return slot & -BUCKET_SIZE;
    }

    /** 8 tags; of the second word, 4 tags and 4 bytes that are to be ignored. */
    private static long tags(MemorySegment bytes, long bucket, long part) {
        return bytes.get(Text.WORD, bucket + part);
    }

    /** The slot of the first marked tag; behind the bucket's end if that was none of the 12. */
    private static long slot(long bucket, long part, long marks) {
        long index = part + (Long.numberOfTrailingZeros(marks) >>> 3);
        return bucket + REFERENCES + index * Integer.BYTES;
    }

    private static long tagAtOffset(long slot) {
        return bucketOf(slot) + ((slot & BUCKET_SIZE - 1) - REFERENCES) / Integer.BYTES;
    }

    private static byte tagAt(MemorySegment bytes, long slot) {
        return bytes.get(ValueLayout.JAVA_BYTE, tagAtOffset(slot));
    }

    private static void setTag(MemorySegment bytes, long slot, int tag) {
        bytes.set(ValueLayout.JAVA_BYTE, tagAtOffset(slot), (byte) tag);
    }

    /** The high bit of each byte that is 0. */
    private static long zeroBytes(long word) {
        return ~((word & LOW_BITS) + LOW_BITS | word | LOW_BITS);
    }
}
