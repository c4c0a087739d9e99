package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.util.Arrays;

/**
 * The slots of one size in one shard: an array of them in an address range of its own, which grows at its end.
 *
 * <pre>
 *  base                                                     top              capacity
 *   +--------+--------+--------+--------+--------+-- ... --+----------------+
 *   | slot 0 | slot 1 | slot 2 | slot 3 | slot 4 |         | never used     |
 *   +--------+--------+--------+--------+--------+-- ... --+----------------+
 *   states, elsewhere: one byte a slot, {@link SlotState}
 * </pre>
 *
 * <p>Slots move between this class and the caches in batches. Those that came back latest are <em>ready</em>, in a
 * stack; what that cannot hold becomes free, and is found again lowest first, passing over groups of 4096 slots that
 * have none free. So slots gather at low addresses, and whole pages at high ones stay free.
 *
 * <p>Invariants: {@code top} is the number of slots that are live, cached or free, and ready ones are cached;
 * {@code freeInGroup} counts the free slots of a group, and none is below {@code lowestFree}. Slots that are not free
 * are taken from the {@link Budget}. Thread-safe; the lock is this object's.
 */
final class SizeClass {
    private static final int READY_MIN = 512;
    private static final int READY_MAX = 8192;
    private static final long READY_BYTES_MAX = 1 << 20;
    static final int GROUP = 4096;
    /** A cache gets that part of what is left of the limit at most, or one slot. */
    private static final int LEFT_SHARE = 16;
    /** As much is committed at once as there is already, but not less than the first, nor more than the second. */
    private static final long COMMIT_MIN = 32L << 10;
    private static final long COMMIT_MAX = 256L << 10;

    /** What a group's age says: nothing was freed in it since its free pages were given back, */
    private static final byte PURGED = 0;
    /** or since {@link #purge} was called last, */
    private static final byte AGED = 1;
    /** or something was. */
    private static final byte FRESH = 2;

    private final int stride;
    private final int firstSlot;
    private final long base;
    private final long states;
    private final int capacity;
    private final Os os;
    private final Budget budget;
    /** Made and grown by {@link #take}, so that {@link #give}, which must not fail, finds it there. */
    private int[] ready;
    private int readyCount;
    private int readyMax;
    /** The least that was ready since {@link #purge} was called last. */
    private int readyLow;
    private int top;
    private long bytesCommitted;
    private int[] freeInGroup = new int[4];
    private byte[] groupAges = new byte[4];
    private int lowestFree;
    private long free;
    /** Whether a group's age is not {@link #PURGED}. */
    private volatile boolean worthPurging;
    private boolean closed;

    /** A shard of class {@code n}; its ranges are reserved. */
    SizeClass(int n, int shard, SlotLayout layout, Os os, Budget budget) {
        stride = SlotSizes.stride(n);
        firstSlot = layout.firstSlot(n, shard);
        base = layout.address(n, (long) firstSlot * stride);
        states = layout.state(n, (long) firstSlot * stride);
        capacity = layout.endSlot(n, shard) - firstSlot;
        this.os = os;
        this.budget = budget;
    }

    /** Whether slot {@code n} of the class's span is one of these, and was used so far. */
    synchronized boolean hasUsed(long n) {
        return n >= firstSlot && n < (long) firstSlot + top;
    }

    /** How many slots are live or in a thread's cache. */
    synchronized long inUse() {
        return top - free - readyCount;
    }

    /** Whether every slot is live or in a cache. */
    synchronized boolean isFull() {
        return top == capacity && free == 0 && readyCount == 0;
    }

    synchronized long bytesReady() {
        return (long) readyCount * stride;
    }

    synchronized long bytesCommitted() {
        return bytesCommitted;
    }

    /**
     * Moves up to {@code count} slots into a cache's array, as cached: fewer where the budget, the range or the
     * operating system's memory ends.
     *
     * @throws OsException if the operating system refuses memory and there is no slot at all
     */
    synchronized int take(int[] into, int at, int count) {
        if (closed) {
            return 0;
        }
        makeReadyArray();
        int taken = takeReady(into, at, count);
        if (taken == count) {
            return taken;
        }
        int more = affordable(count - taken);
        int found = 0;
        try {
            found = takeFree(into, at + taken, more);
            found += takeFresh(into, at + taken + found, more - found);
        } catch (OsException | VirtualMachineError e) {
            // What was found is the cache's already; who asks for more will hear of it.
            if (taken + found == 0) {
                throw e;
            }
        } finally {
            budget.give((long) (more - found) * stride);
            budget.notePeak();
        }
        return taken + found;
    }

