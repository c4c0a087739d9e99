package dev.memalloc.benchmarks.allocators;

import org.lwjgl.system.jemalloc.JEmalloc;

/** The jemalloc that LWJGL brings along, called as LWJGL calls it. */
final class LwjglJemalloc implements Allocator {
    @Override
    public String version() {
        return JEmalloc.JEMALLOC_VERSION;
    }

    @Override
    public long allocate(long size) {
        return OutOfMemory.requireFound(JEmalloc.nje_malloc(size), size);
    }

    @Override
    public long allocateZeroed(long size) {
        return OutOfMemory.requireFound(JEmalloc.nje_calloc(1, size), size);
    }

    @Override
    public long reallocate(long block, long oldSize, long size) {
        return OutOfMemory.requireFound(JEmalloc.nje_realloc(block, size), size);
    }

    @Override
    public void free(long block) {
        JEmalloc.nje_free(block);
    }
}
