package dev.memalloc.collections;

/**
 * Which shard a hash names, of any number of them: one shard more divides one of those that there are in two, in turn,
 * and moves nothing of the others (Litwin, "Linear hashing: a new tool for file and table addressing", VLDB 1980).
 *
 * <pre>
 *  6 shards, the next to be divided is 2:
 *                  low 3 bits   000   001                 100   101
 *                  low 2 bits               10    11
 *                             +-----+-----+-----+-----+-----+-----+
 *                             |  0  |  1  |  2  |  3  |  4  |  5  |
 *                             +-----+-----+-----+-----+-----+-----+
 * </pre>
 *
 * <p>A <em>walk</em> passes the shards in the order of the hashes' low 23 bits read backwards. In that order, the two
 * that one is divided into are where it was, and so is the one that two are merged into: a number, from 0 to
 * {@link #WALK_END}, says how far a walk has come, whatever happens to the shards before it goes on.
 *
 * <p>Has no state. Numbers that another thread is changing give any shard, which need not be there.
 */
final class LinearHashing {
    private static final int BITS = 23;
    /** There cannot be more shards. */
    static final int SHARDS_MAX = 1 << BITS;
    /** Where a walk over all shards ends. */
    static final int WALK_END = SHARDS_MAX;

    private LinearHashing() {
    }

    static int shardOf(long hash, int shards) {
        int bit = bit(shards);
        int shard = (int) hash & 2 * bit - 1;
        return shard < shards ? shard : shard - bit;
    }

    /** The bit of hashes by which a shard is divided, once there are so many and there is to be one more. */
    static int bit(int shards) {
        return Integer.highestOneBit(shards);
    }

    /** The shard that is divided into itself and the one of this number; so it is the one that this is merged into. */
    static int dividedInto(int shard) {
        return shard - bit(shard);
    }

    /** The shard that a walk has come to. */
    static int walkedShard(int walked, int shards) {
        return shardOf(walkedBits(walked), shards);
    }

    /** Where a walk goes on behind that shard. */
    static int walkedBehind(int walked, int shards) {
        int width = width(walked, shards);
        return (walked & -width) + width;
    }

    /** Whether a walk comes to that shard from its beginning, so that it has passed none of its entries. */
    static boolean isWalkedWhole(int walked, int shards) {
        return (walked & width(walked, shards) - 1) == 0;
    }

    /** Whether a walk has not passed the entry of a hash. */
    static boolean isAhead(long hash, int walked) {
        return walkedBits((int) hash) >= walked;
    }

    private static int walkedBits(int number) {
        return Integer.reverse(number) >>> Integer.SIZE - BITS;
    }

    /** How much of a walk is in that shard: the fewer bits it is named by, the more. */
    private static int width(int walked, int shards) {
        if (shards == 0) {
            return WALK_END;
        }
        int shard = walkedShard(walked, shards);
        boolean isDivided = shard >= bit(shards) || shard < dividedInto(shards);
        return WALK_END / bit(shards) >> (isDivided ? 1 : 0);
    }
}
