package dev.memalloc.benchmarks.allocators;

import org.lwjgl.system.rpmalloc.RPmalloc;

/** The rpmalloc that LWJGL brings along, called as LWJGL calls it. */
final class LwjglRpmalloc implements Allocator {
    LwjglRpmalloc() {
        int failure = RPmalloc.nrpmalloc_initialize(0);
        if (failure != 0) {
            throw new IllegalStateException("rpmalloc cannot be initialised: " + failure);
        }
    }

    @Override
    public String version() {
        return RPmalloc.RPMALLOC_VERSION;
    }

    @Override
    public long allocate(long size) {
        return OutOfMemory.requireFound(RPmalloc.nrpmalloc(size), size);
    }

    @Override
    public long allocateZeroed(long size) {
        return OutOfMemory.requireFound(RPmalloc.nrpcalloc(1, size), size);
    }

    @Override
    public long reallocate(long block, long oldSize, long size) {
        return OutOfMemory.requireFound(RPmalloc.nrprealloc(block, size), size);
    }

    @Override
    public void free(long block) {
        RPmalloc.nrpfree(block);
    }

    @Override
    public void threadStart() {
        RPmalloc.rpmalloc_thread_initialize();
    }

    @Override
    public void threadEnd() {
        RPmalloc.rpmalloc_thread_finalize();
    }
}
