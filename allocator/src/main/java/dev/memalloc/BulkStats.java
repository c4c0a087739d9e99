package dev.memalloc;

/**
 * Figures of {@link Bulk}, or of a part of it; as {@link HeapStats}.
 *
 * @param bytesInBlocks bytes in live blocks, without mappings
 * @param blocksLive live blocks, without mappings
 * @param bytesAllowed bytes that were taken from the budget, and are in no block or mapping
 */
record BulkStats(
    long bytesCommitted,
    long bytesInBlocks,
    long blocksLive,
    long bytesMapped,
    long mappingsLive,
    long bytesSpare,
    long bytesAllowed,
    long largestFree) {

    static BulkStats ofBlocks(long bytesCommitted, long bytesLive, long live, long bytesAllowed, long largestFree) {
        return new BulkStats(bytesCommitted, bytesLive, live, 0, 0, 0, bytesAllowed, largestFree);
    }

    static BulkStats ofMappings(long bytes, long live, long bytesSpare, long bytesAllowed) {
        return new BulkStats(0, 0, 0, bytes, live, bytesSpare, bytesAllowed, 0);
    }

    /** Committed bytes in no block. */
    long bytesFree() {
        return bytesCommitted - bytesInBlocks;
    }

    BulkStats plus(BulkStats other) {
        return new BulkStats(
            bytesCommitted + other.bytesCommitted,
            bytesInBlocks + other.bytesInBlocks,
            blocksLive + other.blocksLive,
            bytesMapped + other.bytesMapped,
            mappingsLive + other.mappingsLive,
            bytesSpare + other.bytesSpare,
            bytesAllowed + other.bytesAllowed,
            Math.max(largestFree, other.largestFree));
    }
}
