package dev.memalloc.collections;

/**
 * What the memory of a map is used for.
 *
 * @param entries how many entries there are
 * @param sizeInBytes bytes taken from the heap
 * @param entryBytes of them, bytes in entries: keys, values and their lengths
 * @param deadBytes bytes of entries that were removed or replaced, and not reclaimed yet
 * @param slots how many entries the hash table has slots for
 * @param freeBytes bytes that nothing is in, and that entries or buckets can be put into. What is in none of these
 *     numbers is the hash table, about 64 bytes for 12 slots, and room at the ends of its parts
 * @param shards of how many parts the map is made, each of which grows by itself
 */
public record MapStatistics(
        long entries, long sizeInBytes, long entryBytes, long deadBytes, long slots, long freeBytes, int shards) {
    /**
     * How full the hash table is.
     *
     * @return entries for each slot, from 0 to 1
     */
    public double load() {
        return slots == 0 ? 0 : (double) entries / slots;
    }

    /**
     * What the map takes beyond its entries.
     *
     * @return a share of {@code sizeInBytes}, from 0 to 1
     */
    public double waste() {
        return sizeInBytes == 0 ? 0 : 1 - (double) entryBytes / sizeInBytes;
    }
}
