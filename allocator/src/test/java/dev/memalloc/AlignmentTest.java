package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots, blocks and mappings at multiples of an alignment, and how much of them may be used. */
@ParameterizedClass(name = "mappings from {0}")
@ValueSource(longs = {1, HeapOptions.MMAP_THRESHOLD})
class AlignmentTest {
    private static final long MIB = 1L << 20;

    @RegisterExtension
    final CheckedHeap checked;
    private final Heap heap;
    private final long mmapThreshold;

    AlignmentTest(long mmapThreshold) {
        this.mmapThreshold = mmapThreshold;
        checked = new CheckedHeap(HeapOptions.defaults().withMmapThreshold(mmapThreshold));
        heap = checked.heap();
    }

    @Test
    void everyAlignmentForEverySize() {
        List<Long> blocks = new ArrayList<>();
        for (long alignment = 1; alignment <= Heap.ALIGNMENT_MAX; alignment *= 2) {
            for (long size : new long[] {1, 15, 16, 17, 48, 100, 511, 1000, 1024, 1025, 4096, 5000, 200_000, 3 * MIB}) {
                // More than one, so that a slot's place in its class does not make the alignment.
                for (int i = 0; i < 3; i++) {
                    long address = heap.memalign(alignment, size);
                    assertThat(address % Math.max(alignment, 16)).as("%d bytes at %d", size, alignment).isZero();
                    assertThat(heap.usableSize(address)).isGreaterThanOrEqualTo(size)
                        .isEqualTo(heap.segment(address).byteSize());
                    Pattern.write(heap, address, size, address);
                    blocks.add(address);
                }
                Pattern.verify(heap, blocks.getLast(), size, blocks.getLast());
            }
        }
        heap.check();
        assertThat(heap.stats().blocksLive()).isEqualTo(blocks.size());
        blocks.forEach(heap::memfree);
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @Test
    void aSmallBlockTakesASlotOfItsSizeRoundedUp() {
        long address = heap.memalign(64, 65);
        assertThat(heap.usableSize(address)).isEqualTo(128);
        assertThat(heap.stats().bytesLive()).isEqualTo(heap.usableSize(address));
        assertThat(heap.memalign(16, 65)).isNotZero();
        assertThat(heap.stats().mappingsLive()).isZero();
    }

    @Test
    void noBytesAreNoBlock() {
        assertThat(heap.memalign(4096, 0)).isZero();
        assertThat(heap.stats().blocksLive()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 3, 24, 4095, 4 * MIB, Long.MIN_VALUE, Long.MAX_VALUE})
    void whatIsNoAlignmentIsRefused(long alignment) {
        assertThatThrownBy(() -> heap.memalign(alignment, 100)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("an alignment must be a power of two from 1 to 2097152: " + alignment);
    }

    @ParameterizedTest
    @ValueSource(longs = {8, 64, 2 * MIB})
    void sizesThatCannotBeAreRefused(long alignment) {
        assertThatThrownBy(() -> heap.memalign(alignment, -1)).isInstanceOf(IllegalArgumentException.class);
        for (long size : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 4096, Long.MAX_VALUE - 2 * MIB, 1L << 60}) {
            assertThatThrownBy(() -> heap.memalign(alignment, size)).isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining(size + " bytes asked for");
        }
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @Test
    void misuseIsFoundAsOfOtherBlocks() {
        try (Heap alone = new Heap(HeapOptions.defaults().withMmapThreshold(mmapThreshold), new Os())) {
            Refusals refusals = new Refusals(alone);
            for (long alignment : new long[] {32, 256, 4096, 65_536, 2 * MIB}) {
                long address = alone.memalign(alignment, 1000);
                refusals.argument(address + 16, "16 bytes into a");
                alone.memfree(address);
                refusals.state(address, "already");
                assertThatThrownBy(() -> alone.usableSize(address)).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> alone.usableSize(address + 1)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void resizingKeepsContents() {
        for (long alignment : new long[] {32, 1024, 4096, 2 * MIB}) {
            long address = heap.memalign(alignment, 700);
            Pattern.write(heap, address, 700, alignment);
            long larger = heap.memresize(address, 3 * MIB);
            Pattern.verify(heap.segment(larger), 700, 700, alignment);
            long smaller = heap.memresize(larger, 300);
            Pattern.verify(heap.segment(smaller), 700, 300, alignment);
            heap.memfree(heap.memdup(smaller, 300));
            heap.memfree(smaller);
        }
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @Test
    void theLimitIsExact() {
        long limit = 8 * MIB;
        HeapOptions options = HeapOptions.defaults().withMmapThreshold(mmapThreshold).withLimit(limit);
        try (Heap limited = new Heap(options, new Os())) {
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                blocks.add(limited.memalign(2 * MIB, 2 * MIB));
                HeapStats stats = limited.stats();
                assertThat(stats.bytesLive()).isEqualTo((i + 1) * 2 * MIB).isEqualTo(stats.bytesPeak());
                assertThat(stats.bytesLive() + stats.bytesSpare()).as("what was cut off").isLessThanOrEqualTo(limit);
            }
            HeapStats before = limited.stats();
            for (long alignment : new long[] {32, 4096, 2 * MIB}) {
                assertThatThrownBy(() -> limited.memalign(alignment, 1)).isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining("1 bytes asked for, " + limit + " bytes live");
            }
            assertThat(limited.stats()).isEqualTo(before);
            limited.check();
            blocks.forEach(limited::memfree);
            assertThat(limited.stats().bytesLive()).isZero();
        }
    }

    @Test
    void whatWasFreedIsUsedAgain() {
        FaultyOs os = new FaultyOs();
        try (Heap counted = new Heap(HeapOptions.defaults().withMmapThreshold(mmapThreshold), os)) {
            counted.memfree(counted.memalign(2 * MIB, MIB));
            long calls = os.calls();
            for (int i = 0; i < 100; i++) {
                long address = counted.memalign(2 * MIB, 2 * MIB - i * Os.PAGE_SIZE);
                assertThat(address % (2 * MIB)).isZero();
                counted.memfree(address);
            }
            assertThat(os.calls()).as("at most one more, for the larger size").isLessThanOrEqualTo(calls + 1);
        }
    }

    @Test
    void eachCallOfTheSystemFailsOnce() {
        long calls = walk(-1);
        assertThat(calls).isGreaterThan(30);
        for (long failing = 0; failing < calls; failing++) {
            walk(failing);
        }
    }

    /** The same each time, with one failing call; returns how many calls there were. */
    private long walk(long failing) {
        FaultyOs os = new FaultyOs();
        Heap walked = new Heap(HeapOptions.defaults().withMmapThreshold(mmapThreshold).withLimit(16 * MIB), os);
        os.failWhen(call -> call == failing);
        SplittableRandom random = new SplittableRandom(2);
        long[] addresses = new long[30];
        long[] sizes = new long[30];
        for (int i = 0; i < 200; i++) {
            int slot = random.nextInt(addresses.length);
            long alignment = 1L << random.nextInt(22);
            long size = random.nextLong(1, 1L << random.nextInt(1, 19));
            HeapStats before = walked.stats();
            try {
                if (addresses[slot] == 0) {
                    addresses[slot] = walked.memalign(alignment, size);
                    sizes[slot] = size;
                    assertThat(addresses[slot] % alignment).isZero();
                    Pattern.write(walked, addresses[slot], size, slot);
                } else {
                    Pattern.verify(walked, addresses[slot], sizes[slot], slot);
                    walked.memfree(addresses[slot]);
                    addresses[slot] = 0;
                }
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessageContaining("errno 12 (ENOMEM)");
                assertThat(failing).isNotNegative();
                assertThat(walked.stats().bytesLive()).isEqualTo(before.bytesLive());
            }
            if (i % 20 == 0) {
                trim(walked);
            }
            walked.check();
        }
        for (int slot = 0; slot < addresses.length; slot++) {
            if (addresses[slot] != 0) {
                Pattern.verify(walked, addresses[slot], sizes[slot], slot);
                walked.memfree(addresses[slot]);
            }
        }
        long calls = os.calls();
        os.failNever();
        assertThat(walked.stats().bytesLive()).isZero();
        walked.trim();
        assertThat(walked.stats().bytesSpare()).isZero();
        walked.close();
        return calls;
    }

    private static void trim(Heap heap) {
        try {
            heap.trim();
        } catch (OutOfMemoryError e) {
            assertThat(e).hasMessageContaining("errno 12 (ENOMEM)");
        }
    }

    @Test
    void aClosedHeapRefuses() {
        long block = heap.memalign(64, 64);
        heap.close();
        assertThatThrownBy(() -> heap.memalign(64, 64)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> heap.memalign(4096, 5000)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> heap.usableSize(block)).isInstanceOf(IllegalStateException.class);
        checked.abandon();
    }

    @Test
    void theProcessHeapDoesAsWell() {
        long address = Memory.memalign(4096, 100);
        assertThat(address % 4096).isZero();
        assertThat(Memory.usableSize(address)).isGreaterThanOrEqualTo(100);
        Memory.memfree(address);
    }
}
