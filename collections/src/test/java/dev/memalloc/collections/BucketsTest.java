package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.ConcurrentModificationException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Keys whose hashes are all the same: slow, and right. And each slot is found, wherever buckets have free ones. */
class BucketsTest {
    private static final long BUCKETS = 128;

    private final EntryLayout layout = new EntryLayout(EntryLayout.TEXT);
    private final MemorySegment memory = MemorySegment.ofArray(new byte[2 << 20]);
    private final Text key = new Text();
    private final Text value = new Text();
    private int count;
    private long end;

    @Test
    void moreKeysPassOverABucketThanItCanCount() {
        int keys = 80_000;
        take(7_000);
        for (int i = 0; i < keys; i++) {
            key.set(i);
            append(0);
        }
        requireFound(keys - 1);
        for (int i = 0; i < keys - 1; i++) {
            if (i % 1000 != 0) {
                key.set(i);
                Buckets.vacate(memory, slotOf(i));
                Buckets.uncount(memory, BUCKETS, count, 0, slotOf(i));
            }
        }
        for (int i = 0; i < keys; i += 1000) {
            requireFound(i);
        }
        requireFound(keys - 1);
    }

    @Test
    void aSearchInFullBucketsEnds() {
        take(3);
        for (int i = 0; i < 36; i++) {
            key.set(i);
            append(-1);
        }
        for (int i = 0; i < 36; i++) {
            key.set(i);
            assertThat(Buckets.find(memory, BUCKETS, count, -1, key, layout)).isNotNegative();
        }
        key.set(36);
        assertThat(Buckets.find(memory, BUCKETS, count, -1, key, layout)).isEqualTo(-1);
    }

    @Test
    void anInsertionIntoFullBucketsEndsToo() {
        take(3);
        for (int i = 0; i < 36; i++) {
            key.set(i);
            append(i * 0x1234_5678_9ABCL);
        }
        assertThatThrownBy(() -> Buckets.insert(memory, BUCKETS, count, -1, 0))
            .isInstanceOf(ConcurrentModificationException.class).hasMessageContaining("two threads");
        assertThatThrownBy(() -> Buckets.uncount(memory, BUCKETS, count, -1, BUCKETS + 64 * 3 + 16))
            .isInstanceOf(ConcurrentModificationException.class);
    }

    @Test
    void eachSlotInUseComesUpOnce() {
        SplittableRandom random = Seed.random();
        take(20);
        BitSet taken = new BitSet();
        for (int i = 0; i < 120; i++) {
            int slot = random.nextInt(240);
            if (!taken.get(slot)) {
                taken.set(slot);
                memory.set(ValueLayout.JAVA_BYTE, BUCKETS + 64L * (slot / 12) + slot % 12,
                    (byte) (1 + random.nextInt(255)));
            }
        }
        BitSet seen = new BitSet();
        for (long slot = Buckets.next(memory, BUCKETS, count, 0); slot >= 0;
                slot = Buckets.next(memory, BUCKETS, count, slot)) {
            long at = slot - BUCKETS;
            seen.set((int) (at / 64 * 12 + (at % 64 - 16) / 4));
        }
        assertThat(seen).isEqualTo(taken);
    }

    /** Where insertion puts the i-th of keys with the same hash 0: into the first free slot. */
    private static long slotOf(int i) {
        return BUCKETS + 64L * (i / 12) + 16 + 4 * (i % 12);
    }

    private void take(int buckets) {
        count = buckets;
        end = BUCKETS + 64L * buckets;
    }

    private void append(long hash) {
        long at = end;
        end = layout.write(memory, at, key, value);
        Buckets.insert(memory, BUCKETS, count, hash, at);
    }

    private void requireFound(int i) {
        key.set(i);
        assertThat(Buckets.find(memory, BUCKETS, count, 0, key, layout)).isEqualTo(slotOf(i));
    }
}
