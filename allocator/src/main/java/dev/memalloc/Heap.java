package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A heap of off-heap memory: blocks in an address range of its own, and mappings beside it for large requests.
 *
 * <p>An address is a {@code long}, 0 means none. Each one that a heap hands out is a multiple of 16 and stays
 * the caller's until it is given to {@link #memfree} or {@link #memresize} of the same heap, or the heap is
 * closed. A block's payload takes its request and 8 bytes more, rounded up to a multiple of 16 bytes, 32 at
 * least; a mapping takes whole pages.
 *
 * <p><b>Misuse</b> is found before it does harm, and by every method alike: an address that is not the start of
 * a live block gives {@link IllegalArgumentException}; one that was freed already, or a header that was
 * overwritten, {@link IllegalStateException}; and nothing has changed then. Memory is reached by its address from
 * other code as well, of course, and this class cannot watch that: only its traces are found.
 *
 * <p><b>Threads.</b> Any thread may call any method at any time; one lock makes them take turns. What is written
 * into a block is not ordered between threads by that.
 *
 * <p><b>Cost.</b> {@code memalloc}, {@code memfree} and an in-place {@code memresize} take a bounded number of
 * steps; a mapping takes a call to the operating system, which rarely copies.
 *
 * {@snippet :
 * try (Heap heap = new Heap(HeapOptions.defaults().withLimit(1L << 30))) {
 *     long p = heap.memalloc(1000);
 *     heap.segment(p).fill((byte) 1);
 *     p = heap.memresize(p, 1_000_000);
 * }                                       // everything is given back
 * }
 */
public final class Heap implements AutoCloseable {
    private final HeapOptions options;
    private final boolean closeable;
    private final Region region;
    private final FreeLists freeLists;
    private final Blocks blocks;
    private final Mappings mappings;
    /** All memory, for as long as the heap is open: what {@link #segment} hands out is sliced from it. */
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = RawMemory.segment(0, Long.MAX_VALUE, arena, null);

    private long bytesInBlocks;
    private long liveBlocks;
    private long bytesPeak;
    private boolean closed;

    /**
     * A heap with {@link HeapOptions#defaults()}.
     *
     * @throws OutOfMemoryError if the operating system refuses even a small address range
     * @throws IllegalCallerException if native access is not enabled; the message has the flag to pass
     */
    public Heap() {
        this(HeapOptions.defaults());
    }

    /**
     * A heap with settings of its own.
     *
     * @param options the settings
     * @throws OutOfMemoryError if the operating system refuses even a small address range
     * @throws IllegalCallerException if native access is not enabled; the message has the flag to pass
     */
    public Heap(HeapOptions options) {
        this(options, new Os(), true);
    }

    Heap(HeapOptions options, Os os) {
        this(options, os, true);
    }

    private Heap(HeapOptions options, Os os, boolean closeable) {
        this.options = options;
        this.closeable = closeable;
        try {
            region = Region.reserve(os, options.addressRange());
        } catch (OsException e) {
            OutOfMemoryError error = new OutOfMemoryError("no address range for a heap: " + e.getMessage());
            error.initCause(e);
            throw error;
        }
        freeLists = new FreeLists(region);
        blocks = new Blocks(region, freeLists);
        mappings = new Mappings(os);
    }

    /** The heap of {@link Memory}. */
    static Heap ofProcess() {
        return new Heap(HeapOptions.fromSystemProperties(), new Os(), false);
    }

    /**
     * Allocates memory. Its contents are unspecified.
     *
     * @param size how many bytes
     * @return the address of at least {@code size} bytes, a multiple of 16; 0 if {@code size} is 0
     * @throws IllegalArgumentException if {@code size} is negative
     * @throws OutOfMemoryError if that would exceed the limit, or the operating system has no memory; nothing
     *     has changed then
     * @throws IllegalStateException if the heap is closed, or damage to it was found
     */
    public synchronized long memalloc(long size) {
        requireSize(size);
        requireOpen();
        return size == 0 ? 0 : allocate(size);
    }

