package java.nio;

import dev.memalloc.agent.boot.JavaNio;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Consumer;
import jdk.internal.access.SharedSecrets;
import jdk.internal.misc.VM;

/**
 * The agent's class inside of {@code java.base}: it calls what nobody outside of this package may call, and what takes
 * native access, which this module has. It hands itself over to the agent. That keeps it from being used by mistake,
 * not by intent: reflection reaches everything in the boot loader's unnamed module.
 */
@SuppressWarnings("restricted")
final class MemallocNio extends JavaNio {
    static {
        lend(new MemallocNio());
    }

    private MemallocNio() {
    }

    @Override
    public ByteBuffer newBuffer(int capacity, long address, Runnable free) {
        return new DirectByteBuffer(capacity, address, null, free, false, null);
    }

    @Override
    public long capacityMax() {
        return VM.maxDirectMemory();
    }

    @Override
    public long capacityLeft() {
        return VM.maxDirectMemory() - Bits.BUFFER_POOL.getTotalCapacity();
    }

    @Override
    public long bytesReserved() {
        return Bits.BUFFER_POOL.getMemoryUsed();
    }

    @Override
    public void reserve(long size, int capacity) {
        Bits.reserveMemory(size, capacity);
    }

    @Override
    public void unreserve(long size, int capacity) {
        Bits.unreserveMemory(size, capacity);
    }

    @Override
    public boolean waitForFrees() throws InterruptedException {
        return SharedSecrets.getJavaLangRefAccess().waitForReferenceProcessing();
    }

    @Override
    public int alignment() {
        return VM.isDirectMemoryPageAligned() ? Bits.pageSize() : 1;
    }

    @Override
    public MethodHandle downcallHandle(
            Linker linker, MemorySegment symbol, FunctionDescriptor type, Linker.Option... options) {
        return linker.downcallHandle(symbol, type, options);
    }

    @Override
    public MemorySegment reinterpret(MemorySegment segment, long size) {
        return segment.reinterpret(size);
    }

    @Override
    public MemorySegment reinterpret(MemorySegment segment, Arena arena, Consumer<MemorySegment> cleanup) {
        return segment.reinterpret(arena, cleanup);
    }
}
