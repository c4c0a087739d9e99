package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ConcurrentModificationException;

/**
 * The layout of entries: the only class that reads or writes an entry's bytes. All methods are given the memory, and
 * where in it the entry begins.
 *
 * <pre>
 *  entry   +----------+------------+----------------+------------------+
 *          | key head | value head | key's bytes    | value's bytes    |    values are texts
 *          +----------+------------+----------------+------------------+
 *          | key head | key's bytes    | value's bytes    |                 values are numbers, of 4 or 8 bytes
 *          +----------+----------------+------------------+
 *
 *  key head    length in bytes &lt;&lt; 2 | wide &lt;&lt; 1 | dead        } 7 bits a byte, the low ones first;
 *  value head  length in bytes &lt;&lt; 1 | wide                    } the last byte has its high bit clear
 * </pre>
 *
 * <p>So an entry of an ASCII key of 12 and a value of 16 has 30 bytes. What another thread is writing at the moment may
 * be read as an entry of any length: then a method returns anything, or throws {@link IndexOutOfBoundsException} or
 * {@link ConcurrentModificationException}.
 */
final class EntryLayout {
    /** Values are texts. */
    static final int TEXT = 0;

    private static final int DEAD = 1;
    private static final int COPIED_MAX = 96;
    /** Heads of a text of 2<sup>31</sup> bytes have no more. */
    private static final int HEAD_BITS_MAX = 35;

    /** How many bytes each value has; 0 if that is in its head. */
    private final int valueSize;

    EntryLayout(int valueSize) {
        this.valueSize = valueSize;
    }

    /** How many bytes an entry takes. */
    long sizeOf(Text key, Text value) {
        int heads = headSize(keyHead(key)) + (valueSize == TEXT ? headSize(valueHead(value)) : 0);
        return heads + (long) key.length() + value.length();
    }

    /** Writes an entry, and returns where it ends. */
    long write(MemorySegment memory, long at, Text key, Text value) {
        long end = putHead(memory, at, keyHead(key));
        if (valueSize == TEXT) {
            end = putHead(memory, end, valueHead(value));
        }
        key.copyTo(memory, end);
        end += key.length();
        value.copyTo(memory, end);
        return end + value.length();
    }

    /** Writes a value over that of an entry, if it has the same head; returns whether it did. */
    boolean overwrite(MemorySegment memory, long entry, Text value) {
        long keyHead = head(memory, entry);
        long at = entry + headSize(keyHead);
        if (valueSize == TEXT) {
            long valueHead = head(memory, at);
            if (valueHead != valueHead(value)) {
                return false;
            }
            at += headSize(valueHead);
        }
        value.copyTo(memory, at + (keyHead >>> 2));
        return true;
    }

    /** Copies an entry of that many bytes, downwards if it overlaps. Most are so short that a loop is quicker. */
    static void copy(MemorySegment from, long entry, MemorySegment to, long at, long size) {
        if (size < Long.BYTES || size > COPIED_MAX) {
            MemorySegment.copy(from, entry, to, at, size);
            return;
        }
        int last = (int) size - Long.BYTES;
        long lastWord = from.get(Text.WORD, entry + last);
        for (int i = 0; i < last; i += Long.BYTES) {
            to.set(Text.WORD, at + i, from.get(Text.WORD, entry + i));
        }
        to.set(Text.WORD, at + last, lastWord);
    }

    /** Marks an entry dead. */
    void kill(MemorySegment memory, long entry) {
        memory.set(ValueLayout.JAVA_BYTE, entry, (byte) (memory.get(ValueLayout.JAVA_BYTE, entry) | DEAD));
    }

    boolean isDead(MemorySegment memory, long entry) {
        return (memory.get(ValueLayout.JAVA_BYTE, entry) & DEAD) != 0;
    }

    /** How many bytes an entry has; the next one starts behind them. */
    long size(MemorySegment memory, long entry) {
        long keyHead = head(memory, entry);
        long size = headSize(keyHead) + (keyHead >>> 2);
        if (valueSize != TEXT) {
            return size + valueSize;
        }
        long valueHead = head(memory, entry + headSize(keyHead));
        return size + headSize(valueHead) + (valueHead >>> 1);
    }

    boolean hasKey(MemorySegment memory, long entry, Text key) {
        byte first = memory.get(ValueLayout.JAVA_BYTE, entry);
        long keyHead = keyHead(key);
        if (first >= 0 ? first != keyHead : longHead(memory, entry) != keyHead) {
            return false;
        }
        return key.equalsBytes(memory, keyAt(memory, entry, keyHead));
    }

    boolean hasValue(MemorySegment memory, long entry, Text value) {
        long at = valueAt(memory, entry);
        return (valueSize != TEXT || valueHead(memory, entry) == valueHead(value)) && value.equalsBytes(memory, at);
    }

    /** The hash of an entry's key; takes no memory on the Java heap, however long the key is. */
    long hashOfKey(MemorySegment memory, long entry, StringHash hash) {
        long keyHead = head(memory, entry);
        return hash.of(memory, keyAt(memory, entry, keyHead), length(memory, keyHead >>> 2), (keyHead & 2) != 0);
    }