    /**
     * Allocates memory for an array, all zero. Memory fresh from the operating system is not zeroed again.
     *
     * @param count how many elements
     * @param elementSize bytes in each
     * @return the address of at least {@code count * elementSize} bytes, a multiple of 16; 0 if either is 0
     * @throws IllegalArgumentException if {@code count} or {@code elementSize} is negative, or the product is more
     *     than {@link Long#MAX_VALUE}
     * @throws OutOfMemoryError as {@link #memalloc}
     * @throws IllegalStateException as {@link #memalloc}
     */
    public synchronized long defalloc(long count, long elementSize) {
        requireSize(count);
        requireSize(elementSize);
        if (Math.multiplyHigh(count, elementSize) != 0 || count * elementSize < 0) {
            throw new IllegalArgumentException(
                count + " elements of " + elementSize + " bytes are more bytes than a long can count");
        }
        requireOpen();
        long size = count * elementSize;
        if (size == 0) {
            return 0;
        }
        long clean = region.clean();
        long address = allocate(size);
        if (region.contains(address) && address < clean) {
            RawMemory.fill(address, Math.min(size, clean - address), (byte) 0);
        }
        return address;
    }

    /**
     * Frees a block: its bytes must not be used any more.
     *
     * @param address the address of a live block, or 0, which does nothing
     * @throws IllegalArgumentException if no live block starts at {@code address}; nothing has changed then
     * @throws IllegalStateException if the block was freed already, damage to its header or to its neighbours
     *     was found, or the heap is closed; nothing has changed then
     * @throws OutOfMemoryError if the operating system refuses to unmap a mapping; it is still live then
     */
    public synchronized void memfree(long address) {
        requireOpen();
        if (address == 0) {
            return;
        }
        if (region.contains(address)) {
            long block = blocks.requireLive(address);
            long size = Block.size(block);
            blocks.free(block);
            bytesInBlocks -= size;
        } else {
            requireMapping(address);
            freeMapping(address);
        }
        liveBlocks--;
    }

    /**
     * Makes a block larger or smaller, keeping its contents up to the smaller size: where it is, if it shrinks or
     * what follows it is free; elsewhere otherwise. A mapping is moved by the operating system, without copying,
     * and stays a mapping of whole pages however small it becomes. A block that grows to the threshold for
     * mappings becomes one.
     *
     * @param address the address of a live block, which is not to be used any more once this returns; or 0, to
     *     allocate {@code newSize} bytes
     * @param newSize how many bytes it shall have; 0 frees it
     * @return the address of at least {@code newSize} bytes, a multiple of 16; 0 if {@code newSize} is 0
     * @throws IllegalArgumentException if {@code newSize} is negative, or no live block starts at {@code address}
     * @throws OutOfMemoryError as {@link #memalloc}; the block is still live and unchanged then
     * @throws IllegalStateException as {@link #memfree}; the block is unchanged then
     */
    public synchronized long memresize(long address, long newSize) {
        requireSize(newSize);
        requireOpen();
        if (address == 0) {
            return newSize == 0 ? 0 : allocate(newSize);
        }
        if (newSize == 0) {
            memfree(address);
            return 0;
        }
        if (region.contains(address)) {
            return resizeBlock(blocks.requireLive(address), newSize);
        }
        requireMapping(address);
        return resizeMapping(address, newSize);
    }

    /**
     * Copies a block's first bytes into a new one.
     *
     * @param address the address of a live block, or 0
     * @param size how many bytes to copy
     * @return the address of the copy, a multiple of 16; 0 if {@code address} or {@code size} is 0
     * @throws IllegalArgumentException if {@code size} is negative or more than the block has, or no live block
     *     starts at {@code address}
     * @throws OutOfMemoryError as {@link #memalloc}
     * @throws IllegalStateException as {@link #memfree}
     */
    public synchronized long memdup(long address, long size) {
        requireSize(size);
        requireOpen();
        if (address == 0) {
            return 0;
        }
        requireWithin(address, size);
        if (size == 0) {
            return 0;
        }
        long copy = allocate(size);
        RawMemory.copy(address, copy, size);
        return copy;
    }