    /** Takes cached slots over from a cache. */
    synchronized void give(int[] from, int at, int count) {
        if (closed) {
            return;
        }
        if (readyCount + count > ready.length) {
            // Those that came first are the least likely to be in the processor's caches.
            release(readyCount - ready.length / 2);
            readyMax = Math.min(2 * ready.length, mostReady());
        }
        System.arraycopy(from, at, ready, readyCount, count);
        readyCount += count;
        noteWorthPurging();
    }

    /** Makes the ready slots free. */
    synchronized void releaseReady() {
        if (readyCount > 0) {
            release(readyCount);
        }
    }

    /** Whether slots were freed since all free pages were given back. */
    boolean isWorthPurging() {
        return worthPurging;
    }

    /**
     * Gives the free pages of groups back in which nothing was freed since the last call; all, if {@code now}. The lock
     * is released after each group, for those who wait.
     *
     * @throws OsException if the operating system refuses; the rest is kept until something is freed again
     */
    void purge(boolean now) {
        worthPurging = false;
        releaseUnneeded();
        int group = 0;
        while (purgeGroup(group, now)) {
            group++;
        }
    }

    /** Shows all live slots, as many at a time as {@code found} has room for: a {@link #GROUP}. */
    void walk(long[] found, BlockVisitor visitor) {
        int group = 0;
        int count = findLive(group, found);
        while (count >= 0) {
            for (int i = 0; i < count; i++) {
                visitor.visit(found[i], stride);
            }
            count = findLive(++group, found);
        }
    }

    /** No slot is handed out any more. */
    synchronized void close() {
        closed = true;
    }

    /** Walks all states and verifies the invariants; the lock is released after each group, for those who wait. */
    void check() {
        int group = 0;
        while (checkGroup(group)) {
            group++;
        }
        checkSums();
    }

    /** Returns false if there is no such group. */
    private synchronized boolean checkGroup(int group) {
        if (closed || (long) group * GROUP >= top) {
            return false;
        }
        int end = Math.min(top, (group + 1) * GROUP);
        int freeHere = 0;
        for (int slot = group * GROUP; slot < end; slot++) {
            switch (RawMemory.getByte(states + slot)) {
                case SlotState.FREE -> {
                    freeHere++;
                    if (slot < lowestFree) {
                        throw broken(slot, "it is free, and below the lowest that is");
                    }
                }
                case SlotState.LIVE, SlotState.CACHED, SlotState.GUARDED -> {
                }
                default -> throw broken(slot, "its state is none");
            }
        }
        if (freeHere != freeInGroup[group]) {
            throw broken(group * GROUP, "of its group " + freeInGroup[group] + " are counted as free, not " + freeHere);
        }
        return true;
    }

    private synchronized void checkSums() {
        if (closed) {
            return;
        }
        if (Arrays.stream(freeInGroup).asLongStream().sum() != free) {
            throw broken(0, "the free slots are miscounted");
        }
        for (int i = 0; i < readyCount; i++) {
            int slot = slotOf(ready[i]);
            if (slot < 0 || slot >= top || RawMemory.getByte(states + slot) != SlotState.CACHED) {
                throw broken(slot, "it is ready, but not cached");
            }
        }
    }

    /** Finds the addresses of a group's live slots; returns how many, or -1 if there is no such group. */
    private synchronized int findLive(int group, long[] found) {
        int first = group * GROUP;
        if (closed || first >= top) {
            return -1;
        }
        int count = 0;
        for (int slot = first; slot < Math.min(top, first + GROUP); slot++) {
            if (RawMemory.getByte(states + slot) == SlotState.LIVE) {
                found[count++] = base + (long) slot * stride;
            }
        }
        return count;
    }

    /** What was ready throughout the time since the last call was not needed in it. */
    private synchronized void releaseUnneeded() {
        if (!closed && readyLow > 0) {
            release(readyLow);
        }
        readyLow = readyCount;
        worthPurging |= readyCount > 0;
    }

    /** Purges one group, if it is time; returns false if there is no such group. */
    private synchronized boolean purgeGroup(int group, boolean now) {
        if (closed || group >= (top + GROUP - 1) / GROUP) {
            return false;
        }
        if (groupAges[group] == FRESH && !now) {
            groupAges[group] = AGED;
            worthPurging = true;
        } else if (groupAges[group] != PURGED) {
            discardFreePages(group * GROUP, Math.min(top, (group + 1) * GROUP));
            groupAges[group] = PURGED;
        }
        return true;
    }

