package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mapping that comes back is zero, and its pages that nobody touched stay untouched. */
class ZeroingTest {
    private static final int MIB = 1 << 20;
    private static final int PAGE = (int) Os.PAGE_SIZE;

    /** Without huge pages, of which one that is touched makes 512 pages resident. */
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap(HeapOptions.defaults().withHugePageThreshold(Long.MAX_VALUE));
    private final Heap heap = checked.heap();

    @ParameterizedTest
    @ValueSource(longs = {256 << 10, (256 << 10) + 1, MIB, 5 * MIB - 4097, 16 * MIB, 40 * MIB + 12_345})
    void whateverWasWrittenIsZero(long size) {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 8; round++) {
            MemorySegment before = heap.segment(heap.memalloc(size));
            // From a few pages in long gaps to most pages, in runs.
            int gapMax = 1 << random.nextInt(1, 10);
            for (long page = random.nextInt(gapMax); page * PAGE < size; page += 1 + random.nextInt(gapMax)) {
                before.set(ValueLayout.JAVA_BYTE, Math.min(size - 1, page * PAGE + random.nextInt(PAGE)), (byte) 7);
            }
            long address = before.address();
            heap.memfree(address);
            assertThat(heap.defalloc(1, size)).as("reused, seed %d", seed).isEqualTo(address);
            MemorySegment zeroed = heap.segment(address);
            try (Arena arena = Arena.ofConfined()) {
                assertThat(zeroed.mismatch(arena.allocate(zeroed.byteSize())))
                    .as("seed %d, round %d", seed, round).isEqualTo(-1);
            }
            heap.memfree(address);
        }
    }

    @Test
    void whatNobodyTouchedStaysUntouched() {
        MemorySegment before = heap.segment(heap.memalloc(16 * MIB));
        before.set(ValueLayout.JAVA_BYTE, 5 * MIB, (byte) 1);
        heap.memfree(before.address());
        long address = heap.defalloc(1, 16 * MIB);
        assertThat(address).isEqualTo(before.address());
        assertThat(residentPages(address, 16 * MIB)).isEqualTo(1);
    }

    @Test
    void manyShortGapsAreWritten() {
        WatchedOs os = new WatchedOs();
        try (Heap watched = new Heap(HeapOptions.defaults(), os)) {
            MemorySegment before = watched.segment(watched.memalloc(MIB));
            for (int at = 0; at < MIB; at += 2 * PAGE) {
                before.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
            }
            watched.memfree(before.address());
            int discarded = os.discarded();
            assertThat(watched.defalloc(1, MIB)).isEqualTo(before.address());
            assertThat(os.discarded() - discarded).as("the last page was not touched").isLessThanOrEqualTo(1);
        }
    }

    private static long residentPages(long address, int size) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pages = arena.allocate(size / PAGE);
            new Os().findResident(address, size, pages.address());
            return pages.elements(ValueLayout.JAVA_BYTE).filter(page -> (page.get(ValueLayout.JAVA_BYTE, 0) & 1) != 0)
                .count();
        }
    }
}
