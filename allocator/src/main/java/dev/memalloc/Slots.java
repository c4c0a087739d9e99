package dev.memalloc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The small blocks of a heap, which have no header: handing them out and taking them back.
 *
 * <p>A thread takes slots from and gives them to a {@link ThreadCache} of its own, without a lock; batches move
 * between that and the {@link SizeClass} (Bonwick and Adams, Magazines and Vmem, 2001). Two threads that free one
 * slot at the same moment may both succeed; but then only one of them finds it cached when it is to be handed out
 * again, and the other gets the exception of a damaged heap, or drops it when its cache is flushed. Both get it if they
 * are at that at the same moment, too.
 *
 * <p>States are read and written through the heap's own segment: once the heap is closed, whatever comes too late is
 * refused, and cannot reach memory that has another owner by then.
 *
 * @param memory all memory, as long as the heap is open
 * @param layout where slots and their states are; a record, and this is one for the same reason
 * @param caches the threads' caches
 * @param classes what the caches are filled from
 * @param guarded whether some blocks are to be guarded, which the quick way does not do
 */
record Slots(MemorySegment memory, SlotLayout layout, ThreadCaches caches, SizeClasses classes, boolean guarded) {
    /**
     * Whether the quick way verifies what it is given. It always does, but for the benchmark that shows what that
     * costs: without, misuse damages the heap, which cannot be checked or walked.
     */
    private static final boolean CHECKED = !Boolean.getBoolean("dev.memalloc.unchecked");
    /** So many classes have as much address space together as all blocks. */
    private static final int SPANS_PER_RANGE = 64;

    /**
     * Reserves the ranges: {@code addressRange} bytes for 64 of the classes or, where the operating system refuses,
     * the largest half of a half of it.
     *
     * @throws OsException if the operating system refuses even a small one
     */
    static Slots reserve(Os os, MemorySegment memory, HeapOptions options, Budget budget) {
        int log2 = 63 - Long.numberOfLeadingZeros(options.addressRange() / SPANS_PER_RANGE | 1);
        int shift = Math.clamp(log2, SlotLayout.SHIFT_MIN, SlotLayout.SHIFT_MAX);
        while (true) {
            try {
                SlotLayout layout = reserve(os, shift);
                return new Slots(memory, layout, ThreadCaches.of(options.limit(), layout.shards()),
                    new SizeClasses(os, layout, budget), options.guardInterval() != 0);
            } catch (OsException e) {
                if (shift == SlotLayout.SHIFT_MIN) {
                    throw e;
                }
                shift--;
            }
        }
    }

    private static SlotLayout reserve(Os os, int shift) {
        long base = os.reserve(SlotLayout.rangeSize(shift));
        try {
            return SlotLayout.of(shift, base, StateRange.reserve(os, SlotLayout.stateRangeSize(shift)),
                Runtime.getRuntime().availableProcessors());
        } catch (OsException e) {
            os.unmap(base, SlotLayout.rangeSize(shift));
            throw e;
        }
    }

    /** Whether requests of that many bytes are served; none of 0 is. */
    boolean serves(long size) {
        return Long.compareUnsigned(size - 1, SlotSizes.SIZE_MAX) < 0;
    }

    boolean contains(long address) {
        return layout.contains(address);
    }

    /** Hands a slot of class {@code n} out that the current thread has at hand; returns 0 if it has none. */
    long tryAllocate(int n) {
        ThreadCache cache = caches.quick();
        if (cache != null && !(guarded && cache.isGuardDue())) {
            int units = cache.pop(n);
            if (units >= 0) {
                cache.untilGuard--;
                return handOut(n, units);
            }
        }
        return 0;
    }

    /**
     * Hands a slot of class {@code n} out; returns its address, or 0 if there is none within the limit and the range.
     *
     * @throws OsException if the operating system has no memory
     */
    long allocate(int n) {
        requireOpen();
        int units = fetch(n);
        if (units < 0 && !classes.isFull(n)) {
            flushCaches();
            units = fetch(n);
        }
        return units < 0 ? 0 : handOut(n, units);
    }

    /** Takes a live slot back if the thread has room for it at hand; returns false otherwise, or if it is not live. */
    boolean tryFree(long address) {
        int n = layout.classAt(address);
        long within = layout.within(address);
        long state = layout.state(n, within);
        ThreadCache cache = caches.quick();
        if (cache == null) {
            return false;
        }
        if (!CHECKED) {
            return cache.push(n, layout.shard(within), SlotLayout.units(within));
        }
        if (!SlotLayout.isStart(n, within) || state(state) != SlotState.LIVE) {
            return false;
        }
        // Before: if an Error strikes in between, a slot is lost, rather than live and cached.
        setState(state, SlotState.CACHED);
        if (!cache.push(n, layout.shard(within), SlotLayout.units(within))) {
            setState(state, SlotState.LIVE);
            return false;
        }
        return true;
    }

