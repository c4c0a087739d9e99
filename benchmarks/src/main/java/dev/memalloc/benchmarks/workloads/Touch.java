package dev.memalloc.benchmarks.workloads;

import dev.memalloc.internal.RawMemory;

/** How a workload uses the bytes of a block. */
final class Touch {
    /** What is written: neither 0, which fresh memory is, nor a common pattern of an allocator. */
    static final byte MARK = 0x5A;
    /** The distance, in bytes, at which a write reaches every page. */
    static final int PAGE = 4096;

    private Touch() {
    }

    /** Writes the first byte, one in every page, and the last byte. */
    static void pages(long address, long size) {
        for (long offset = 0; offset < size; offset += PAGE) {
            RawMemory.putByte(address + offset, MARK);
        }
        RawMemory.putByte(address + size - 1, MARK);
    }

    /** Writes every byte. */
    static void all(long address, long size) {
        RawMemory.fill(address, size, MARK);
    }

    /** Reads every byte, and verifies that {@link #all} wrote it. */
    static void verifyAll(long address, long size) {
        long end = address + size;
        for (long at = address; at < end; at++) {
            if (RawMemory.getByte(at) != MARK) {
                throw new IllegalStateException("the byte at " + at + " was overwritten");
            }
        }
    }
}