    /**
     * Sets a block's first bytes.
     *
     * @param address the address of a live block, or 0, which does nothing
     * @param value the low 8 bits are what each byte is set to
     * @param size how many bytes to set
     * @return {@code address}
     * @throws IllegalArgumentException if {@code size} is negative or more than the block has, or no live block
     *     starts at {@code address}
     * @throws IllegalStateException as {@link #memfree}
     */
    public synchronized long memoryset(long address, int value, long size) {
        requireSize(size);
        requireOpen();
        if (address == 0) {
            return 0;
        }
        requireWithin(address, size);
        RawMemory.fill(address, size, (byte) value);
        return address;
    }

    /**
     * A live block's bytes as a segment: at least as many as were asked for. Any thread may use it until the heap
     * is closed, after which it throws. Nobody watches that it is not used after the block was freed.
     *
     * @param address the address of a live block
     * @return the bytes that may be used
     * @throws IllegalArgumentException if no live block starts at {@code address}
     * @throws IllegalStateException as {@link #memfree}
     */
    public synchronized MemorySegment segment(long address) {
        requireOpen();
        return memory.asSlice(address, requireUsable(address));
    }

    /**
     * The heap's figures.
     *
     * @return the figures now
     * @throws IllegalStateException if the heap is closed
     */
    public synchronized HeapStats stats() {
        requireOpen();
        long live = bytesLive();
        return new HeapStats(
            live,
            region.bytesCommitted(),
            mappings.bytes(),
            Math.max(0, region.bytesCommitted() - (region.start - region.base) - bytesInBlocks),
            liveBlocks,
            mappings.count(),
            bytesPeak,
            Math.max(freeLists.largest(), region.bytesUnused()),
            options.limit());
    }

    /**
     * Walks every block, free list and mapping, and verifies every invariant between them. Takes time
     * proportional to the number of blocks; other threads wait.
     *
     * @throws IllegalStateException with the first invariant that is broken, or if the heap is closed
     */
    public synchronized void check() {
        requireOpen();
        HeapCheck check = new HeapCheck(region, freeLists);
        check.run();
        mappings.check();
        check.require(check.bytesLive() == bytesInBlocks, region.start,
            "the live blocks have " + check.bytesLive() + " bytes, but " + bytesInBlocks + " are counted");
        check.require(check.blocksLive() + mappings.count() == liveBlocks, region.start,
            "there are " + (check.blocksLive() + mappings.count()) + " live blocks, but " + liveBlocks
            + " are counted");
        check.require(bytesLive() <= bytesPeak && bytesPeak <= options.limit(), region.start,
            "live bytes, their peak and the limit are out of order");
    }

    /**
     * Gives everything back to the operating system at once: no block of this heap may be used any more. Every
     * later call but this one throws {@link IllegalStateException}.
     *
     * @throws IllegalStateException if this is the process's heap, which cannot be closed, or a segment of this
     *     heap is being read or written by another thread; the heap stays open then
     * @throws OutOfMemoryError if the operating system refuses to unmap; what is left is given back by closing again
     */
    @Override
    public synchronized void close() {
        if (!closeable) {
            throw new IllegalStateException("the process's heap cannot be closed");
        }
        if (closed) {
            return;
        }
        if (arena.scope().isAlive()) {
            arena.close();
        }
        try {
            mappings.unmapAll();
            region.release();
            closed = true;
        } catch (OsException e) {
            throw outOfMemory(0, e.getMessage(), e);
        }
    }

    private long allocate(long size) {
        long address = size >= options.mmapThreshold() ? allocateMapping(size) : allocateBlock(size);
        liveBlocks++;
        bytesPeak = Math.max(bytesPeak, bytesLive());
        return address;
    }

    private long allocateBlock(long size) {
        long bytes = Block.sizeFor(size);
        requireWithinLimit(size, bytes);
        long block;
        try {
            block = blocks.allocate(bytes);
        } catch (OsException e) {
            throw outOfMemory(size, e.getMessage(), e);
        }
        if (block == 0) {
            throw outOfMemory(size, "the address range of " + (region.end - region.base) + " bytes is full", null);
        }
        long taken = Block.size(block);
        if (taken > options.limit() - bytesLive()) {
            blocks.free(block);
            throw beyondLimit(size);
        }
        bytesInBlocks += taken;
        return Block.address(block);
    }

