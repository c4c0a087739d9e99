package dev.memalloc.benchmarks.allocators;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * {@link ByteBuffer#allocateDirect}: zeroed memory that only the garbage collector frees. To free a block is to drop
 * the reference; the JVM's limit for direct memory decides how much such memory piles up.
 */
final class DirectAllocator implements Allocator {
    private final ObjectTable<ByteBuffer> table = new ObjectTable<>();

    @Override
    public String version() {
        return System.getProperty("java.runtime.version");
    }

    @Override
    public long allocate(long size) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.toIntExact(size));
        return table.put(buffer, MemorySegment.ofBuffer(buffer).address());
    }

    @Override
    public long allocateZeroed(long size) {
        return allocate(size);
    }

    @Override
    public long reallocate(long block, long oldSize, long size) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.toIntExact(size));
        buffer.put(0, table.get(block), 0, Math.toIntExact(oldSize));
        table.replace(block, buffer, MemorySegment.ofBuffer(buffer).address());
        return block;
    }

    @Override
    public void free(long block) {
        table.remove(block);
    }

    @Override
    public long address(long block) {
        return table.address(block);
    }

    @Override
    public void threadEnd() {
        table.threadEnd();
    }
}
