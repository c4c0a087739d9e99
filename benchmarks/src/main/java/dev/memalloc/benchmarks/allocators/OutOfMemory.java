package dev.memalloc.benchmarks.allocators;

/** What C's allocators say by a null pointer. */
final class OutOfMemory {
    private OutOfMemory() {
    }

    /** The address, if there is one. */
    static long requireFound(long address, long size) {
        if (address == 0) {
            throw new OutOfMemoryError("the allocator has no " + size + " bytes");
        }
        return address;
    }
}
