package dev.memalloc;

/**
 * The figures of a {@link Heap}: consistent with each other if no other thread allocates or frees small blocks at the
 * moment, else about right.
 *
 * <p>{@code bytesLive - bytesMapped + bytesFree == bytesCommitted}.
 *
 * @param bytesLive bytes in live blocks, with their rounding, and in mappings
 * @param bytesCommitted bytes of the address range that may be read and written
 * @param bytesMapped bytes in live mappings, a part of {@code bytesLive}
 * @param bytesSpare bytes in freed mappings that are kept for a while, to be used again
 * @param bytesFree committed bytes that are in no live block: free blocks, what caches hold, and what no block
 *     has used yet
 * @param blocksLive how many blocks and mappings are live
 * @param mappingsLive how many mappings are live, a part of {@code blocksLive}
 * @param bytesPeak the most that was handed out at once, with what caches and allowances held and
 *     other threads were just asking the system for
 * @param largestFree the largest run of committed bytes that one block could take now
 * @param limit the most that may be handed out at once, with what caches hold
 */
public record HeapStats(
    long bytesLive,
    long bytesCommitted,
    long bytesMapped,
    long bytesSpare,
    long bytesFree,
    long blocksLive,
    long mappingsLive,
    long bytesPeak,
    long largestFree,
    long limit) {
}
