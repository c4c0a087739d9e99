package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import java.util.ConcurrentModificationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Keys whose hashes are all the same: slow, and right. */
class BucketsTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();
    private final Buckets buckets = new Buckets(heap);
    private final Log log = new Log(heap);
    private final Text key = new Text();
    private final Text value = new Text();

    @Test
    void moreKeysPassOverABucketThanItCanCount() {
        int keys = 80_000;
        buckets.allocate(7_000);
        for (int i = 0; i < keys; i++) {
            key.set(i);
            append(0);
        }
        requireFound(keys - 1);
        for (int i = 0; i < keys - 1; i++) {
            if (i % 1000 != 0) {
                key.set(i);
                buckets.vacate(slotOf(i));
                buckets.uncount(0, slotOf(i));
            }
        }
        for (int i = 0; i < keys; i += 1000) {
            requireFound(i);
        }
        requireFound(keys - 1);
        free();
    }

    @Test
    void aSearchInFullBucketsEnds() {
        buckets.allocate(3);
        for (int i = 0; i < 36; i++) {
            key.set(i);
            append(-1);
        }
        for (int i = 0; i < 36; i++) {
            key.set(i);
            assertThat(buckets.find(-1, key, log)).isNotNegative();
        }
        key.set(36);
        assertThat(buckets.find(-1, key, log)).isEqualTo(-1);
        free();
    }

    @Test
    void anInsertionIntoFullBucketsEndsToo() {
        buckets.allocate(3);
        for (int i = 0; i < 36; i++) {
            key.set(i);
            append(i * 0x1234_5678_9ABCL);
        }
        assertThatThrownBy(() -> buckets.insert(-1, 0)).isInstanceOf(ConcurrentModificationException.class)
            .hasMessageContaining("two threads");
        assertThatThrownBy(() -> buckets.uncount(-1, 64 * 3 + 16)).isInstanceOf(ConcurrentModificationException.class);
        free();
    }

    /** Where insertion puts the i-th of keys with the same hash 0: into the first free slot. */
    private static long slotOf(int i) {
        return 64L * (i / 12) + 16 + 4 * (i % 12);
    }

    private void append(long hash) {
        if (!log.hasRoom(Log.sizeOf(key, value))) {
            log.grow(Log.sizeOf(key, value));
        }
        long end = log.write(key, value);
        buckets.insert(hash, log.used);
        log.used = end;
    }

    private void requireFound(int i) {
        key.set(i);
        assertThat(buckets.find(0, key, log)).isEqualTo(slotOf(i));
    }

    private void free() {
        buckets.free();
        log.free();
    }
}
