package dev.memalloc;

import dev.memalloc.internal.RawMemory;

/**
 * The small blocks of a heap, which have no header: slots of 64 size classes, each class in a range of its own.
 *
 * <pre>
 *  base   span         span         span                            (state addresses likewise, by stateSpan)
 *   +------------+------------+------------+-- ... --+------------+
 *   | (none)     | class 1    | class 2    |         | class 64   |
 *   |            | 16 bytes   | 32 bytes   |         | 1024 bytes |
 *   +------------+------------+------------+-- ... --+------------+
 * </pre>
 *
 * <p>So an address says what it is without any memory being read: which class by a shift, which slot by a division,
 * done as a multiplication (Granlund and Montgomery, Division by Invariant Integers using Multiplication, 1994). If
 * that leaves a remainder it is no slot's address, and what the slot is, live or not, is in a byte elsewhere.
 *
 * <p>A thread takes slots from and gives them to a {@link ThreadCache} of its own, without a lock; batches move
 * between that and the {@link SizeClass} (Bonwick and Adams, Magazines and Vmem, 2001). Two threads that free one
 * slot at the same moment may both succeed; but then only one of them finds it cached when it is to be handed out
 * again, and the other gets the exception of a damaged heap.
 *
 * <p>Spans are a bit more than a power of two, so that the first slots of all classes, and their states, do not
 * compete for the same places in the processor's caches.
 */
final class Slots {
    /** What a class's range is smaller than the power of two, so that the shift finds it; and spans larger. */
    private static final long STAGGER = 5 * 4096;
    private static final long STATE_STAGGER = 5 * 4096 + 192;
    private static final int CLASS_RANGE_LOG2_MIN = 22;
    private static final int CLASS_RANGE_LOG2_MAX = 34;
    /** 2<sup>32</sup> divided by n, rounded up. */
    private static final long[] RECIPROCALS = new long[128];

