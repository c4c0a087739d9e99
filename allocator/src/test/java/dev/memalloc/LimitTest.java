package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The limit is reached, never exceeded, and what fails at it changes nothing. */
class LimitTest {
    private static final long LIMIT = 1 << 20;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap(HeapOptions.defaults().withLimit(LIMIT));
    private final Heap heap = checked.heap();

    @Test
    void smallBlocksFillTheLimit() {
        List<Long> blocks = new ArrayList<>();
        assertThatThrownBy(() -> {
            while (true) {
                blocks.add(heap.memalloc(100));
            }
        }).isInstanceOf(OutOfMemoryError.class)
            .hasMessageContaining("100 bytes asked for")
            .hasMessageContaining(heap.stats().bytesLive() + " bytes live")
            .hasMessageContaining("limit " + LIMIT + " bytes");
        assertThat(heap.stats().bytesLive()).isBetween(LIMIT * 99 / 100, LIMIT);
        assertThat(blocks).hasSize((int) heap.stats().blocksLive());
        heap.memfree(blocks.getFirst());
        assertThat(heap.memalloc(100)).isNotZero();
    }

    @Test
    void theWholeLimitCanBeOneMapping() {
        long mapping = heap.memalloc(LIMIT);
        assertThatThrownBy(() -> heap.memalloc(1)).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> heap.memresize(mapping, LIMIT + 1)).isInstanceOf(OutOfMemoryError.class);
        heap.memresize(mapping, LIMIT / 2);
        assertThat(heap.memalloc(1)).isNotZero();
    }

    @Test
    void failedResizesKeepTheBlock() {
        long block = heap.memalloc(1000);
        Pattern.write(heap, block, 1000, 1);
        long rest = heap.memalloc(LIMIT - 200_000);
        HeapStats before = heap.stats();
        assertThatThrownBy(() -> heap.memresize(block, 400_000)).isInstanceOf(OutOfMemoryError.class);
        assertThat(heap.stats()).isEqualTo(before);
        Pattern.verify(heap, block, 1000, 1);
        heap.memfree(rest);
        Pattern.verify(heap, heap.memresize(block, 400_000), 1000, 1);
    }

    @Test
    void randomRequestsNeverExceedIt() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            HeapStats before = i % 1000 == 0 ? heap.stats() : null;
            try {
                if (!blocks.isEmpty() && random.nextInt(3) == 0) {
                    heap.memfree(blocks.remove(random.nextInt(blocks.size())));
                } else if (!blocks.isEmpty() && random.nextInt(3) == 0) {
                    int at = random.nextInt(blocks.size());
                    blocks.set(at, heap.memresize(blocks.get(at), random.nextLong(1, 20_000)));
                } else {
                    blocks.add(heap.memalloc(random.nextLong(1, 1L << random.nextInt(1, 19))));
                }
            } catch (OutOfMemoryError e) {
                if (before != null) {
                    assertThat(heap.stats().bytesLive()).as("seed %d", seed).isEqualTo(before.bytesLive());
                }
            }
            assertThat(heap.stats().bytesPeak()).as("seed %d", seed).isLessThanOrEqualTo(LIMIT);
        }
        assertThat(heap.stats().bytesPeak()).as("seed %d", seed).isGreaterThan(LIMIT * 99 / 100);
        heap.check();
    }

    @Test
    void aFullAddressRangeIsOutOfMemory() {
        try (Heap small = new Heap(HeapOptions.defaults().withMmapThreshold(200_000).withAddressRange(256 << 10))) {
            List<Long> blocks = new ArrayList<>();
            assertThatThrownBy(() -> {
                while (true) {
                    blocks.add(small.memalloc(10_000));
                }
            }).isInstanceOf(OutOfMemoryError.class).hasMessageContaining("address range of 262144 bytes is full");
            assertThat(small.stats().bytesLive()).isGreaterThan(262144 * 97 / 100);
            small.check();
            blocks.forEach(small::memfree);
            small.check();
            assertThat(small.stats().blocksLive()).isZero();
        }
    }
}
