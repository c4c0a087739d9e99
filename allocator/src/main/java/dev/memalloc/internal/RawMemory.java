package dev.memalloc.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/**
 * Native memory by address, unchecked: who calls has made sure that the bytes are theirs.
 *
 * <p>An access outside of mapped memory ends the JVM, so no address reaches this class before an owner has
 * compared it with what it holds. Multi-byte values are in native byte order; no alignment is required.
 * All methods may be called from any thread and order nothing between threads.
 */
public final class RawMemory {
    /** A constant for the JIT: its bounds checks fold away. */
    private static final MemorySegment ALL = NativeAccess.addressSpace();
    /** The most bytes touched at once: a thread reaches no safepoint within a fill or a copy. */
    private static final long CHUNK = 1L << 20;

    /**
     * What more than a few bytes are filled by: to copy 8 KiB, which stay in the processor's first cache, is two to
     * four times as fast as to set them, since the JVM copies by the widest registers and sets by those of 8 bytes.
     */
    private static final int PIECE = 8 << 10;
    private static final MemorySegment ZEROES = MemorySegment.ofArray(new long[PIECE / Long.BYTES]);
    /** So few bytes are set. */
    private static final int FILLED_MAX = 64;

    static {
        // Copying few bytes initialises a class of the JDK: where the stack ends, that would fail for good.
        MemorySegment.copy(ZEROES, 0, MemorySegment.ofArray(new long[1]), 0, Long.BYTES);
    }

    private RawMemory() {
    }

    /** The byte at {@code address}. */
    public static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    /** Sets the byte at {@code address}. */
    public static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    /** The 4 bytes at {@code address}. */
    public static int getInt(long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    /** Sets the 4 bytes at {@code address}. */
    public static void putInt(long address, int value) {
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    /** The 8 bytes at {@code address}. */
    public static long getLong(long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    /** Sets the 8 bytes at {@code address}. */
    public static void putLong(long address, long value) {
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    /** Sets each of the {@code size} bytes from {@code address} on to {@code value}. */
    public static void fill(long address, long size, byte value) {
        fill(ALL, address, size, value);
    }

    /** The same, as long as {@code memory}, which is all memory, is not closed. */
    public static void fill(MemorySegment memory, long address, long size, byte value) {
        if (value == 0) {
            zero(memory, address, size);
            return;
        }
        long first = Math.min(size, PIECE);
        memory.asSlice(address, first).fill(value);
        for (long done = first; done < size; done += PIECE) {
            MemorySegment.copy(memory, address, memory, address + done, Math.min(PIECE, size - done));
        }
    }

    /** Sets each of the {@code size} bytes from {@code address} on to 0. */
    public static void zero(long address, long size) {
        zero(ALL, address, size);
    }

    /** The same, as long as {@code memory}, which is all memory, is not closed. */
    public static void zero(MemorySegment memory, long address, long size) {
        if (size <= FILLED_MAX) {
            memory.asSlice(address, size).fill((byte) 0);
            return;
        }
        for (long done = 0; done < size; done += PIECE) {
            MemorySegment.copy(ZEROES, 0, memory, address + done, Math.min(PIECE, size - done));
        }
    }

    /** Copies {@code size} bytes; the two ranges may overlap only if {@code to} is less than {@code from}. */
    public static void copy(long from, long to, long size) {
        copy(ALL, from, to, size);
    }

    /** The same, as long as {@code memory}, which is all memory, is not closed. */
    public static void copy(MemorySegment memory, long from, long to, long size) {
        for (long done = 0; done < size; done += CHUNK) {
            MemorySegment.copy(memory, from + done, memory, to + done, Math.min(CHUNK, size - done));
        }
    }

    /** All memory, as a segment that is never closed: a byte's offset in it is the byte's address. */
    public static MemorySegment all() {
        return ALL;
    }

    /** All memory, as a segment that can be used until {@code arena} is closed. */
    public static MemorySegment all(Arena arena) {
        return NativeAccess.scoped(ALL, arena);
    }

    /** The same, for an arena of which there are many; {@code cleanup} is run at its end, if it is not null. */
    public static MemorySegment all(Arena arena, Consumer<MemorySegment> cleanup) {
        return NativeAccess.scopedOften(ALL, arena, cleanup);
    }

    /** The {@code size} bytes from {@code address} on, as a segment that is never closed. */
    public static MemorySegment segment(long address, long size) {
        return ALL.asSlice(address, size);
    }
}
