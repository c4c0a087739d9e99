package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A string as bytes, in a buffer on the Java heap that is used again and again.
 *
 * <pre>
 *  +--------------------------------------------------------------+--------
 *  | narrow: 1 byte a char, if all chars are below 256 (Latin-1)  | unused, 16 bytes at least
 *  | wide:   2 bytes a char, little-endian (UTF-16), otherwise    |
 *  +--------------------------------------------------------------+--------
 *  0                                                              length
 * </pre>
 *
 * <p>So each string has exactly one encoding, and every sequence of chars has one: unpaired surrogates are kept.
 */
final class Text {
    static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Bytes that may be read behind a text, here and in memory. */
    static final int PADDING = 16;

    private static final VarHandle WORDS =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle CHARS =
        MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    /** A buffer larger than this is not kept for smaller strings. */
    private static final int KEPT = 64 << 10;

    /** Up to this many bytes, a loop over words takes less time than calling the JVM's copying. */
    private static final int SHORT = 64;

    private byte[] bytes = new byte[64];
    /** Null until it is needed, and while it is in use. */
    private char[] chars;
    private int length;
    private boolean wide;

    /** How many bytes it has. */
    int length() {
        return length;
    }

    boolean isWide() {
        return wide;
    }

    /** Takes a string. */
    void set(String string) {
        int chars = string.length();
        wide = !isLatin1(string);
        if (wide) {
            begin(2L * chars);
            for (int i = 0; i < chars; i++) {
                CHARS.set(bytes, 2 * i, string.charAt(i));
            }
        } else {
            begin(chars);
            copyLatin1(string, bytes);
        }
    }

    /** Takes an int: 4 bytes. */
    void set(int value) {
        wide = false;
        begin(Integer.BYTES);
        INTS.set(bytes, 0, value);
    }

    /** Takes a long: 8 bytes. */
    void set(long value) {
        wide = false;
        begin(Long.BYTES);
        WORDS.set(bytes, 0, value);
    }

    /** Takes the chars of what need not be a string, whose methods may be anybody's. */
    void set(CharSequence sequence) {
        if (sequence instanceof String string) {
            set(string);
            return;
        }
        int size = sequence.length();
        char[] buffer = takeChars(size);
        for (int i = 0; i < size; i++) {
            buffer[i] = sequence.charAt(i);
        }
        set(buffer, size);
    }

    /**
     * Takes what a string made of UTF-8 would have, malformed bytes replaced as there.
     *
     * @param utf8 whose bytes are to be taken, all of them
     */
    void setUtf8(MemorySegment utf8) {
        wide = false;
        begin(utf8.byteSize());
        int size = length;
        int ascii = 0;
        for (; ascii < size; ascii++) {
            byte next = utf8.get(ValueLayout.JAVA_BYTE, ascii);
            if (next < 0) {
                break;
            }
            bytes[ascii] = next;
        }
        if (ascii == size) {
            return;
        }
        char[] buffer = takeChars(size);
        int count = Utf8.decode(utf8, buffer);
        if (count < 0) {
            set(new String(utf8.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8));
        } else {
            set(buffer, count);
        }
    }

    /** Others' code may run before they are given back, and might need some as well. */
    private char[] takeChars(int size) {
        char[] buffer = chars;
        chars = null;
        return buffer != null && buffer.length >= size ? buffer : new char[Math.max(size, 64)];
    }

