package dev.memalloc.agent;

/**
 * The figures of the process's heap, as {@code dev.memalloc:type=Heap}, all in bytes but the counts. Direct buffers
 * are in it, and what else the application allocates there.
 */
public interface HeapMXBean {
    /** The bean's name. */
    String NAME = "dev.memalloc:type=Heap";

    /** Bytes in live blocks, with their headers and rounding, and in mappings. */
    long getBytesLive();

    /** Bytes of the address range that may be read and written. */
    long getBytesCommitted();

    /** Bytes in live mappings, a part of those live. */
    long getBytesMapped();

    /** Bytes in freed mappings that are kept for a while, to be used again. */
    long getBytesSpare();

    /** Committed bytes that are in no live block. */
    long getBytesFree();

    /** How many blocks and mappings are live. */
    long getBlocksLive();

    /** How many mappings are live, a part of the blocks. */
    long getMappingsLive();

    /** The most that the live bytes have been. */
    long getBytesPeak();

    /** The largest run of committed bytes that one block could take now. */
    long getLargestFree();

    /** The most that the live bytes may be; the largest {@code long} for no limit. */
    long getLimit();
}
