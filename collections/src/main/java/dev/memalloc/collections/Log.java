package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Entries one behind the other in a block; the only class that reads or writes an entry's bytes.
 *
 * <pre>
 *  log     +---------+---------+---------+-- - - --+----------------------------+
 *          | entry   | dead    | entry   |         | free, 16 bytes at least    |
 *          +---------+---------+---------+-- - - --+----------------------------+
 *          0                                       used
 *
 *  entry   +----------+------------+----------------+------------------+
 *          | key head | value head | key's bytes    | value's bytes    |
 *          +----------+------------+----------------+------------------+
 *
 *  key head    length in bytes &lt;&lt; 2 | wide &lt;&lt; 1 | dead        } 7 bits a byte, the low ones first;
 *  value head  length in bytes &lt;&lt; 1 | wide                    } the last byte has its high bit clear
 * </pre>
 *
 * <p>An entry is named by where it starts. New ones are appended; removed ones are marked dead, stay until the log
 * is compacted, and can be stepped over. Invariant: the entries, live and dead, tile the bytes up to {@code used};
 * the dead ones have {@code dead} bytes. Not thread-safe.
 */
final class Log {
    private static final int DEAD = 1;

    private final Storage storage;
    /** Where the next entry will start, and the last one ends. The shard sets it, without a call: see there. */
    long used;
    /** Bytes in dead entries. The shard sets it as well. */
    long dead;

    Log(Heap heap) {
        storage = new Storage(heap);
    }

    /** Bytes taken from the heap. */
    long sizeInBytes() {
        return storage.size();
    }

    /** How many bytes an entry takes. */
    static long sizeOf(Text key, Text value) {
        return headSize(keyHead(key)) + headSize(valueHead(value)) + key.length() + value.length();
    }

    boolean hasRoom(long bytes) {
        return storage.size() - used - Text.PADDING >= bytes;
    }

    /** Makes room for {@code bytes} more: an eighth of what there is, if it can be, and what is asked for. */
    void grow(long bytes) {
        long size = storage.size();
        long more = Math.max(size / 8, Math.min(size, 256));
        long needed = used + bytes + Text.PADDING;
        storage.grow(Math.max(size + more, needed), needed);
    }

    /** Gives back what is free, but for an eighth. */
    void trim() {
        storage.resize(used + used / 8 + Text.PADDING);
    }

    /** Writes an entry behind the last one, for which there must be room, and returns where it would end. */
    long write(Text key, Text value) {
        MemorySegment bytes = storage.bytes();
        long end = putHead(bytes, used, keyHead(key));
        end = putHead(bytes, end, valueHead(value));
        key.copyLooselyTo(bytes, end);
        end += key.length();
        value.copyLooselyTo(bytes, end);
        return end + value.length();
    }

    /** Appends a copy of another log's entry, for which there must be room, and returns where it starts. */
    long append(Log other, long entry) {
        long at = used;
        long size = other.size(entry);
        MemorySegment.copy(other.storage.bytes(), entry, storage.bytes(), at, size);
        used += size;
        return at;
    }

    /** Writes a value over that of an entry, if it has the same head; returns whether it did. */
    boolean overwrite(long entry, Text value) {
        MemorySegment bytes = storage.bytes();
        long keyHead = head(bytes, entry);
        long valueHeadAt = entry + headSize(keyHead);
        long valueHead = head(bytes, valueHeadAt);
        if (valueHead != valueHead(value)) {
            return false;
        }
        value.copyTo(bytes, valueHeadAt + headSize(valueHead) + (keyHead >>> 2));
        return true;
    }

    /** Marks an entry dead, whose bytes are counted as dead already. */
    void kill(long entry) {
        MemorySegment bytes = storage.bytes();
        bytes.set(ValueLayout.JAVA_BYTE, entry, (byte) (bytes.get(ValueLayout.JAVA_BYTE, entry) | DEAD));
    }

    boolean isDead(long entry) {
        return (storage.bytes().get(ValueLayout.JAVA_BYTE, entry) & DEAD) != 0;
    }