    /**
     * Takes a live slot back.
     *
     * @throws IllegalArgumentException if {@code address}, which is in the range, is not one
     * @throws IllegalStateException if it was freed already
     */
    void free(long address) {
        requireOpen();
        if (CHECKED) {
            requireLive(address);
        }
        int n = layout.classAt(address);
        long within = layout.within(address);
        ThreadCache own = caches.ownOrNew();
        ThreadCache shared = caches.ofMany();
        // From here on nothing may fail; and the state is set before another thread can get the slot.
        setState(layout.state(n, within), SlotState.CACHED);
        if (own != null) {
            own.store(n, layout.shard(within), SlotLayout.units(within), classes);
            return;
        }
        synchronized (shared) {
            shared.store(n, layout.shard(within), SlotLayout.units(within), classes);
        }
    }

    /**
     * The size of the live slot at an address.
     *
     * @throws IllegalArgumentException if {@code address}, which is in the range, is not one
     * @throws IllegalStateException if it was freed already
     */
    long requireLive(long address) {
        long size = sizeIfLive(address);
        if (size == 0) {
            throw explain(address);
        }
        return size;
    }

    /** The size of the live slot at an address in the range; 0 if there is none. */
    long sizeIfLive(long address) {
        int n = layout.classAt(address);
        long within = layout.within(address);
        return SlotLayout.isStart(n, within) && state(layout.state(n, within)) == SlotState.LIVE
            ? SlotSizes.stride(n) : 0;
    }

    /** Makes a live slot one that cannot be freed by its own address, or ends that; does nothing for other blocks. */
    void setGuarded(long address, boolean on) {
        if (contains(address)) {
            setState(layout.state(layout.classAt(address), layout.within(address)),
                on ? SlotState.GUARDED : SlotState.LIVE);
        }
    }

    /** The shard that the current thread is served from. */
    int shard() {
        ThreadCache own = caches.ownOrNew();
        return (own != null ? own : caches.ofMany()).shard;
    }

    /** Gives back what caches hold, so that others may have it. */
    void flushCaches() {
        ThreadCache own = caches.own();
        if (own != null) {
            own.flush(classes);
        }
        caches.flushRunning(classes);
        flushIdle();
        classes.releaseReady();
    }

    /** Gives back what caches hold that no running thread has to itself. */
    void flushIdle() {
        caches.flushIdle(classes);
    }

    /** Bytes in slots that are cached: they are taken from the budget, but not live. */
    long bytesCached() {
        // In this order, what goes back to the classes in between is rather counted twice than not at all.
        long inCaches = caches.bytes();
        return inCaches + classes.bytesReady();
    }

    /** How many slots are live; while other threads run, about as many, and never fewer than none. */
    long live() {
        long inCaches = caches.count();
        return Math.max(0, classes.inUse() - inCaches);
    }

    /** Nothing is handed out any more; the memory is given back by {@link SizeClasses#close}. */
    void refuse() {
        caches.close();
        classes.refuse();
    }

    private byte state(long address) {
        return memory.get(ValueLayout.JAVA_BYTE, address);
    }

    private void setState(long address, byte state) {
        memory.set(ValueLayout.JAVA_BYTE, address, state);
    }

    /** Two threads that freed it at the same moment have it in two places, so its state is looked at once more. */
    private long handOut(int n, int units) {
        long within = SlotLayout.within(units);
        long state = layout.state(n, within);
        long address = layout.address(n, within);
        if (!CHECKED) {
            return address;
        }
        if (state(state) != SlotState.CACHED) {
            throw Damage.ofSlot(address);
        }
        setState(state, SlotState.LIVE);
        return address;
    }

    private int fetch(int n) {
        ThreadCache own = caches.ownOrNew();
        if (own != null) {
            return own.fetch(n, classes);
        }
        ThreadCache shared = caches.ofMany();
        synchronized (shared) {
            int units = shared.pop(n);
            if (units >= 0) {
                return units;
            }
        }
        own = caches.claim();
        if (own != null) {
            return own.fetch(n, classes);
        }
        synchronized (shared) {
            return shared.fetch(n, classes);
        }
    }

    private void requireOpen() {
        if (classes.isClosed()) {
            throw Damage.closed();
        }
    }

    /** What is at an address in the range that is not a live slot's. */
    private RuntimeException explain(long address) {
        if (classes.isClosed()) {
            return Damage.closed();
        }
        int n = layout.classAt(address);
        long within = layout.within(address);
        if (n == 0 || !classes.at(n, within).hasUsed(within / SlotSizes.stride(n))) {
            return Damage.notABlock(address, "nothing was ever allocated there");
        }
        long inside = within % (SlotSizes.stride(n));
        if (inside != 0) {
            boolean live = state(layout.state(n, within)) == SlotState.LIVE;
            return Damage.notABlock(address, "it is " + inside + " bytes into a " + (live ? "live" : "free")
                + " block of " + SlotSizes.stride(n) + " bytes");
        }
        return Damage.freedAlready(address);
    }
}