    private long allocateMapping(long size) {
        long bytes = mappingSize(size);
        requireWithinLimit(size, bytes);
        try {
            return mappings.map(bytes);
        } catch (OsException e) {
            throw outOfMemory(size, e.getMessage(), e);
        }
    }

    private long resizeBlock(long block, long newSize) {
        if (newSize < options.mmapThreshold() && resizeInPlace(block, newSize)) {
            return Block.address(block);
        }
        long address = Block.address(block);
        long kept = Math.min(Block.payloadSize(block), newSize);
        long moved = allocate(newSize);
        RawMemory.copy(address, moved, kept);
        try {
            memfree(address);
        } catch (IllegalStateException e) {
            memfree(moved);
            throw e;
        }
        return moved;
    }

    private boolean resizeInPlace(long block, long newSize) {
        long size = Block.size(block);
        long newBytes = Block.sizeFor(newSize);
        requireWithinLimit(newSize, newBytes - size);
        try {
            if (!blocks.resize(block, newBytes)) {
                return false;
            }
        } catch (OsException e) {
            throw outOfMemory(newSize, e.getMessage(), e);
        }
        long more = Block.size(block) - size;
        if (more > options.limit() - bytesLive()) {
            blocks.resize(block, size);
            throw beyondLimit(newSize);
        }
        bytesInBlocks += more;
        bytesPeak = Math.max(bytesPeak, bytesLive());
        return true;
    }

    private long resizeMapping(long address, long newSize) {
        long bytes = mappingSize(newSize);
        requireWithinLimit(newSize, bytes - mappings.size(address));
        try {
            long moved = mappings.resize(address, bytes);
            bytesPeak = Math.max(bytesPeak, bytesLive());
            return moved;
        } catch (OsException e) {
            throw outOfMemory(newSize, e.getMessage(), e);
        }
    }

    private void freeMapping(long address) {
        try {
            mappings.unmap(address);
        } catch (OsException e) {
            throw outOfMemory(0, e.getMessage() + "; the mapping stays live", e);
        }
    }

    private long mappingSize(long size) {
        if (size > Long.MAX_VALUE - Os.PAGE_SIZE) {
            throw outOfMemory(size, "no address space is that large", null);
        }
        return Os.toPages(size);
    }

    private long bytesLive() {
        return bytesInBlocks + mappings.bytes();
    }

    /** The payload bytes of the live block or mapping at an address. */
    private long requireUsable(long address) {
        if (region.contains(address)) {
            return Block.payloadSize(blocks.requireLive(address));
        }
        requireMapping(address);
        return mappings.size(address);
    }

    private void requireWithin(long address, long size) {
        long usable = requireUsable(address);
        if (size > usable) {
            throw new IllegalArgumentException("the block at " + Damage.hex(address) + " has " + usable
                + " bytes, fewer than " + size);
        }
    }

    private void requireMapping(long address) {
        if (!mappings.contains(address)) {
            throw mappings.explain(address);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the heap is closed");
        }
    }

    private void requireWithinLimit(long size, long more) {
        if (more > options.limit() - bytesLive()) {
            throw beyondLimit(size);
        }
    }

    private static void requireSize(long size) {
        if (size < 0) {
            throw new IllegalArgumentException("a size must not be negative: " + size);
        }
    }

    private OutOfMemoryError beyondLimit(long size) {
        return outOfMemory(size, "the limit would be exceeded", null);
    }

    private OutOfMemoryError outOfMemory(long size, String why, OsException cause) {
        String limit = options.limit() == Long.MAX_VALUE ? "none" : options.limit() + " bytes";
        OutOfMemoryError error = new OutOfMemoryError("off-heap memory: " + size + " bytes asked for, "
            + bytesLive() + " bytes live, limit " + limit + ": " + why);
        error.initCause(cause);
        return error;
    }
}
