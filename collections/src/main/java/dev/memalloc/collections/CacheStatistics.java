package dev.memalloc.collections;

/**
 * What became of the requests to a cache, and of its entries.
 *
 * @param hits how often a key that was asked for had a value
 * @param misses how often it had none
 * @param evictions how many entries were taken out because there were too many, or too large ones
 * @param expirations how many entries were taken out because their time was over
 */
public record CacheStatistics(long hits, long misses, long evictions, long expirations) {
    /**
     * Of the requests, the part that was answered.
     *
     * @return a share, from 0 to 1; 1 if there was no request
     */
    public double hitRate() {
        return hits + misses == 0 ? 1 : (double) hits / (hits + misses);
    }
}
