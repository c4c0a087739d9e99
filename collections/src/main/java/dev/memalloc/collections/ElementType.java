package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/** What the elements of an array are: all that differs between arrays but for the Java types in their signatures. */
enum ElementType {
    BYTE(0), SHORT(1), INT(2), LONG(3),
    FLOAT(2, Integer.MAX_VALUE, Float.floatToIntBits(Float.POSITIVE_INFINITY)),
    DOUBLE(3, Long.MAX_VALUE, Double.doubleToLongBits(Double.POSITIVE_INFINITY));

    /** An element has {@code 1 << shift} bytes: the index of one, shifted to the left, is where it begins. */
    final int shift;
    /** The bits of a floating-point number but for its sign: the smaller, the less it is, if that is negative. */
    private final long magnitude;
    /** What is more is NaN. */
    private final long infinity;

    ElementType(int shift) {
        this(shift, 0, 0);
    }

    ElementType(int shift, long magnitude, long infinity) {
        this.shift = shift;
        this.magnitude = magnitude;
        this.infinity = infinity;
    }

    /** Bytes in an element. */
    int size() {
        return 1 << shift;
    }

    /** How many elements have no more bytes than a long can count. */
    long lengthMax() {
        return Long.MAX_VALUE >> shift;
    }

    /** What one is called. */
    String noun() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isFloating() {
        return magnitude != 0;
    }

    /** The bits of an element; of an integer, it is the integer itself. */
    long bitsAt(MemorySegment bytes, long index) {
        return switch (shift) {
            case 0 -> bytes.get(ValueLayout.JAVA_BYTE, index);
            case 1 -> bytes.get(ValueLayout.JAVA_SHORT, index << 1);
            case 2 -> bytes.get(ValueLayout.JAVA_INT, index << 2);
            default -> bytes.get(ValueLayout.JAVA_LONG, index << 3);
        };
    }

    /**
     * The bits of an element as a number that is ordered as {@link java.util.Arrays#sort(double[])} and
     * {@link Double#compare} order elements, and equal for equal ones: -0.0 is less than 0.0, and NaN, whatever its
     * bits, greater than anything else. Of an integer, it is the integer itself.
     */
    long key(long bits) {
        return (bits & magnitude) > infinity ? magnitude : bits ^ (bits >> 63 & magnitude);
    }

    /** The key of a float. */
    static long key(float value) {
        return FLOAT.key(Float.floatToRawIntBits(value));
    }

    /** The key of a double. */
    static long key(double value) {
        return DOUBLE.key(Double.doubleToRawLongBits(value));
    }

    /** Eight bytes full of an element whose bits these are. */
    long pattern(long bits) {
        return switch (shift) {
            case 0 -> (bits & 0xff) * 0x0101010101010101L;
            case 1 -> (bits & 0xffff) * 0x0001000100010001L;
            case 2 -> (bits & 0xffffffffL) * 0x0000000100000001L;
            default -> bits;
        };
    }
}
