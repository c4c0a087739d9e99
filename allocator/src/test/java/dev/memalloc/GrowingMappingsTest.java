package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Mappings about as large as a few huge pages, that grow, shrink, move, and are retired and used again. */
class GrowingMappingsTest {
    private static final int SLOTS = 8;
    private static final int OPERATIONS = 1500;
    private static final long SIZE_MIN = 600_000;
    private static final long SIZE_MAX = 4_300_000;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();
    private final long seed = System.nanoTime();
    private final SplittableRandom random = new SplittableRandom(seed);
    private final long[] addresses = new long[SLOTS];
    private final long[] sizes = new long[SLOTS];
    private final List<Long> retired = new ArrayList<>();

    @Test
    void contentsAreKeptWhateverHappens() {
        for (int i = 0; i < OPERATIONS; i++) {
            try {
                step(random.nextInt(SLOTS));
                if (i % 100 == 0) {
                    heap.check();
                }
            } catch (Throwable e) {
                throw new AssertionError("operation " + i + " with seed " + seed, e);
            }
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            heap.memfree(addresses[slot]);
        }
        retired.forEach(heap::memfree);
        assertThat(heap.stats().bytesLive()).isZero();
    }

    /** What is advised in part is not one mapping for the system any more, which moves one at a time only. */
    @Test
    void whatWasAPartOfALargerMappingCanBeMovedWithTheRestOfIt() {
        long first = heap.memalloc(3_500_000);
        first = heap.memresize(first, 1_000_000);
        first = heap.memresize(first, 2_600_000);
        heap.memfree(first);
        long second = heap.memalloc(3_200_000);
        assertThat(second).isEqualTo(first);
        second = heap.memresize(second, 6_000_000);
        heap.memfree(second);
    }

    private void step(int slot) {
        long size = random.nextLong(SIZE_MIN, SIZE_MAX);
        switch (random.nextInt(10)) {
            case 0 -> {
                heap.memfree(addresses[slot]);
                addresses[slot] = 0;
                sizes[slot] = 0;
            }
            case 1 -> relocate(slot, sizes[slot] + random.nextLong(2_000_000));
            case 2 -> retire(slot);
            case 3 -> {
                while (retired.size() > 5) {
                    heap.memfree(retired.remove(random.nextInt(retired.size())));
                }
            }
            case 4, 5, 6 -> resize(slot, Math.min(SIZE_MAX, sizes[slot] + random.nextLong(SIZE_MIN)));
            default -> resize(slot, size);
        }
    }

    private void resize(int slot, long size) {
        addresses[slot] = heap.memresize(addresses[slot], size);
        verifyAndMark(slot, size);
    }

    private void relocate(int slot, long size) {
        if (addresses[slot] != 0) {
            long moved = heap.memrelocate(addresses[slot], size);
            if (moved != addresses[slot]) {
                retired.add(addresses[slot]);
            }
            addresses[slot] = moved;
            verifyAndMark(slot, size);
        }
    }

    private void retire(int slot) {
        if (addresses[slot] != 0) {
            heap.memretire(addresses[slot]);
            retired.add(addresses[slot]);
            addresses[slot] = 0;
            sizes[slot] = 0;
        }
    }

    /** A page has its number in its first bytes, and whose it is. */
    private void verifyAndMark(int slot, long size) {
        MemorySegment bytes = heap.segment(addresses[slot]);
        for (long at = 0; at + 8 <= size; at += 4096) {
            long mark = at << 8 | slot;
            if (at + 8 <= Math.min(sizes[slot], size)) {
                assertThat(bytes.get(ValueLayout.JAVA_LONG, at)).isEqualTo(mark);
            }
            bytes.set(ValueLayout.JAVA_LONG, at, mark);
        }
        sizes[slot] = size;
    }
}
