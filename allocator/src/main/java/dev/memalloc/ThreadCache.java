package dev.memalloc;

import java.lang.ref.WeakReference;

/**
 * One thread's slots that are ready to be handed out: a stack for each size class, so that what was freed last, and
 * is most likely in the processor's caches, is handed out first.
 *
 * <pre>
 *  stacks   ... | count | capacity | slot 1 | slot 2 | ... | slot 128 | (padding) | ...     one of these for each class
 * </pre>
 *
 * <p>A stack takes 9 lines of 64 bytes: an odd number, so that the stacks spread over all sets of the
 * processor's caches. Only one thread uses a cache at a time: its owner, or who holds its lock if it is shared.
 */
final class ThreadCache {
    private static final int STACK = 144;
    private static final int CAPACITY = 1;
    private static final int FIRST = 2;
    private static final int SLOTS_MAX = 128;
    /** The most bytes in one stack. */
    private static final long BYTES_MAX = 32 << 10;

    /** The owner's thread id, which no other thread ever has; 0 if it is nobody's. */
    final long ownerId;
    private final WeakReference<Thread> owner;
    private final int[] stacks;

    private ThreadCache(Thread owner, int[] stacks) {
        this.ownerId = owner == null ? 0 : owner.threadId();
        this.owner = new WeakReference<>(owner);
        this.stacks = stacks;
    }

    /** An empty cache of a thread, or of none; what it can hold gets smaller with the heap's limit. */
    static ThreadCache empty(Thread owner, long limit) {
        int[] stacks = new int[(SizeClass.COUNT + 1) * STACK];
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            long slots = Math.min(BYTES_MAX, limit >>> 10) / (n * SizeClass.UNIT);
            stacks[n * STACK + CAPACITY] = Math.clamp(slots, 2, SLOTS_MAX);
        }
        return new ThreadCache(owner, stacks);
    }

    /** This cache with all that is in it, for another thread; nobody may use this object any more. */
    ThreadCache adoptedBy(Thread newOwner) {
        return new ThreadCache(newOwner, stacks);
    }

    /** Whether its owner has ended, so that no one uses it. */
    boolean isAbandoned() {
        Thread thread = owner.get();
        return thread == null || !thread.isAlive();
    }

    /** The slot of class {@code n} that was freed last; -1 if there is none. */
    int pop(int n) {
        int at = n * STACK;
        int count = stacks[at] - 1;
        if (count < 0) {
            return -1;
        }
        stacks[at] = count;
        return stacks[at + FIRST + count];
    }

    /** Adds a slot of class {@code n}; returns false if there is no room. */
    boolean push(int n, int slot) {
        int at = n * STACK;
        int count = stacks[at];
        if (count == stacks[at + CAPACITY]) {
            return false;
        }
        stacks[at + FIRST + count] = slot;
        stacks[at] = count + 1;
        return true;
    }

    /** Pops a slot, after a batch was fetched if there is none; -1 if there is none to be had. */
    int fetch(int n, SizeClass sizeClass) {
        int slot = pop(n);
        if (slot < 0) {
            int at = n * STACK;
            stacks[at] = sizeClass.take(stacks, at + FIRST, stacks[at + CAPACITY] / 2);
            slot = pop(n);
        }
        return slot;
    }

    /** Pushes a slot, after the half that was freed first was given back if there is no room. */
    void store(int n, int slot, SizeClass sizeClass) {
        if (!push(n, slot)) {
            flush(n, sizeClass, (count(n) + 1) / 2);
            push(n, slot);
        }
    }

    /** Gives all slots back. */
    void flush(SizeClasses classes) {
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            flush(n, classes.get(n), count(n));
        }
    }

    /** The most bytes that it can hold. */
    long capacity() {
        long bytes = 0;
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            bytes += (long) stacks[n * STACK + CAPACITY] * n * SizeClass.UNIT;
        }
        return bytes;
    }

    /** Adds to each class's count how many of its slots are here. */
    void addTo(long[] counts) {
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            counts[n] += count(n);
        }
    }

    private int count(int n) {
        return stacks[n * STACK];
    }

    private void flush(int n, SizeClass sizeClass, int count) {
        if (count == 0) {
            return;
        }
        int at = n * STACK;
        sizeClass.give(stacks, at + FIRST, count);
        int left = stacks[at] - count;
        System.arraycopy(stacks, at + FIRST + count, stacks, at + FIRST, left);
        stacks[at] = left;
    }
}