    static {
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            RECIPROCALS[n] = ((1L << 32) + n - 1) / n;
        }
    }

    private final Os os;
    private final ThreadCaches caches;
    private final SizeClass[] classes = new SizeClass[SizeClass.COUNT + 1];
    private final int shift;
    private final long base;
    private final long span;
    private final long states;
    private final long stateSpan;
    private volatile boolean closed;
    private boolean unmapped;
    private boolean retired;

    private Slots(Os os, int shift, long base, long states, Budget budget) {
        this.os = os;
        this.caches = new ThreadCaches(budget.limit());
        this.shift = shift;
        this.base = base;
        this.span = (1L << shift) + STAGGER;
        this.states = states;
        this.stateSpan = stateSpan(shift);
        long classRange = (1L << shift) - SizeClass.COUNT * STAGGER;
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            classes[n] = new SizeClass(n * SizeClass.UNIT, base + n * span, classRange, states + n * stateSpan, os,
                budget);
        }
    }

    /**
     * Reserves the ranges: {@code addressRange} bytes for all classes together or, where the operating system refuses,
     * the largest half of a half of it.
     */
    static Slots reserve(Os os, long addressRange, Budget budget) {
        int log2 = 63 - Long.numberOfLeadingZeros(addressRange / SizeClass.COUNT | 1);
        int shift = Math.clamp(log2, CLASS_RANGE_LOG2_MIN, CLASS_RANGE_LOG2_MAX);
        while (true) {
            try {
                long base = os.reserve(rangeSize(shift));
                try {
                    return new Slots(os, shift, base, StateRange.reserve(os, stateRangeSize(shift)), budget);
                } catch (OsException e) {
                    os.unmap(base, rangeSize(shift));
                    throw e;
                }
            } catch (OsException e) {
                if (shift == CLASS_RANGE_LOG2_MIN) {
                    throw e;
                }
                shift--;
            }
        }
    }

    boolean contains(long address) {
        return Long.compareUnsigned(address - base, rangeSize(shift)) < 0;
    }

    /**
     * Hands a slot of class {@code n} out; returns its address, or 0 if there is none within the limit and the range.
     *
     * @throws OsException if the operating system has no memory
     */
    long allocate(int n) {
        ThreadCache cache = caches.own();
        int slot = cache == null ? -1 : cache.pop(n);
        if (slot < 0) {
            slot = popSlowly(n);
            if (slot < 0) {
                return 0;
            }
        }
        long address = base + n * span + (long) slot * (n * SizeClass.UNIT);
        long state = states + n * stateSpan + slot;
        if (RawMemory.getByte(state) != SlotState.CACHED) {
            throw Damage.ofSlot(address);
        }
        RawMemory.putByte(state, SlotState.LIVE);
        return address;
    }

    /**
     * Takes a live slot back.
     *
     * @throws IllegalArgumentException if {@code address}, which is in the range, is not one
     * @throws IllegalStateException if it was freed already
     */
    void free(long address) {
        long offset = address - base;
        int n = (int) (offset >>> shift);
        long within = offset - n * span;
        long slot = slotAt(n, within);
        long state = states + n * stateSpan + slot;
        if (slot * (n * SizeClass.UNIT) != within || RawMemory.getByte(state) != SlotState.LIVE) {
            throw explain(address);
        }
        ThreadCache cache = caches.own();
        if (cache != null && cache.push(n, (int) slot)) {
            RawMemory.putByte(state, SlotState.CACHED);
        } else {
            pushSlowly(n, (int) slot, state);
        }
    }

    /**
     * The size of the live slot at an address.
     *
     * @throws IllegalArgumentException if {@code address}, which is in the range, is not one
     * @throws IllegalStateException if it was freed already
     */
    long requireLive(long address) {
        int n = (int) (address - base >>> shift);
        long within = address - base - n * span;
        long slot = slotAt(n, within);
        if (slot * (n * SizeClass.UNIT) != within
                || RawMemory.getByte(states + n * stateSpan + slot) != SlotState.LIVE) {
            throw explain(address);
        }
        return (long) n * SizeClass.UNIT;
    }

    /** Gives back what caches hold that nobody uses, and the current thread's, so that others may have it. */
    void flushCaches() {
        ThreadCache own = caches.own();
        if (own != null) {
            flush(own);
        }
        caches.forEachIdle(this::flush);
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            classes[n].releaseReady();
        }
    }

    /** Whether there is memory to give back to the operating system, now or later. */
    boolean isWorthPurging() {
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            if (classes[n].isWorthPurging()) {
                return true;
            }
        }
        return false;
    }

    /** Gives memory back that was free for a while; all, if {@code now}. */
    void purge(boolean now) {
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            if (classes[n].isWorthPurging()) {
                classes[n].purge(now);
            }
        }
    }

    long bytesCommitted() {
        long bytes = 0;
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            bytes += classes[n].bytesCommitted();
        }
        return bytes;
    }

    /** Bytes in slots that are cached: they are taken from the budget, but not live. */
    long bytesCached() {
        long[] inCaches = caches.count();
        long bytes = 0;
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            bytes += (classes[n].ready() + inCaches[n]) * classes[n].stride;
        }
        return bytes;
    }

    /** How many slots are live; while other threads run, about as many. */
    long live() {
        long[] inCaches = caches.count();
        long live = 0;
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            live += classes[n].inUse() - classes[n].ready() - inCaches[n];
        }
        return live;
    }

    /** Verifies all that {@link SizeClass} states; returns how many slots are live. */
    long check() {
        long live = 0;
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            live += classes[n].check();
        }
        return live;
    }

    /**
     * Gives all memory back. The states stay readable and say that no slot is live, for threads that come too late.
     *
     * @throws OsException if the operating system refuses; to be called again then
     */
    void close() {
        closed = true;
        caches.close();
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            classes[n].close();
        }
        if (!unmapped) {
            os.unmap(base, rangeSize(shift));
            unmapped = true;
        }
        if (!retired) {
            StateRange.retire(os, states, stateRangeSize(shift));
            retired = true;
        }
    }

    private int popSlowly(int n) {
        requireOpen();
        int slot = fetch(n);
        if (slot < 0) {
            flushCaches();
            slot = fetch(n);
        }
        return slot;
    }

    private int fetch(int n) {
        ThreadCache own = caches.claim();
        if (own != null) {
            return fetch(n, own);
        }
        ThreadCache shared = caches.shared();
        synchronized (shared) {
            return fetch(n, shared);
        }
    }

    private int fetch(int n, ThreadCache cache) {
        int slot = cache.pop(n);
        if (slot < 0 && cache.refill(n, classes[n])) {
            slot = cache.pop(n);
        }
        return slot;
    }

    /** From the state on nothing may fail; and it is set before another thread can get the slot. */
    private void pushSlowly(int n, int slot, long state) {
        requireOpen();
        ThreadCache own = caches.claim();
        RawMemory.putByte(state, SlotState.CACHED);
        if (own != null) {
            push(n, slot, own);
            return;
        }
        ThreadCache shared = caches.shared();
        synchronized (shared) {
            push(n, slot, shared);
        }
    }

    private void push(int n, int slot, ThreadCache cache) {
        if (!cache.push(n, slot)) {
            cache.flushHalf(n, classes[n]);
            cache.push(n, slot);
        }
    }

    private void flush(ThreadCache cache) {
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            cache.flush(n, classes[n]);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw Damage.closed();
        }
    }

    /** What is at an address in the range that is not a live slot's. */
    private RuntimeException explain(long address) {
        if (closed) {
            return Damage.closed();
        }
        int n = (int) (address - base >>> shift);
        long within = address - base - n * span;
        long slot = slotAt(n, within);
        if (n == 0 || within < 0 || slot >= classes[n].top()) {
            return Damage.notABlock(address, "nothing was ever allocated there");
        }
        boolean live = RawMemory.getByte(states + n * stateSpan + slot) == SlotState.LIVE;
        long inside = within - slot * (n * SizeClass.UNIT);
        if (inside != 0) {
            return Damage.notABlock(address, "it is " + inside + " bytes into a " + (live ? "live" : "free")
                + " block of " + n * SizeClass.UNIT + " bytes");
        }
        return Damage.freedAlready(address);
    }

    /** The slot of class {@code n} that the byte {@code within} bytes behind the first is in. */
    private static long slotAt(int n, long within) {
        return (within >>> 4) * RECIPROCALS[n & RECIPROCALS.length - 1] >>> 32;
    }

    private static long rangeSize(int shift) {
        return (SizeClass.COUNT + 1L) << shift;
    }

    private static long stateSpan(int shift) {
        return (1L << shift - 4) + STATE_STAGGER;
    }

    private static long stateRangeSize(int shift) {
        return Os.toPages((SizeClass.COUNT + 1) * stateSpan(shift));
    }
}