    /** Gives back the pages that have only free slots in them; groups begin and end with a page. */
    private void discardFreePages(int from, int to) {
        int slot = from;
        while (slot < to) {
            int first = slot;
            while (slot < to && RawMemory.getByte(states + slot) == SlotState.FREE) {
                slot++;
            }
            long start = Os.toPages(base + (long) first * stride);
            long end = base + (long) slot * stride & -Os.PAGE_SIZE;
            if (start < end) {
                os.discard(start, end - start);
            }
            slot++;
        }
    }

    private IllegalStateException broken(int slot, String what) {
        return new IllegalStateException("broken invariant at the slot " + Damage.hex(base + (long) slot * stride)
            + " of " + stride + " bytes: " + what);
    }

    /** Takes the budget for as many of {@code count} slots as it has; near its end, for fewer: others need some too. */
    private int affordable(int count) {
        int affordable = Math.clamp(budget.left() / LEFT_SHARE / stride, Math.min(1, count), count);
        while (affordable > 0 && !budget.take((long) affordable * stride)) {
            affordable /= 2;
        }
        return affordable;
    }

    private int takeFree(int[] into, int at, int count) {
        int found = 0;
        int slot = lowestFree;
        int wanted = (int) Math.min(count, free);
        while (found < wanted && slot < top) {
            int group = slot / GROUP;
            if (freeInGroup[group] == 0) {
                slot = (group + 1) * GROUP;
            } else if (RawMemory.getByte(states + slot) == SlotState.FREE) {
                RawMemory.putByte(states + slot, SlotState.CACHED);
                freeInGroup[group]--;
                into[at + found++] = unitsOf(slot++);
            } else {
                slot++;
            }
        }
        free -= found;
        lowestFree = slot;
        return found;
    }

    private int takeFresh(int[] into, int at, int count) {
        int fresh = Math.min(count, capacity - top);
        if (fresh > 0) {
            grow(top + fresh);
            for (int i = 0; i < fresh; i++) {
                RawMemory.putByte(states + top, SlotState.CACHED);
                into[at + i] = unitsOf(top++);
            }
        }
        return fresh;
    }

    /** Makes room for slots up to {@code newTop}. */
    private void grow(int newTop) {
        int groups = (newTop - 1) / GROUP + 1;
        if (groups > freeInGroup.length) {
            byte[] moreAges = Arrays.copyOf(groupAges, 2 * groups);
            freeInGroup = Arrays.copyOf(freeInGroup, 2 * groups);
            groupAges = moreAges;
        }
        long needed = (long) newTop * stride;
        if (needed > bytesCommitted) {
            long unit = Math.clamp(Long.highestOneBit(bytesCommitted), COMMIT_MIN, COMMIT_MAX);
            long wanted = needed + unit - 1 & -unit;
            os.commit(base + bytesCommitted, wanted - bytesCommitted);
            bytesCommitted = wanted;
        }
    }

    /** Makes the oldest of the ready slots free. */
    private void release(int count) {
        int released = 0;
        for (int i = 0; i < count; i++) {
            int slot = slotOf(ready[i]);
            // Two threads that freed it at the same moment have it here twice, or one has handed it out again.
            if (RawMemory.getByte(states + slot) == SlotState.CACHED) {
                RawMemory.putByte(states + slot, SlotState.FREE);
                freeInGroup[slot / GROUP]++;
                groupAges[slot / GROUP] = FRESH;
                lowestFree = Math.min(lowestFree, slot);
                released++;
            }
        }
        free += released;
        readyCount -= count;
        readyLow = Math.min(readyLow, readyCount);
        System.arraycopy(ready, count, ready, 0, readyCount);
        budget.give((long) released * stride);
        noteWorthPurging();
    }

    private void noteWorthPurging() {
        if (!worthPurging) {
            worthPurging = true;
            Purger.wake();
        }
    }

    private int takeReady(int[] into, int at, int count) {
        int taken = Math.min(count, readyCount);
        readyCount -= taken;
        readyLow = Math.min(readyLow, readyCount);
        System.arraycopy(ready, readyCount, into, at, taken);
        return taken;
    }

    private void makeReadyArray() {
        if (ready == null) {
            ready = new int[Math.min(READY_MIN, mostReady())];
        } else if (ready.length < readyMax) {
            ready = Arrays.copyOf(ready, readyMax);
        }
    }

    /** How caches name a slot: {@link SlotLayout#units}. */
    private int unitsOf(int slot) {
        return SlotLayout.units((long) (firstSlot + slot) * stride);
    }

    private int slotOf(int units) {
        return (int) (SlotLayout.within(units) / stride) - firstSlot;
    }

    /** How many slots may be ready at most. */
    private int mostReady() {
        return Math.min(READY_MAX, (int) (READY_BYTES_MAX / stride));
    }
}