    private void set(char[] buffer, int size) {
        wide = false;
        for (int i = 0; i < size; i++) {
            wide |= buffer[i] > 0xFF;
        }
        if (wide) {
            begin(2L * size);
            for (int i = 0; i < size; i++) {
                CHARS.set(bytes, 2 * i, buffer[i]);
            }
        } else {
            begin(size);
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) buffer[i];
            }
        }
        if (buffer.length <= KEPT) {
            chars = buffer;
        }
    }

    /** Takes bytes from memory; as many as {@link #PADDING} behind them must be readable. */
    void set(MemorySegment memory, long at, int size, boolean isWide) {
        wide = isWide;
        begin(size);
        if (size <= SHORT) {
            for (int i = 0; i < size; i += Long.BYTES) {
                WORDS.set(bytes, i, memory.get(WORD, at + i));
            }
        } else {
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, bytes, 0, size);
        }
    }

    /** Becomes empty, for bytes to be appended that are wide, or are not. */
    void clear(boolean isWide) {
        wide = isWide;
        begin(0);
    }

    /** Takes more bytes. They may come in any number of parts: no more memory is taken than twice as much as came. */
    void append(byte[] from, int at, int count) {
        long size = (long) length + count;
        if (size > Integer.MAX_VALUE - 2L * PADDING) {
            throw new OutOfMemoryError("a string of " + size + " bytes fits no byte array");
        }
        if (bytes.length - PADDING < size) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(2 * size, Integer.MAX_VALUE - 2L * PADDING) + PADDING);
        }
        System.arraycopy(from, at, bytes, length, count);
        length = (int) size;
    }

    /** Whether these bytes are what its string has: they are not if they are wide, and no char needs it. */
    boolean isEncodedAsItShouldBe() {
        for (int i = 0; i < length && wide; i += 2) {
            if (bytes[i + 1] != 0) {
                return true;
            }
        }
        return !wide;
    }

    /** Makes room for so many bytes in front of the others. */
    void prepend(int size) {
        int old = length;
        int whole = Math.addExact(old, size + PADDING);
        byte[] from = bytes;
        if (from.length < whole) {
            bytes = new byte[Math.max(whole, Math.min(KEPT, 2 * whole))];
        }
        System.arraycopy(from, 0, bytes, size, old);
        length = old + size;
    }

    void setInt(int at, int value) {
        INTS.set(bytes, at, value);
    }

    /** The 8 bytes from {@code at} on. */
    long word(int at) {
        return (long) WORDS.get(bytes, at);
    }

    /** The 4 bytes from {@code at} on. */
    int half(int at) {
        return (int) INTS.get(bytes, at);
    }

    byte at(int at) {
        return bytes[at];
    }

    /** Whether memory has the same bytes. */
    boolean equalsBytes(MemorySegment memory, long at) {
        int size = length;
        if (size < Long.BYTES) {
            return equalsFew(memory, at, size);
        }
        int last = size - Long.BYTES;
        for (int i = 0; i < last; i += Long.BYTES) {
            if (word(i) != memory.get(WORD, at + i)) {
                return false;
            }
        }
        return word(last) == memory.get(WORD, at + last);
    }

    private boolean equalsFew(MemorySegment memory, long at, int size) {
        if (size >= Integer.BYTES) {
            return half(0) == memory.get(INT, at) && half(size - Integer.BYTES) == memory.get(INT, at + size - 4);
        }
        for (int i = 0; i < size; i++) {
            if (bytes[i] != memory.get(ValueLayout.JAVA_BYTE, at + i)) {
                return false;
            }
        }
        return true;
    }

    /** Writes all bytes to memory, and no others. */
    void copyTo(MemorySegment memory, long at) {
        if (length > SHORT) {
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, at, length);
        } else if (length >= Long.BYTES) {
            int last = length - Long.BYTES;
            for (int i = 0; i < last; i += Long.BYTES) {
                memory.set(WORD, at + i, word(i));
            }
            memory.set(WORD, at + last, word(last));
        } else {
            for (int i = 0; i < length; i++) {
                memory.set(ValueLayout.JAVA_BYTE, at + i, bytes[i]);
            }
        }
    }

    /** The string itself. */
    @Override
    public String toString() {
        return toString(0);
    }

    /** The string between two bytes; it must not be wide. */
    String substring(int from, int to) {
        return latin1(bytes, from, to - from);
    }

    /** The string that begins at {@code from}. */
    String toString(int from) {
        if (!wide) {
            return latin1(bytes, from, length - from);
        }
        char[] chars = new char[(length - from) / 2];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) CHARS.get(bytes, from + 2 * i);
        }
        return new String(chars);
    }

    /** For a narrow string this takes no time: the JIT sees that a byte is never above 255, and drops the loop. */
    private static boolean isLatin1(String string) {
        for (int i = 0; i < string.length(); i++) {
            if (string.charAt(i) > 0xFF) {
                return false;
            }
        }
        return true;
    }

    @SuppressWarnings("deprecation") // it drops the chars' high bytes, which are 0 here, and is the fastest way
    private static void copyLatin1(String string, byte[] to) {
        string.getBytes(0, string.length(), to, 0);
    }

    @SuppressWarnings("deprecation") // each char is a byte, and it is the fastest way
    private static String latin1(byte[] bytes, int from, int length) {
        return new String(bytes, 0, from, length);
    }

    private void begin(long size) {
        if (size > Integer.MAX_VALUE - 2L * PADDING) {
            throw new OutOfMemoryError("a string of " + size + " bytes fits no byte array");
        }
        length = 0; // a text that could not get its buffer is an empty one
        int needed = (int) size + PADDING;
        if (bytes.length < needed || bytes.length > KEPT && needed <= KEPT) {
            bytes = new byte[needed > KEPT ? needed : Math.min(KEPT, 2 * needed)];
        }
        length = (int) size;
    }
}
