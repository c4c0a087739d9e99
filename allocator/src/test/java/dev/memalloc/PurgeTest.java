package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.internal.RawMemory;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is freed goes back to the operating system: after a while by itself, or at once. */
@Timeout(60)
class PurgeTest {
    private static final long BURST = 200L << 20;
    private static final long MAPPING = 10L << 20;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    /** Of slots, and of blocks and mappings; one in a thousand stays. */
    @ParameterizedTest
    @ValueSource(ints = {64, 1000, 2000, 30_000, 2_000_000})
    void trimGivesABurstBack(int size) throws IOException {
        List<Long> survivors = burst(size, new long[(int) (BURST / size)]);
        long before = bytesResident();
        heap.trim();
        assertThat(before - bytesResident()).isGreaterThan(BURST * 9 / 10);
        verify(survivors, size);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1000, 2000, 30_000, 2_000_000})
    void aBurstGoesBackByItself(int size) throws Exception {
        long[] others = new long[(int) (BURST / size)];
        System.gc();
        long before = bytesResident();
        List<Long> survivors = burst(size, others);
        for (int wait = 0; wait < 200 && bytesResident() > before + BURST / 10; wait++) {
            Thread.sleep(100);
        }
        assertThat(bytesResident()).isLessThan(before + BURST / 10);
        heap.check();
        verify(survivors, size);
    }

    @Test
    void anArenaTouchesNoMoreOfAnAlignedBlockThanTheSegment() throws IOException {
        long before = bytesResident();
        try (HeapArena arena = HeapArena.ofConfined(heap)) {
            assertThat(arena.allocate(16, 1L << 28).address() % (1L << 28)).isZero();
            assertThat(bytesResident()).isLessThan(before + BURST / 10);
        }
    }

    @Test
    void aShrunkMappingGoesBackByItself() throws Exception {
        long mapping = heap.memalloc(BURST);
        heap.memoryset(mapping, 1, BURST);
        heap.memresize(mapping, 4096);
        for (int wait = 0; wait < 200 && heap.stats().bytesSpare() > 0; wait++) {
            Thread.sleep(100);
        }
        assertThat(heap.stats().bytesSpare()).isZero();
    }

    @Test
    void freedMappingsAreUsedAgain() {
        long first = heap.memalloc(MAPPING);
        heap.memoryset(first, 0xFF, MAPPING);
        heap.memfree(first);
        assertThat(heap.stats().bytesSpare()).isEqualTo(MAPPING);
        long part = heap.memalloc(MAPPING / 2);
        assertThat(part).isEqualTo(first);
        assertThat(heap.stats().bytesSpare()).isEqualTo(MAPPING / 2);
        heap.segment(part).set(ValueLayout.JAVA_LONG, MAPPING / 2 - 8, 42);
        assertThat(heap.memresize(part, MAPPING)).as("grown into the spare behind it").isEqualTo(first);
        assertThat(heap.segment(part).get(ValueLayout.JAVA_LONG, MAPPING / 2 - 8)).isEqualTo(42);
        assertThat(heap.stats().bytesSpare()).isZero();
        assertThat(heap.memresize(part, MAPPING / 4)).isEqualTo(first);
        assertThat(heap.stats().bytesSpare()).isEqualTo(MAPPING / 4 * 3);
        long zeroed = heap.defalloc(MAPPING / 4, 1);
        assertThat(zeroed).isEqualTo(first + MAPPING / 4);
        for (long i = 0; i < MAPPING / 4; i += 8) {
            assertThat(heap.segment(zeroed).get(ValueLayout.JAVA_LONG, i)).isZero();
        }
        heap.trim();
        assertThat(heap.stats().bytesSpare()).isZero();
    }

    @Test
    void sparesAndWhatIsLiveStayWithinTheLimit() {
        try (Heap limited = new Heap(HeapOptions.defaults().withLimit(4 * MAPPING))) {
            long first = limited.memalloc(2 * MAPPING);
            limited.memfree(first);
            assertThat(limited.stats().bytesSpare()).isEqualTo(2 * MAPPING);
            limited.memalloc(3 * MAPPING);
            assertThat(limited.stats().bytesSpare()).isEqualTo(MAPPING);
        }
    }

    @Test
    void aMappingMadeOfSparesOfSeveralOriginsMoves() {
        List<Long> mappings = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            mappings.add(heap.memalloc(MAPPING));
            Pattern.write(heap, mappings.get(i), MAPPING, i);
        }
        for (int i = 0; i < 20; i += 2) {
            heap.memfree(mappings.get(i));
        }
        heap.check();
        for (int i = 1; i < 20; i += 2) {
            long moved = heap.memresize(mappings.get(i), 3 * MAPPING);
            Pattern.verify(heap, moved, MAPPING, i);
            heap.check();
        }
    }

    private List<Long> burst(int size, long[] others) {
        List<Long> survivors = new ArrayList<>();
        for (int i = 0; i < others.length; i++) {
            long address = heap.memalloc(size);
            for (int at = 0; at < size; at += 4096) {
                RawMemory.putByte(address + at, (byte) 1);
            }
            if (i % 1000 == 500) {
                Pattern.write(heap, address, size, survivors.size());
                survivors.add(address);
            } else {
                others[i] = address;
            }
        }
        for (long other : others) {
            heap.memfree(other);
        }
        return survivors;
    }

    private void verify(List<Long> survivors, int size) {
        for (int i = 0; i < survivors.size(); i++) {
            Pattern.verify(heap, survivors.get(i), size, i);
        }
    }

    /** Resident anonymous memory of the process. */
    private static long bytesResident() throws IOException {
        try (Scanner status = new Scanner(Files.readString(Path.of("/proc/self/status")))) {
            status.findWithinHorizon("RssAnon:", 0);
            return status.nextLong() * 1024;
        }
    }
}
