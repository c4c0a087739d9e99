package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Large mappings ask for huge pages. */
class HugePagesTest {
    private static final Path ENABLED = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final int MIB = 1 << 20;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void aLargeMappingHasThem() throws IOException {
        assumeOnRequest();
        long block = heap.memalloc(64 * MIB);
        assertThat(hasAdvice(block)).isTrue();
        assertThat(hasAdvice(heap.memalloc(3 * MIB))).isFalse();
        assertThat(hasAdvice(heap.memalign(2 * MIB, 64 * MIB))).isTrue();
    }

    @Test
    void oneThatHasGrownHasThem() throws IOException {
        assumeOnRequest();
        long block = heap.memalloc(MIB);
        assertThat(hasAdvice(block)).isFalse();
        block = heap.memresize(block, 64 * MIB);
        assertThat(hasAdvice(block)).isTrue();
    }

    @Test
    void nobodyHasToHaveThem() throws IOException {
        assumeOnRequest();
        try (Heap without = new Heap(HeapOptions.defaults().withHugePageThreshold(Long.MAX_VALUE))) {
            assertThat(hasAdvice(without.memalloc(64 * MIB))).isFalse();
        }
    }

    @Test
    void whatHasThemInPartIsResized() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        long[] blocks = new long[8];
        long[] sizes = new long[8];
        for (int step = 0; step < 2000; step++) {
            int i = random.nextInt(blocks.length);
            long size = random.nextLong(MIB / 2, 8 * MIB);
            if (random.nextInt(4) == 0) {
                heap.memfree(blocks[i]);
                blocks[i] = heap.memalloc(size);
            } else {
                blocks[i] = heap.memresize(blocks[i], size);
                long kept = Math.min(sizes[i], size);
                if (kept > 0) {
                    assertThat(heap.segment(blocks[i]).get(ValueLayout.JAVA_BYTE, kept - 1))
                        .as("seed %d, step %d", seed, step).isEqualTo((byte) i);
                }
            }
            sizes[i] = size;
            heap.memoryset(blocks[i], i, size);
        }
    }

    private static void assumeOnRequest() throws IOException {
        assumeThat(ENABLED).exists();
        assumeThat(Files.readString(ENABLED)).contains("[madvise]");
    }

    /** Whether the system lists the mapping that an address is in with the flag for huge pages. */
    private static boolean hasAdvice(long address) throws IOException {
        boolean here = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                String[] ends = line.substring(0, line.indexOf(' ')).split("-");
                here = Long.parseUnsignedLong(ends[0], 16) <= address && address < Long.parseUnsignedLong(ends[1], 16);
            } else if (here && line.startsWith("VmFlags:")) {
                return line.contains(" hg");
            }
        }
        return false;
    }
}