    void readKey(MemorySegment memory, long entry, Text to) {
        long keyHead = head(memory, entry);
        to.set(memory, keyAt(memory, entry, keyHead), length(memory, keyHead >>> 2), (keyHead & 2) != 0);
    }

    /** The same, if it has at most so many bytes; returns how many it has. */
    long readKey(MemorySegment memory, long entry, Text to, long lengthMax) {
        long keyHead = head(memory, entry);
        long length = keyHead >>> 2;
        if (length <= lengthMax) {
            to.set(memory, keyAt(memory, entry, keyHead), length(memory, length), (keyHead & 2) != 0);
        }
        return length;
    }

    /** Reads a value if it has at most so many bytes; returns how many it has. */
    long readValue(MemorySegment memory, long entry, Text to, long lengthMax) {
        long keyHead = head(memory, entry);
        long at = entry + headSize(keyHead);
        long head = head(memory, at);
        long length = head >>> 1;
        if (length <= lengthMax) {
            to.set(memory, at + headSize(head) + (keyHead >>> 2), length(memory, length), (head & 1) != 0);
        }
        return length;
    }

    void readValue(MemorySegment memory, long entry, Text to) {
        long head = valueHead(memory, entry);
        to.set(memory, valueAt(memory, entry), length(memory, head >>> 1), (head & 1) != 0);
    }

    /** Reads the key and the value behind it as one text, and returns the key's length; -1 if that cannot be. */
    int readBoth(MemorySegment memory, long entry, Text to) {
        long keyHead = head(memory, entry);
        long at = entry + headSize(keyHead);
        long valueHead = head(memory, at);
        if ((keyHead & 2 | valueHead & 1) != 0) {
            return -1;
        }
        long both = (keyHead >>> 2) + (valueHead >>> 1);
        if (both > Integer.MAX_VALUE - 2 * Text.PADDING) {
            return -1;
        }
        to.set(memory, at + headSize(valueHead), length(memory, both), false);
        return (int) (keyHead >>> 2);
    }

    /** Where an entry's value begins. */
    long valueAt(MemorySegment memory, long entry) {
        long keyHead = head(memory, entry);
        return keyAt(memory, entry, keyHead) + (keyHead >>> 2);
    }

    /** A key's length in bytes, times two, and one more if it is wide. */
    long keyLength(MemorySegment memory, long entry) {
        return head(memory, entry) >>> 1;
    }

    /** The same of a value. */
    long valueLength(MemorySegment memory, long entry) {
        return valueHead(memory, entry);
    }

    /** Where an entry's key begins. */
    long keyAt(MemorySegment memory, long entry) {
        return keyAt(memory, entry, head(memory, entry));
    }

    /** How many bytes an entry's value has. */
    long valueSize(MemorySegment memory, long entry) {
        return valueHead(memory, entry) >>> 1;
    }

    /** Whether an entry's value is wide. */
    boolean isValueWide(MemorySegment memory, long entry) {
        return (valueHead(memory, entry) & 1) != 0;
    }

    private long keyAt(MemorySegment memory, long entry, long keyHead) {
        long at = entry + headSize(keyHead);
        return valueSize == TEXT ? at + headSize(head(memory, at)) : at;
    }

    private long valueHead(MemorySegment memory, long entry) {
        return valueSize == TEXT ? head(memory, entry + headSize(head(memory, entry))) : (long) valueSize << 1;
    }

    private static long keyHead(Text key) {
        return (long) key.length() << 2 | (key.isWide() ? 2 : 0);
    }

    private static long valueHead(Text value) {
        return (long) value.length() << 1 | (value.isWide() ? 1 : 0);
    }

    private static int length(MemorySegment memory, long length) {
        if (length > memory.byteSize() || length > Integer.MAX_VALUE) {
            throw changed();
        }
        return (int) length;
    }

    private static int headSize(long head) {
        return head < 0x80 ? 1 : (Long.SIZE + 6 - Long.numberOfLeadingZeros(head)) / 7;
    }

    private static long head(MemorySegment memory, long at) {
        byte first = memory.get(ValueLayout.JAVA_BYTE, at);
        return first >= 0 ? first : longHead(memory, at);
    }

    private static long longHead(MemorySegment memory, long at) {
        long head = 0;
        for (int shift = 0; shift < HEAD_BITS_MAX; shift += 7) {
            byte next = memory.get(ValueLayout.JAVA_BYTE, at + shift / 7);
            head |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return head;
            }
        }
        throw changed();
    }

    private static ConcurrentModificationException changed() {
        return new ConcurrentModificationException("the map is being changed by another thread");
    }

    /** Returns where the head ends. */
    private static long putHead(MemorySegment memory, long at, long head) {
        long to = at;
        long rest = head;
        for (; rest >= 0x80; rest >>>= 7) {
            memory.set(ValueLayout.JAVA_BYTE, to++, (byte) (rest | 0x80));
        }
        memory.set(ValueLayout.JAVA_BYTE, to, (byte) rest);
        return to + 1;
    }
}
