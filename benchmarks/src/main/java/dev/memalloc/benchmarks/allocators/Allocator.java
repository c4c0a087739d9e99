package dev.memalloc.benchmarks.allocators;

/**
 * What a benchmark allocates with: memalloc or an opponent.
 *
 * <p>A block is a {@code long} that only its allocator understands, never 0; for most it is an address. A JVM runs
 * one allocator only, so that the JIT compiler sees one implementation of this interface and inlines it.
 *
 * <p>A method that finds no memory throws {@link OutOfMemoryError}. All may be called from any thread between
 * {@link #threadStart} and {@link #threadEnd}.
 */
public interface Allocator {
    /** The version, as the allocator itself tells it. */
    String version();

    /** Allocates at least {@code size} bytes, contents unspecified; {@code size} is positive. */
    long allocate(long size);

    /** Allocates at least {@code size} bytes, all zero. */
    long allocateZeroed(long size);

    /** Makes a block of {@code oldSize} bytes larger, keeping them; {@code block} is not to be used any more. */
    long reallocate(long block, long oldSize, long size);

    /** Frees a block. */
    void free(long block);

    /** Where the bytes of a live block are. */
    default long address(long block) {
        return block;
    }

    /** To be called by each thread before it allocates or frees. */
    default void threadStart() {
    }

    /** To be called by each thread after it has allocated and freed for the last time. */
    default void threadEnd() {
    }
}
