package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Splitting, merging and resizing in place, of blocks of every size. */
class BlocksTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap(HeapOptions.defaults().withSlotMax(0));
    private final Heap heap = checked.heap();

    @Test
    void shrinkingSplitsTheTailOff() {
        long address = heap.memalloc(1000);
        long guard = heap.memalloc(16);
        Pattern.write(heap, address, 1000, 1);
        assertThat(heap.memresize(address, 104)).isEqualTo(address);
        Pattern.verify(heap.segment(address), 1000, 104, 1);
        assertThat(heap.segment(address).byteSize()).isEqualTo(104);
        long inTail = heap.memalloc(100);
        assertThat(inTail).isBetween(address, guard);
    }

    @Test
    void growingAbsorbsTheFreeNeighbour() {
        long first = heap.memalloc(100);
        long second = heap.memalloc(500);
        heap.memalloc(16);
        Pattern.write(heap, first, 100, 1);
        heap.memfree(second);
        assertThat(heap.memresize(first, 400)).isEqualTo(first);
        Pattern.verify(heap, first, 100, 1);
    }

    @Test
    void growingTheLastBlockStaysInPlace() {
        long address = heap.memalloc(100);
        for (long size = 200; size < HeapOptions.MMAP_THRESHOLD; size += 1000) {
            assertThat(heap.memresize(address, size)).isEqualTo(address);
        }
    }

    @Test
    void bothNeighboursAreMergedAtEveryFree() {
        long first = heap.memalloc(1000);
        long second = heap.memalloc(1000);
        long third = heap.memalloc(1000);
        heap.memalloc(16);
        heap.memfree(first);
        heap.memfree(third);
        heap.memfree(second);
        assertThat(heap.memalloc(3000)).isEqualTo(first);
    }
}
