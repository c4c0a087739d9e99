package dev.memalloc.benchmarks.allocators;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.Version;
import java.lang.foreign.MemorySegment;

/** Netty's direct buffers, of one of its allocators. */
final class NettyAllocator implements Allocator {
    private final ByteBufAllocator buffers;
    private final ObjectTable<ByteBuf> table = new ObjectTable<>();

    /** Blocks that are buffers of {@code buffers}. */
    NettyAllocator(ByteBufAllocator buffers) {
        this.buffers = buffers;
    }

    @Override
    public String version() {
        return Version.identify().get("netty-buffer").artifactVersion();
    }

    @Override
    public long allocate(long size) {
        ByteBuf buffer = buffers.directBuffer(Math.toIntExact(size));
        return table.put(buffer, addressOf(buffer));
    }

    @Override
    public long allocateZeroed(long size) {
        long block = allocate(size);
        table.get(block).setZero(0, Math.toIntExact(size));
        return block;
    }

    @Override
    public long reallocate(long block, long oldSize, long size) {
        ByteBuf buffer = table.get(block);
        // What a buffer keeps when it moves is what was written to it.
        buffer.writerIndex(Math.toIntExact(oldSize)).capacity(Math.toIntExact(size));
        table.replace(block, buffer, addressOf(buffer));
        return block;
    }

    @Override
    public void free(long block) {
        table.remove(block).release();
    }

    @Override
    public long address(long block) {
        return table.address(block);
    }

    @Override
    public void threadEnd() {
        table.threadEnd();
    }

    private static long addressOf(ByteBuf buffer) {
        return buffer.hasMemoryAddress()
            ? buffer.memoryAddress()
            : MemorySegment.ofBuffer(buffer.internalNioBuffer(0, buffer.capacity())).address();
    }
}
