package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a map of longs costs: bytes an entry, entries moved by one put, and that nobody can make it cost more. */
class LongMapGrowthTest {
    private static final int ENTRIES = 1_000_000;
    private static final long MOVES_MAX = 2000;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void aMillionEntriesTakeFewBytesAndNoPutMovesMany() {
        try (OffHeapLongLongMap map = new OffHeapLongLongMap(heap)) {
            long sum = 0;
            long samples = 0;
            double most = 0;
            long moves = 0;
            for (int i = 0; i < ENTRIES; i++) {
                map.put(i, ~i);
                moves = requireFewMoves(map, moves);
                if (i % 1000 == 999 && i > 10_000) {
                    double bytes = heap.stats().bytesLive() / (i + 1.0);
                    most = i > 20_000 ? Math.max(most, bytes) : most;
                    sum += (long) (bytes * 1000);
                    samples++;
                }
            }
            assertThat(sum / (1000.0 * samples)).as("bytes an entry, on average").isBetween(17.0, 20.0);
            assertThat(most).as("bytes an entry, at the most").isLessThan(21.5);
            assertThat(moves / (double) ENTRIES).as("moves a put, on average").isLessThan(10);
            map.check();
            BitSet seen = new BitSet(ENTRIES);
            map.forEach((key, value) -> {
                if (value != ~key || seen.get((int) key)) {
                    throw new AssertionError(key + " has the value " + value);
                }
                seen.set((int) key);
            });
            assertThat(seen.cardinality()).isEqualTo(ENTRIES);
            moves = map.moves();
            for (int i = 0; i < ENTRIES; i += 2) {
                assertThat(map.remove(i)).isTrue();
                moves = requireFewMoves(map, moves);
            }
            for (int i = 0; i < ENTRIES; i += 97) {
                assertThat(map.get(i, 1)).isEqualTo(i % 2 == 0 ? 1 : ~i);
            }
            map.check();
        }
    }

    private static long requireFewMoves(OffHeapLongLongMap map, long before) {
        long now = map.moves();
        if (now - before > MOVES_MAX) {
            throw new AssertionError(now - before + " entries were moved at once");
        }
        return now;
    }

    /** Who knows the function, and not the secret of this map, can choose keys that collide in another map only. */
    @Test
    void keysThatCollideElsewhereDoNotCollideHere() {
        LongHash elsewhere = new LongHash();
        List<Long> colliding = new ArrayList<>();
        for (long key = 0; colliding.size() < 10_000; key++) {
            if ((elsewhere.of(key) & 0xFF00_0000_0000_00FFL) == 0) {
                colliding.add(key);
            }
        }
        LongTable.Sizes sizes = LongTable.Sizes.DEFAULT;
        try (OffHeapLongLongMap victim = new OffHeapLongLongMap(heap, sizes, elsewhere);
                OffHeapLongLongMap map = new OffHeapLongLongMap(heap)) {
            long moves = 0;
            long movesThere = 0;
            long before = 0;
            for (long key : colliding) {
                map.put(key, key);
                moves = requireFewMoves(map, moves);
                victim.put(key, key);
                movesThere = Math.max(movesThere, victim.moves() - before);
                before = victim.moves();
            }
            assertThat(movesThere).as("the keys collide with that secret").isGreaterThan(3 * MOVES_MAX);
            assertThat(map.statistics().load()).isGreaterThan(0.8);
            map.check();
            victim.check();
            for (long key : colliding) {
                assertThat(map.get(key, ~key)).isEqualTo(key);
                assertThat(victim.get(key, ~key)).isEqualTo(key);
            }
        }
    }

    @Test
    void eachHashIsAnotherFunctionAndEachBitOfAKeyFlipsHalfOfIt() {
        LongHash hash = new LongHash();
        LongHash other = new LongHash();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            int flips = 0;
            int[] set = new int[Long.SIZE];
            int differs = 0;
            for (long i = 0; i < 2000; i++) {
                long hashed = hash.of(i);
                flips += Long.bitCount(hashed ^ hash.of(i ^ 1L << bit));
                differs += Long.bitCount(hashed ^ other.of(i));
                long shifted = hash.of(i << bit | i >>> Long.SIZE - bit);
                for (int j = 0; j < Long.SIZE; j++) {
                    set[j] += (int) (shifted >>> j & 1);
                }
            }
            assertThat(flips).as("of 128,000, by bit %d", bit).isBetween(61_000, 67_000);
            assertThat(differs).as("of 128,000").isBetween(62_000, 66_000);
            for (int count : set) {
                assertThat(count).as("of 2,000, with keys shifted by %d", bit).isBetween(770, 1230);
            }
        }
    }

    @Test
    void keysOfAllPatternsFillShardsEvenly() {
        for (long step : new long[] {1, 8, 4096, 1L << 32, 1L << 44, 0x9E37_79B9_7F4A_7C15L, 1_000_003, -1}) {
            try (OffHeapLongLongMap map = new OffHeapLongLongMap(heap)) {
                long moves = 0;
                for (long i = 0; i < 100_000; i++) {
                    map.put(i * step, i);
                    moves = requireFewMoves(map, moves);
                }
                assertThat(map.statistics().load()).as("with keys %d apart", step).isGreaterThan(0.8);
                map.check();
            }
        }
    }

    @Test
    void aMapTakesMostOfWhatItsLimitAllows() {
        for (long limit : new long[] {300_000, 5_000_000}) {
            try (Heap limited = new Heap(HeapOptions.defaults().withLimit(limit));
                    OffHeapLongLongMap map = new OffHeapLongLongMap(limited)) {
                int entries = fillUp(map, 0);
                assertThat(entries).as("of %d", limit).isGreaterThan((int) (limit / (limit < 1_000_000 ? 23 : 20)));
                for (int i = 0; i < entries; i++) {
                    assertThat(map.get(i, -1)).isEqualTo(i);
                }
                for (int i = 0; i < entries / 2; i++) {
                    assertThat(map.remove(i)).isTrue();
                }
                map.check();
                assertThat(fillUp(map, entries)).as("again, of %d", limit).isGreaterThan(entries / 3);
                map.check();
            }
        }
    }

    private static int fillUp(OffHeapLongLongMap map, int from) {
        for (int i = from;; i++) {
            try {
                map.put(i, i);
            } catch (OutOfMemoryError e) {
                assertThat(map.containsKey(i)).isFalse();
                return i - from;
            }
        }
    }
}
