package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Decodes UTF-8 (RFC 3629). */
final class Utf8 {
    private static final int MALFORMED = -1;

    private Utf8() {
    }

    /** Writes the chars, for which there is room: one a byte at most; returns how many, or -1 if it is malformed. */
    static int decode(MemorySegment utf8, char[] chars) {
        int count = 0;
        long size = utf8.byteSize();
        for (long at = 0; at < size;) {
            int lead = byteAt(utf8, at, size);
            int length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
            int point = decode(utf8, at, size, lead, length);
            if (point == MALFORMED) {
                return MALFORMED;
            }
            count += Character.toChars(point, chars, count);
            at += length;
        }
        return count;
    }

    /** The code point of a sequence of that length, which its first byte told; 0 is none. */
    private static int decode(MemorySegment utf8, long at, long size, int lead, int length) {
        if (length <= 1) {
            return length == 0 ? MALFORMED : lead;
        }
        int point = lead & 0x7F >> length;
        for (int i = 1; i < length; i++) {
            int next = byteAt(utf8, at + i, size);
            if ((next & 0xC0) != 0x80) {
                return MALFORMED;
            }
            point = point << 6 | next & 0x3F;
        }
        boolean overlong = length == 3 && point < 0x800 || length == 4 && point < 0x10000;
        boolean surrogate = length == 3 && point >= 0xD800 && point <= 0xDFFF;
        return overlong || surrogate || point > Character.MAX_CODE_POINT ? MALFORMED : point;
    }

    /** A byte, 0 behind the end, which no sequence goes on with. */
    private static int byteAt(MemorySegment utf8, long at, long size) {
        return at < size ? utf8.get(ValueLayout.JAVA_BYTE, at) & 0xFF : 0;
    }
}
