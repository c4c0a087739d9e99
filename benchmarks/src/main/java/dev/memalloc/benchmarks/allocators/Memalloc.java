package dev.memalloc.benchmarks.allocators;

import dev.memalloc.Memory;

/** memalloc's process heap. */
final class Memalloc implements Allocator {
    @Override
    public String version() {
        String version = Memory.class.getPackage().getImplementationVersion();
        return version == null ? "this build" : version;
    }

    @Override
    public long allocate(long size) {
        return Memory.memalloc(size);
    }

    @Override
    public long allocateZeroed(long size) {
        return Memory.defalloc(1, size);
    }

    @Override
    public long reallocate(long block, long oldSize, long size) {
        return Memory.memresize(block, size);
    }

    @Override
    public void free(long block) {
        Memory.memfree(block);
    }
}
