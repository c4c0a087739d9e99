package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Contents that belong to one block only, and can be told from any other's. */
final class Pattern {
    private Pattern() {
    }

    static void write(Heap heap, long address, long size, long id) {
        write(heap.segment(address), 0, size, id);
    }

    static void write(MemorySegment block, long from, long size, long id) {
        long words = size / Long.BYTES;
        for (long i = from / Long.BYTES; i < words; i++) {
            block.setAtIndex(ValueLayout.JAVA_LONG, i, word(id, i));
        }
        for (long i = Math.max(from, words * Long.BYTES); i < size; i++) {
            block.set(ValueLayout.JAVA_BYTE, i, (byte) word(id, i));
        }
    }

    static void verify(Heap heap, long address, long size, long id) {
        verify(heap.segment(address), size, size, id);
    }

    /** Verifies the first {@code kept} bytes of a pattern that was written with {@code size}. */
    static void verify(MemorySegment block, long size, long kept, long id) {
        long words = size / Long.BYTES;
        long keptWords = Math.min(words, kept / Long.BYTES);
        for (long i = 0; i < keptWords; i++) {
            if (block.getAtIndex(ValueLayout.JAVA_LONG, i) != word(id, i)) {
                assertThat(block.getAtIndex(ValueLayout.JAVA_LONG, i)).as("word %d of block %d", i, id)
                    .isEqualTo(word(id, i));
            }
        }
        for (long i = words * Long.BYTES; i < kept; i++) {
            assertThat(block.get(ValueLayout.JAVA_BYTE, i)).as("byte %d of block %d", i, id)
                .isEqualTo((byte) word(id, i));
        }
    }

    private static long word(long id, long index) {
        long mixed = (id << 32 ^ index) * 0x9E3779B97F4A7C15L;
        return mixed ^ mixed >>> 32;
    }
}
