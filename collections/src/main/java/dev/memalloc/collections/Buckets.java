package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ConcurrentModificationException;

/**
 * The layout of buckets, which are a hash table of references to entries: the only class that reads or writes a
 * bucket's bytes. All methods are given the memory, where in it the buckets begin, and how many there are.
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
 * before that count it. A search ends whatever it reads, even what another thread is writing.
 */
final class Buckets {
    static final int BUCKET_SIZE = 64;

    static final int SLOTS = 12;
    private static final int ALL_SLOTS = (1 << SLOTS) - 1;
    private static final long MORE_TAGS = 8;
    private static final long MORE_SLOTS = ALL_SLOTS >>> Long.BYTES;
    private static final long PASSED_OVER = 12;
    private static final long REFERENCES = 16;
    private static final char PASSED_OVER_MAX = Character.MAX_VALUE;

    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long LOW_BITS = 0x7F7F_7F7F_7F7F_7F7FL;
    private static final ValueLayout.OfInt REFERENCE =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfChar COUNT = ValueLayout.JAVA_CHAR_UNALIGNED;

    private Buckets() {
    }

    /** How many references so many buckets take before there should be more: then few keys pass over a full one. */
    static int filled(int count) {
        return count * 21 / 2;
    }

    /** Beyond that many there have to be more: too many keys would pass over full ones. */
    static int filledMax(int count) {
        return count * 23 / 2;
    }

    /** The slot of the reference to the entry with that key; -1 if there is none. */
    static long find(MemorySegment memory, long buckets, int count, long hash, Text key, EntryLayout layout) {
        long pattern = ONES * tag(hash);
        long home = home(buckets, count, hash);
        long bucket = home;
        do {
            long more = memory.get(Text.WORD, bucket + MORE_TAGS);
            int matches = slots(zeroBytes(memory.get(Text.WORD, bucket) ^ pattern), zeroBytes(more ^ pattern));
            for (; matches != 0; matches &= matches - 1) {
                long slot = slot(bucket, matches);
                if (layout.hasKey(memory, reference(memory, slot), key)) {
                    return slot;
                }
            }
            if ((more >>> 32 & PASSED_OVER_MAX) == 0) {
                return -1;
            }
            bucket = after(buckets, count, bucket);
        } while (bucket != home);
        return -1;
    }

    /** The slot of the reference to the entry with that hash whose value begins with that int; -1 if there is none. */
    static long findInt(MemorySegment memory, long buckets, int count, long hash, int first, EntryLayout layout) {
        int tag = tag(hash);
        long home = home(buckets, count, hash);
        long bucket = home;
        do {
            for (long slot = bucket + REFERENCES; slot < bucket + BUCKET_SIZE; slot += Integer.BYTES) {
                if ((tagAt(memory, slot) & 0xFF) == tag
                        && memory.get(Text.INT, layout.valueAt(memory, reference(memory, slot))) == first) {
                    return slot;
                }
            }
            if (memory.get(COUNT, bucket + PASSED_OVER) == 0) {
                return -1;
            }
            bucket = after(buckets, count, bucket);
        } while (bucket != home);
        return -1;
    }

    /** Reads from the first bucket of a search. */
    static long touch(MemorySegment memory, long buckets, int count, long hash) {
        return memory.get(Text.WORD, home(buckets, count, hash));
    }

    /** Reads from the first entry that a search compares, if it is in the first bucket. */
    static long touchEntry(MemorySegment memory, long buckets, int count, long hash) {
        long bucket = home(buckets, count, hash);
        long pattern = ONES * tag(hash);
        int matches = slots(zeroBytes(memory.get(Text.WORD, bucket) ^ pattern),
            zeroBytes(memory.get(Text.WORD, bucket + MORE_TAGS) ^ pattern));
        return matches == 0 ? 0 : memory.get(ValueLayout.JAVA_BYTE, reference(memory, slot(bucket, matches)));
    }

    /** Adds a reference, for which there must be a free slot. The last thing written is the tag. */
    static void insert(MemorySegment memory, long buckets, int count, long hash, long reference) {
        long home = home(buckets, count, hash);
        long slot = freeSlot(memory, buckets, count, home);
        for (long bucket = home; bucket != bucketOf(slot); bucket = after(buckets, count, bucket)) {
            char passed = memory.get(COUNT, bucket + PASSED_OVER);
            if (passed < PASSED_OVER_MAX) {
                memory.set(COUNT, bucket + PASSED_OVER, (char) (passed + 1));
            }
        }
        setReference(memory, slot, reference);
        setTag(memory, slot, tag(hash));
    }

    /** Takes the key out of a slot, which {@link #uncount} completes. */
    static void vacate(MemorySegment memory, long slot) {
        setTag(memory, slot, 0);
    }

    /** Takes back that the key of that hash, on its way to that slot, passed over buckets. */
    static void uncount(MemorySegment memory, long buckets, int count, long hash, long slot) {
        long home = home(buckets, count, hash);
        for (long bucket = home; bucket != bucketOf(slot);) {
            char passed = memory.get(COUNT, bucket + PASSED_OVER);
            if (passed < PASSED_OVER_MAX) {
                memory.set(COUNT, bucket + PASSED_OVER, (char) (passed - 1));
            }
            bucket = after(buckets, count, bucket);
            requireOther(bucket, home);
        }
    }