    /** How many bytes an entry has; the next one starts behind them. */
    long size(long entry) {
        MemorySegment bytes = storage.bytes();
        long keyHead = head(bytes, entry);
        long valueHead = head(bytes, entry + headSize(keyHead));
        return headSize(keyHead) + headSize(valueHead) + (keyHead >>> 2) + (valueHead >>> 1);
    }

    boolean hasKey(long entry, Text key) {
        MemorySegment bytes = storage.bytes();
        long keyHead = head(bytes, entry);
        if (keyHead != keyHead(key)) {
            return false;
        }
        long valueHeadAt = entry + headSize(keyHead);
        return key.equalsBytes(bytes, valueHeadAt + headSize(head(bytes, valueHeadAt)));
    }

    boolean hasValue(long entry, Text value) {
        MemorySegment bytes = storage.bytes();
        long keyHead = head(bytes, entry);
        long valueHeadAt = entry + headSize(keyHead);
        long valueHead = head(bytes, valueHeadAt);
        return valueHead == valueHead(value)
            && value.equalsBytes(bytes, valueHeadAt + headSize(valueHead) + (keyHead >>> 2));
    }

    /** The hash of an entry's key; takes no memory on the Java heap, however long the key is. */
    long hashOfKey(long entry, StringHash hash) {
        MemorySegment bytes = storage.bytes();
        long keyHead = head(bytes, entry);
        long valueHeadAt = entry + headSize(keyHead);
        long keyAt = valueHeadAt + headSize(head(bytes, valueHeadAt));
        return hash.of(bytes, keyAt, (int) (keyHead >>> 2), (keyHead & 2) != 0);
    }

    void readKey(long entry, Text to) {
        MemorySegment bytes = storage.bytes();
        long keyHead = head(bytes, entry);
        long valueHeadAt = entry + headSize(keyHead);
        long keyAt = valueHeadAt + headSize(head(bytes, valueHeadAt));
        to.set(bytes, keyAt, (int) (keyHead >>> 2), (keyHead & 2) != 0);
    }

    void readValue(long entry, Text to) {
        MemorySegment bytes = storage.bytes();
        long keyHead = head(bytes, entry);
        long valueHeadAt = entry + headSize(keyHead);
        long valueHead = head(bytes, valueHeadAt);
        long valueAt = valueHeadAt + headSize(valueHead) + (keyHead >>> 2);
        to.set(bytes, valueAt, (int) (valueHead >>> 1), (valueHead & 1) != 0);
    }

    /** Moves an entry down to {@code to}, over dead ones: a step of compacting. */
    void move(long entry, long to, long size) {
        MemorySegment.copy(storage.bytes(), entry, storage.bytes(), to, size);
    }

    void free() {
        storage.free();
    }

    private static long keyHead(Text key) {
        return (long) key.length() << 2 | (key.isWide() ? 2 : 0);
    }

    private static long valueHead(Text value) {
        return (long) value.length() << 1 | (value.isWide() ? 1 : 0);
    }

    private static int headSize(long head) {
        return head < 0x80 ? 1 : (Long.SIZE + 6 - Long.numberOfLeadingZeros(head)) / 7;
    }

    private static long head(MemorySegment bytes, long at) {
        byte first = bytes.get(ValueLayout.JAVA_BYTE, at);
        return first >= 0 ? first : longHead(bytes, at);
    }

    private static long longHead(MemorySegment bytes, long at) {
        long head = 0;
        for (int shift = 0;; shift += 7) {
            byte next = bytes.get(ValueLayout.JAVA_BYTE, at++);
            head |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return head;
            }
        }
    }

    /** Returns where the head ends. */
    private static long putHead(MemorySegment bytes, long at, long head) {
        long to = at;
        long rest = head;
        for (; rest >= 0x80; rest >>>= 7) {
            bytes.set(ValueLayout.JAVA_BYTE, to++, (byte) (rest | 0x80));
        }
        bytes.set(ValueLayout.JAVA_BYTE, to, (byte) rest);
        return to + 1;
    }
}
