package dev.memalloc;

import java.lang.ref.WeakReference;

/**
 * One thread's slots that are ready to be handed out: a stack for each size class, so that what was freed last, and
 * is most likely in the processor's caches, is handed out first.
 *
 * <pre>
 *  stacks   | top of each class's stack | -1 | stack of class 1 | -1 | stack of class 2 | -1 | ... | -1 |
 *                                         floors[1]               floors[2]
 * </pre>
 *
 * <p>A top is the index of the slot that is handed out next; at the floor it finds -1, as it does when it is to move
 * beyond the end: one comparison with what is there says whether a stack is empty or full. Tops are beside each
 * other, so that those of all classes take a few lines of the processor's caches. A slot is a number of units, see
 * {@link SlotLayout#units}. Only one thread uses a cache at a time: its owner, or who holds its lock if it is shared.
 */
final class ThreadCache {
    private static final int SLOTS_MAX = 128;
    /** The most bytes in one stack. */
    private static final long BYTES_MAX = 32 << 10;
    private static final int NONE = -1;

    /** The owner's thread id, which no other thread ever has; 0 if it is nobody's. */
    final long ownerId;
    private final WeakReference<Thread> owner;
    private final int[] stacks;
    /** Where each class's stack begins; at the end, where the last one ends. */
    private final int[] floors;

    private ThreadCache(Thread owner, int[] stacks, int[] floors) {
        this.ownerId = owner == null ? 0 : owner.threadId();
        this.owner = new WeakReference<>(owner);
        this.stacks = stacks;
        this.floors = floors;
    }

    /** An empty cache of a thread, or of none; what it can hold gets smaller with the heap's limit. */
    static ThreadCache empty(Thread owner, long limit) {
        int[] floors = new int[SlotSizes.COUNT + 2];
        int at = SlotSizes.COUNT + 1;
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            floors[n] = at;
            long slots = Math.min(BYTES_MAX, limit >>> 10) / SlotSizes.stride(n);
            at += Math.clamp(slots, 2, SLOTS_MAX) + 1;
        }
        floors[SlotSizes.COUNT + 1] = at;
        int[] stacks = new int[at + 1];
        for (int n = 1; n <= SlotSizes.COUNT + 1; n++) {
            stacks[floors[n]] = NONE;
        }
        System.arraycopy(floors, 0, stacks, 0, SlotSizes.COUNT + 1);
        return new ThreadCache(owner, stacks, floors);
    }

    /** This cache with all that is in it, for another thread; nobody may use this object any more. */
    ThreadCache adoptedBy(Thread newOwner) {
        return new ThreadCache(newOwner, stacks, floors);
    }

    /** Whether its owner has ended, so that no one uses it. */
    boolean isAbandoned() {
        Thread thread = owner.get();
        return thread == null || !thread.isAlive();
    }

    /** The slot of class {@code n} that was freed last; -1 if there is none. */
    int pop(int n) {
        int top = stacks[n];
        int slot = stacks[top];
        if (slot >= 0) {
            stacks[n] = top - 1;
        }
        return slot;
    }

    /** Adds a slot of class {@code n}; returns false if there is no room. */
    boolean push(int n, int slot) {
        int top = stacks[n] + 1;
        if (stacks[top] < 0) {
            return false;
        }
        stacks[top] = slot;
        stacks[n] = top;
        return true;
    }

    /** Pops a slot, after a batch was fetched if there is none; -1 if there is none to be had. */
    int fetch(int n, SizeClass sizeClass) {
        int slot = pop(n);
        if (slot < 0) {
            int floor = floors[n];
            stacks[n] = floor + sizeClass.take(stacks, floor + 1, capacity(n) / 2);
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
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            flush(n, classes.get(n), count(n));
        }
    }

    /** The most bytes that it can hold. */
    long capacity() {
        long bytes = 0;
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            bytes += (long) capacity(n) * SlotSizes.stride(n);
        }
        return bytes;
    }

    /** Adds to each class's count how many of its slots are here. */
    void addTo(long[] counts) {
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            counts[n] += count(n);
        }
    }

    private int count(int n) {
        return stacks[n] - floors[n];
    }

    private int capacity(int n) {
        return floors[n + 1] - floors[n] - 1;
    }

    private void flush(int n, SizeClass sizeClass, int count) {
        if (count == 0) {
            return;
        }
        int first = floors[n] + 1;
        sizeClass.give(stacks, first, count);
        int left = count(n) - count;
        System.arraycopy(stacks, first + count, stacks, first, left);
        stacks[n] = floors[n] + left;
    }
}
