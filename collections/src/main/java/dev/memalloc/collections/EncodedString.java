package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * A string's bytes where a map has them.
 *
 * <p>They may be used for as long as anybody refers to the segment, whatever happens to the map: they are the string's
 * until the map is next changed, and unspecified after that.
 */
public final class EncodedString {
    private final MemorySegment bytes;
    private final boolean wide;

    EncodedString(MemorySegment bytes, boolean wide) {
        this.bytes = bytes;
        this.wide = wide;
    }

    /**
     * The bytes, as {@link #charset} says what they mean.
     *
     * @return a read-only segment
     */
    public MemorySegment bytes() {
        return bytes;
    }

    /**
     * How the string is encoded: in one byte a char if all are Latin-1, else in two, with unpaired surrogates as they
     * are.
     *
     * @return {@link StandardCharsets#ISO_8859_1} or {@link StandardCharsets#UTF_16LE}
     */
    public Charset charset() {
        return wide ? StandardCharsets.UTF_16LE : StandardCharsets.ISO_8859_1;
    }

    /** The string itself. */
    @Override
    public String toString() {
        byte[] copy = bytes.toArray(ValueLayout.JAVA_BYTE);
        if (!wide) {
            return new String(copy, StandardCharsets.ISO_8859_1);
        }
        char[] chars = new char[copy.length / 2];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) (copy[2 * i] & 0xFF | copy[2 * i + 1] << 8);
        }
        return new String(chars);
    }
}
