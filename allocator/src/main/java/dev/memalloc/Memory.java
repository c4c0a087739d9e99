package dev.memalloc;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * The process's one {@link Heap}, as static methods.
 *
 * <p>It is made at the first use, with {@link HeapOptions#fromSystemProperties()}, and is never closed. Every
 * method does what the method of that name of {@link Heap} does, and throws what that throws. All of them may be
 * called from any thread.
 *
 * {@snippet :
 * long p = Memory.memalloc(100);      // 16-byte aligned, contents unspecified
 * Memory.segment(p).set(ValueLayout.JAVA_INT, 0, 42);
 * p = Memory.memresize(p, 10_000);    // the first 100 bytes are kept
 * Memory.memfree(p);
 * }
 */
public final class Memory {
    private static final Heap HEAP = Heap.ofProcess();
    private static final Slots SLOTS = HEAP.slots();

    private Memory() {
    }

    /**
     * The process's heap itself, for whatever takes a {@link Heap}. Closing it is refused.
     *
     * @return the heap
     */
    public static Heap heap() {
        return HEAP;
    }

    /**
     * Allocates memory: {@link Heap#memalloc}.
     *
     * @param size how many bytes
     * @return the address, a multiple of 16; 0 if {@code size} is 0
     */
    public static long memalloc(long size) {
        return HEAP.memalloc(SLOTS, size);
    }

    /**
     * Allocates zeroed memory for an array: {@link Heap#defalloc}.
     *
     * @param count how many elements
     * @param elementSize bytes in each
     * @return the address, a multiple of 16; 0 if either is 0
     */
    public static long defalloc(long count, long elementSize) {
        return HEAP.defalloc(count, elementSize);
    }

    /**
     * Allocates memory at a multiple of an alignment: {@link Heap#memalign}.
     *
     * @param alignment a power of two from 1 to 2 MiB
     * @param size how many bytes
     * @return the address, a multiple of {@code alignment} and of 16; 0 if {@code size} is 0
     */
    public static long memalign(long alignment, long size) {
        return HEAP.memalign(alignment, size);
    }

    /**
     * Frees a block: {@link Heap#memfree}.
     *
     * @param address the address of a live block, or 0, which does nothing
     */
    public static void memfree(long address) {
        HEAP.memfree(SLOTS, address);
    }

    /**
     * Resizes a block: {@link Heap#memresize}.
     *
     * @param address the address of a live block, or 0 to allocate
     * @param newSize how many bytes it shall have, or 0 to free it
     * @return the address of the resized block; 0 if {@code newSize} is 0
     */
    public static long memresize(long address, long newSize) {
        return HEAP.memresize(address, newSize);
    }

    /**
     * Copies a block: {@link Heap#memdup}.
     *
     * @param address the address of a live block, or 0
     * @param size how many of its bytes to copy
     * @return the address of the copy; 0 if {@code address} or {@code size} is 0
     */
    public static long memdup(long address, long size) {
        return HEAP.memdup(address, size);
    }

    /**
     * Fills a block: {@link Heap#memoryset}.
     *
     * @param address the address of a live block, or 0, which does nothing
     * @param value the low 8 bits are what each byte is set to
     * @param size how many bytes to fill
     * @return {@code address}
     */
    public static long memoryset(long address, int value, long size) {
        return HEAP.memoryset(address, value, size);
    }

    /**
     * How many bytes may be used of a live block: {@link Heap#usableSize}.
     *
     * @param address the address of a live block
     * @return the bytes, at least as many as were asked for
     */
    public static long usableSize(long address) {
        return HEAP.usableSize(SLOTS, address);
    }

    /**
     * Whether an address is in memory of the heap: {@link Heap#owns}.
     *
     * @param address any address
     * @return whether it is
     */
    public static boolean owns(long address) {
        return SLOTS.contains(address) || HEAP.owns(address);
    }

    /**
     * A live block's bytes as a segment: {@link Heap#segment}.
     *
     * @param address the address of a live block
     * @return the bytes that may be used
     */
    public static MemorySegment segment(long address) {
        return HEAP.segment(address);
    }

    /**
     * The heap's figures: {@link Heap#stats}.
     *
     * @return the figures now
     */
    public static HeapStats stats() {
        return HEAP.stats();
    }

    /**
     * Shows every live block: {@link Heap#forEachLive}.
     *
     * @param action is given one block after the other
     */
    public static void forEachLive(Consumer<LiveBlock> action) {
        HEAP.forEachLive(action);
    }

    /** Gives memory that is not in use back to the operating system: {@link Heap#trim}. */
    public static void trim() {
        HEAP.trim();
    }

    /** Checks the whole heap: {@link Heap#check}. */
    public static void check() {
        HEAP.check();
    }
}
