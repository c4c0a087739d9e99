package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What the elements of an array are: all that differs between arrays but for the Java types in their signatures. */
enum ElementType {
    BYTE(0), SHORT(1), INT(2), LONG(3), FLOAT(2), DOUBLE(3);

    /** An element has {@code 1 << shift} bytes: the index of one, shifted to the left, is where it begins. */
    final int shift;

    ElementType(int shift) {
        this.shift = shift;
    }

    /** Bytes in an element. */
    int size() {
        return 1 << shift;
    }

    /** How many elements have no more bytes than a long can count. */
    long lengthMax() {
        return Long.MAX_VALUE >> shift;
    }

    /** {@code count} of them, in words. */
    String words(long count) {
        return count + " " + name().toLowerCase() + "s";
    }

    /**
     * An element as a number that is ordered as {@link java.util.Arrays#sort(double[])} and {@link Double#compare}
     * order elements, and equal for equal ones: -0.0 is less than 0.0, and NaN, whatever its bits, greater than
     * anything else.
     */
    long keyAt(MemorySegment bytes, long index) {
        long at = index << shift;
        return switch (this) {
            case BYTE -> bytes.get(ValueLayout.JAVA_BYTE, at);
            case SHORT -> bytes.get(ValueLayout.JAVA_SHORT, at);
            case INT -> bytes.get(ValueLayout.JAVA_INT, at);
            case LONG -> bytes.get(ValueLayout.JAVA_LONG, at);
            case FLOAT -> key(bytes.get(ValueLayout.JAVA_FLOAT, at));
            case DOUBLE -> key(bytes.get(ValueLayout.JAVA_DOUBLE, at));
        };
    }

    /** The same of a value; of an integer, it is the integer itself. */
    static long key(float value) {
        int bits = Float.floatToIntBits(value);
        return bits ^ (bits >> 31 & Integer.MAX_VALUE);
    }

    /** As {@link #key(float)}. */
    static long key(double value) {
        long bits = Double.doubleToLongBits(value);
        return bits ^ (bits >> 63 & Long.MAX_VALUE);
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