    /** The slot of a reference, to a key with that hash; -1 if there is none. */
    static long slotOf(MemorySegment memory, long buckets, int count, long hash, long reference) {
        long home = home(buckets, count, hash);
        long bucket = home;
        do {
            for (long slot = bucket + REFERENCES; slot < bucket + BUCKET_SIZE; slot += Integer.BYTES) {
                if (reference(memory, slot) == reference && tagAt(memory, slot) != 0) {
                    return slot;
                }
            }
            if (memory.get(COUNT, bucket + PASSED_OVER) == 0) {
                return -1;
            }
            bucket = after(buckets, count, bucket);
        } while (bucket != home);
        return -1;
    }

    static long reference(MemorySegment memory, long slot) {
        return memory.get(REFERENCE, slot) & 0xFFFF_FFFFL;
    }

    static void setReference(MemorySegment memory, long slot, long reference) {
        memory.set(REFERENCE, slot, (int) reference);
    }

    /** The first slot behind {@code slot} that has a reference; -1 if there is none. To begin with, give it 0. */
    static long next(MemorySegment memory, long buckets, int count, long slot) {
        long end = buckets + (long) count * BUCKET_SIZE;
        long bucket = slot == 0 ? buckets : bucketOf(slot);
        int index = slot == 0 ? 0 : index(slot) + 1;
        for (; bucket < end; bucket += BUCKET_SIZE) {
            int taken = taken(memory, bucket) >>> index << index;
            if (taken != 0) {
                return slot(bucket, taken);
            }
            index = 0;
        }
        return -1;
    }

    /** The slots with references behind one, in its bucket: bit i is the one that is i + 1 behind. */
    static int neighbours(MemorySegment memory, long slot) {
        return taken(memory, bucketOf(slot)) >>> index(slot) + 1;
    }

    /** By how many a bucket counts more keys that pass over it than there are; 0 if it has stopped to count. */
    static long countedTooMany(MemorySegment memory, long buckets, int bucket, long times) {
        char counted = memory.get(COUNT, buckets + (long) bucket * BUCKET_SIZE + PASSED_OVER);
        return counted == PASSED_OVER_MAX ? 0 : counted - times;
    }

    /** The buckets that a key passes over from its own to the one of its slot, to be counted by number. */
    static void countPassedOver(long buckets, int count, long hash, long slot, long[] counts) {
        for (long bucket = home(buckets, count, hash); bucket != bucketOf(slot);
                bucket = after(buckets, count, bucket)) {
            counts[(int) ((bucket - buckets) / BUCKET_SIZE)]++;
        }
    }

    /** A bit for each of a bucket's slots: whether it has a reference. */
    private static int taken(MemorySegment memory, long bucket) {
        return slots(~zeroBytes(memory.get(Text.WORD, bucket)) & ~LOW_BITS,
            ~zeroBytes(memory.get(Text.WORD, bucket + MORE_TAGS)) & ~LOW_BITS);
    }

    /** The high bits of the bytes with tags as a bit for each slot. */
    private static int slots(long first, long more) {
        return (int) (bits(first) | (bits(more) & MORE_SLOTS) << Long.BYTES);
    }

    /** The high bits of 8 bytes as 8 bits. */
    private static long bits(long highBits) {
        return (highBits >>> 7) * 0x0102_0408_1020_4080L >>> 56;
    }

    private static long freeSlot(MemorySegment memory, long buckets, int count, long home) {
        long bucket = home;
        do {
            int free = ~taken(memory, bucket) & ALL_SLOTS;
            if (free != 0) {
                return slot(bucket, free);
            }
            bucket = after(buckets, count, bucket);
        } while (bucket != home);
        throw new ConcurrentModificationException("the map was changed by two threads at once");
    }

    /** A way through the buckets ends before it is back where it began. */
    private static void requireOther(long bucket, long home) {
        if (bucket == home) {
            throw new ConcurrentModificationException("the map was changed by two threads at once");
        }
    }

    private static int tag(long hash) {
        return Math.max(1, (int) (hash >>> 24) & 0xFF);
    }

    private static long home(long buckets, int count, long hash) {
        return buckets + ((hash >>> 32) * count >>> 32) * BUCKET_SIZE;
    }

    private static long after(long buckets, int count, long bucket) {
        long next = bucket + BUCKET_SIZE;
        return next < buckets + (long) count * BUCKET_SIZE ? next : buckets;
    }

    private static long bucketOf(long slot) {
        return slot & -BUCKET_SIZE;
    }

    /** The first of the slots whose bits are set. */
    private static long slot(long bucket, int slots) {
        return bucket + REFERENCES + (long) Integer.numberOfTrailingZeros(slots) * Integer.BYTES;
    }

    /** Which of its bucket's slots that is. */
    private static int index(long slot) {
        return (int) ((slot & BUCKET_SIZE - 1) - REFERENCES) / Integer.BYTES;
    }

    private static long tagAtOffset(long slot) {
        return bucketOf(slot) + index(slot);
    }

    private static byte tagAt(MemorySegment memory, long slot) {
        return memory.get(ValueLayout.JAVA_BYTE, tagAtOffset(slot));
    }

    private static void setTag(MemorySegment memory, long slot, int tag) {
        memory.set(ValueLayout.JAVA_BYTE, tagAtOffset(slot), (byte) tag);
    }

    /** The high bit of each byte that is 0. */
    private static long zeroBytes(long word) {
        return ~((word & LOW_BITS) + LOW_BITS | word | LOW_BITS);
    }
}
