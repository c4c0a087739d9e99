package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A million entries: all there, in few bytes, and all given back. */
class GrowthTest {
    private static final int ENTRIES = 1_000_000;
    /** A shard of 8,064 entries is copied, and the buckets of another one filled; and what chance adds. */
    private static final long MOVES_MAX = 18_000;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void aMillionStrings() {
        try (OffHeapStringMap map = new OffHeapStringMap(heap)) {
            double most = 0;
            long movesMax = 0;
            for (int i = 0; i < ENTRIES; i++) {
                long moves = map.moves();
                map.put(key(i), value(i));
                movesMax = Math.max(movesMax, map.moves() - moves);
                if (i % 10_000 == 9_999) {
                    most = Math.max(most, heap.stats().bytesLive() / (i + 1.0));
                }
            }
            assertThat(movesMax).as("entries and references moved in one put").isBetween(1000L, MOVES_MAX);
            assertThat(most).as("bytes an entry of 28, at the most").isBetween(30.0, 47.0);
            assertThat(heap.stats().bytesLive() / ENTRIES).isBetween(30L, 41L);
            map.check();
            BitSet seen = new BitSet(ENTRIES);
            map.forEach((key, value) -> {
                int i = Integer.parseInt(key.substring(4));
                assertThat(seen.get(i)).isFalse();
                seen.set(i);
                if (!value.equals(value(i))) {
                    throw new AssertionError(key + " has the value " + value);
                }
            });
            assertThat(seen.cardinality()).isEqualTo(ENTRIES);
            for (int i = 0; i < ENTRIES; i += 2) {
                assertThat(map.remove(key(i))).isNotNull();
            }
            for (int i = 0; i < ENTRIES; i += 97) {
                assertThat(map.get(key(i))).isEqualTo(i % 2 == 0 ? null : value(i));
            }
            map.check();
        }
    }

    @Test
    void aMillionCounts() {
        try (OffHeapStringIntMap map = new OffHeapStringIntMap(heap)) {
            for (int i = 0; i < ENTRIES; i++) {
                map.addTo(key(i), i);
            }
            for (int i = 0; i < ENTRIES; i++) {
                if (map.addTo(key(i), 1) != i + 1) {
                    throw new AssertionError(key(i) + " has the value " + map.get(key(i), -1));
                }
            }
            assertThat(map.size()).isEqualTo(ENTRIES);
            assertThat(heap.stats().bytesLive() / ENTRIES).isBetween(18L, 29L);
        }
    }

    private static String key(int i) {
        return "key-" + Integer.toString(100_000_000 + i).substring(1);
    }

    private static String value(int i) {
        return "value-" + Long.toString(10_000_000_000L + i).substring(1);
    }
}
