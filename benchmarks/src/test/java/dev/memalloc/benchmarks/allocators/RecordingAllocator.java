package dev.memalloc.benchmarks.allocators;

import dev.memalloc.internal.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An allocator that poisons what it hands out, and verifies at each free that the block is live and that the bytes
 * which the workload claims to use were written.
 */
public final class RecordingAllocator implements Allocator {
    private static final byte POISON = (byte) 0xDB;
    private static final long PAGE = 4096;

    private final Allocator memory;
    private final Written written;
    private final Map<Long, Block> live = new ConcurrentHashMap<>();
    private final Map<String, List<String>> requests = new ConcurrentHashMap<>();
    private final AtomicLong blocks = new AtomicLong();
    private final AtomicLong blocksPeak = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong bytesPeak = new AtomicLong();
    private final AtomicLong frees = new AtomicLong();

    /** Which bytes of a block a workload writes. */
    public enum Written {
        PAGES, ALL, FIRST_128
    }

    private record Block(long size, byte before) {
    }

    /** Records what is asked of {@code memory}. */
    public RecordingAllocator(Allocator memory, Written written) {
        this.memory = memory;
        this.written = written;
    }

    public long blocksLive() {
        return live.size();
    }

    public long blocksPeak() {
        return blocksPeak.get();
    }

    public long bytesPeak() {
        return bytesPeak.get();
    }

    public long frees() {
        return frees.get();
    }

    /** The requests of each thread, in order, by the thread's name. */
    public Map<String, List<String>> requests() {
        return new TreeMap<>(requests);
    }

    @Override
    public String version() {
        return memory.version();
    }

    @Override
    public long allocate(long size) {
        note("allocate " + size);
        return record(memory.allocate(size), size, POISON);
    }

    @Override
    public long allocateZeroed(long size) {
        note("allocateZeroed " + size);
        return record(memory.allocate(size), size, (byte) 0);
    }

    @Override
    public long reallocate(long block, long oldSize, long size) {
        note("reallocate " + oldSize + " to " + size);
        if (live.get(block).size() != oldSize) {
            throw new AssertionError("the old size is " + live.get(block).size() + ", not " + oldSize);
        }
        long moved = record(memory.allocate(size), size, POISON);
        RawMemory.copy(block, moved, Math.min(oldSize, size));
        free(block);
        return moved;
    }

    @Override
    public void free(long block) {
        Block record = live.remove(block);
        if (record == null) {
            throw new AssertionError("no live block: " + block);
        }
        requireWritten(block, record);
        frees.incrementAndGet();
        blocks.decrementAndGet();
        bytes.addAndGet(-record.size());
        memory.free(block);
    }

    private long record(long block, long size, byte before) {
        RawMemory.fill(block, size, before);
        live.put(block, new Block(size, before));
        blocksPeak.accumulateAndGet(blocks.incrementAndGet(), Math::max);
        bytesPeak.accumulateAndGet(bytes.addAndGet(size), Math::max);
        return block;
    }

    private void note(String request) {
        requests.computeIfAbsent(Thread.currentThread().getName(), name -> new ArrayList<>()).add(request);
    }

    private void requireWritten(long address, Block block) {
        long end = written == Written.FIRST_128 ? Math.min(128, block.size()) : block.size();
        long window = written == Written.ALL ? 1 : PAGE;
        for (long from = 0; from < end; from += window) {
            requireWritten(address, from, Math.min(from + window, end), block);
        }
        requireWritten(address, 0, 1, block);
        requireWritten(address, end - 1, end, block);
    }

    /** At least one of these bytes was written. */
    private static void requireWritten(long address, long from, long to, Block block) {
        for (long offset = from; offset < to; offset++) {
            if (RawMemory.getByte(address + offset) != block.before()) {
                return;
            }
        }
        throw new AssertionError("nothing was written from " + from + " to " + to + " in " + block.size() + " bytes");
    }
}
