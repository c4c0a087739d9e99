package dev.memalloc.benchmarks.allocators;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** The JDK's arenas: a block is an arena with one segment, which is zeroed; freeing it closes the arena. */
final class ArenaAllocator implements Allocator {
    private static final long ALIGNMENT = 16;

    private final Supplier<Arena> arenas;
    private final ObjectTable<Arena> table = new ObjectTable<>();

    /** Blocks in the arenas of {@code arenas}. */
    ArenaAllocator(Supplier<Arena> arenas) {
        this.arenas = arenas;
    }

    @Override
    public String version() {
        return System.getProperty("java.runtime.version");
    }

    @Override
    public long allocate(long size) {
        Arena arena = arenas.get();
        return table.put(arena, arena.allocate(size, ALIGNMENT).address());
    }

    @Override
    public long allocateZeroed(long size) {
        return allocate(size);
    }

    @Override
    public long reallocate(long block, long oldSize, long size) {
        Arena arena = arenas.get();
        MemorySegment segment = arena.allocate(size, ALIGNMENT);
        MemorySegment.copy(MemorySegment.ofAddress(address(block)).reinterpret(oldSize), 0, segment, 0, oldSize);
        table.get(block).close();
        table.replace(block, arena, segment.address());
        return block;
    }

    @Override
    public void free(long block) {
        table.remove(block).close();
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
