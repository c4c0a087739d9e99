package dev.memalloc;

import java.lang.ref.WeakReference;

/**
 * One thread's slots that are ready to be handed out: a stack for each size class, so that what was freed last, and
 * is most likely in the processor's caches, is handed out first. A second stack for each class is for slots of other
 * shards than the cache's, which are not handed out, but collected until a batch of them goes back.
 *
 * <pre>
 *  stacks   | top of each stack | -1 | stack of class 1 | -1 | stack of class 2 | -1 | ... | -1 |
 *                                 floors[1]               floors[2]
 * </pre>
 *
 * <p>A top is the index of the slot that is handed out next; at the floor it finds -1, as it does when it is to move
 * beyond the end: one comparison with what is there says whether a stack is empty or full. Tops are beside each
 * other, so that those of all classes take a few lines of the processor's caches. A slot is a number of units, see
 * {@link SlotLayout#units}. Only one thread uses a cache at a time: its owner, who has taken it from that, see
 * {@link ThreadCaches}, or who holds its lock if it is shared.
 */
final class ThreadCache {
    private static final int SLOTS_MAX = 128;
    /** The most bytes in one stack. */
    private static final long BYTES_MAX = 32 << 10;
    /** The same of a stack for slots of other shards. */
    private static final int AWAY_SLOTS_MAX = 32;
    private static final long AWAY_BYTES_MAX = 32 << 10;
    /** Stack {@code n} is that of class {@code n}, and {@code COUNT + n} that of its slots of other shards. */
    private static final int STACKS = 2 * SlotSizes.COUNT;
    private static final int NONE = -1;
    /** What {@link #untilGuard} is before it is set for the first time: it is due at once, and stays what it is. */
    static final int NOT_COUNTING = Integer.MIN_VALUE;

    /** The owner's thread id, which no other thread ever has; 0 if it is nobody's. */
    final long ownerId;
    /** Where its slots come from, see {@link SizeClasses}. */
    final int shard;
    /** How many blocks more until one is to be guarded, see {@link Guards}. */
    int untilGuard = NOT_COUNTING;
    private final WeakReference<Thread> owner;
    private final int[] stacks;
    /** Where each stack begins; at the end, where the last one ends. */
    private final int[] floors;

    private ThreadCache(Thread owner, int shard, int[] stacks, int[] floors) {
        this.ownerId = owner == null ? 0 : owner.threadId();
        this.shard = shard;
        this.owner = new WeakReference<>(owner);
        this.stacks = stacks;
        this.floors = floors;
    }

    /** An empty cache of a thread, or of none; what it can hold gets smaller with the heap's limit. */
    static ThreadCache empty(Thread owner, int shard, long limit) {
        int[] floors = new int[STACKS + 2];
        int at = STACKS + 1;
        for (int stack = 1; stack <= STACKS; stack++) {
            floors[stack] = at;
            at += 1 + (stack <= SlotSizes.COUNT
                ? Math.clamp(Math.min(BYTES_MAX, limit >>> 10) / stride(stack), 2, SLOTS_MAX)
                : Math.clamp(Math.min(AWAY_BYTES_MAX, limit >>> 12) / stride(stack), 2, AWAY_SLOTS_MAX));
        }
        floors[STACKS + 1] = at;
        int[] stacks = new int[at + 1];
        for (int stack = 1; stack <= STACKS + 1; stack++) {
            stacks[floors[stack]] = NONE;
        }
        System.arraycopy(floors, 0, stacks, 0, STACKS + 1);
        return new ThreadCache(owner, shard, stacks, floors);
    }

    /** This cache with all that is in it, for another thread; nobody may use this object any more. */
    ThreadCache adoptedBy(Thread newOwner) {
        ThreadCache adopted = new ThreadCache(newOwner, shard, stacks, floors);
        adopted.untilGuard = untilGuard;
        return adopted;
    }

    /** Whether its owner has ended, so that no one uses it. */
    boolean isAbandoned() {
        Thread thread = owner.get();
        return thread == null || !thread.isAlive();
    }

    /** The thread that has it to itself, as long as that is not collected; null if there is none. */
    Thread owner() {
        return owner.get();
    }

    /** Whether the next block is to be guarded. */
    boolean isGuardDue() {
        return untilGuard <= 0;
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

    /** Adds a slot of class {@code n} in a shard; returns false if there is no room. */
    boolean push(int n, int shard, int slot) {
        int stack = stackOf(n, shard);
        int top = stacks[stack] + 1;
        if (stacks[top] < 0) {
            return false;
        }
        stacks[top] = slot;
        stacks[stack] = top;
        return true;
    }

    /** Pops a slot, after a batch was fetched if there is none; -1 if there is none to be had. */
    int fetch(int n, SizeClasses classes) {
        int slot = pop(n);
        if (slot < 0) {
            int floor = floors[n];
            stacks[n] = floor + classes.take(n, shard, stacks, floor + 1, capacity(n) / 2);
            slot = pop(n);
        }
        return slot;
    }

    /** Pushes a slot; if there is no room, the half that was freed first, or all of other shards, goes back before. */
    void store(int n, int shard, int slot, SizeClasses classes) {
        if (!push(n, shard, slot)) {
            int stack = stackOf(n, shard);
            flush(stack, classes, stack == n ? (count(n) + 1) / 2 : count(stack));
            push(n, shard, slot);
        }
    }

    /** Gives all slots back. */
    void flush(SizeClasses classes) {
        for (int stack = 1; stack <= STACKS; stack++) {
            flush(stack, classes, count(stack));
        }
    }

    /** The most bytes that it can hold. */
    long capacity() {
        long bytes = 0;
        for (int stack = 1; stack <= STACKS; stack++) {
            bytes += (long) capacity(stack) * stride(stack);
        }
        return bytes;
    }

    /** How many slots it holds. */
    long slots() {
        long slots = 0;
        for (int stack = 1; stack <= STACKS; stack++) {
            slots += count(stack);
        }
        return slots;
    }

    /** How many bytes its slots have. */
    long bytes() {
        long bytes = 0;
        for (int stack = 1; stack <= STACKS; stack++) {
            bytes += (long) count(stack) * stride(stack);
        }
        return bytes;
    }

    private int stackOf(int n, int slotShard) {
        return slotShard == shard ? n : n + SlotSizes.COUNT;
    }

    private static int classOf(int stack) {
        return stack <= SlotSizes.COUNT ? stack : stack - SlotSizes.COUNT;
    }

    private static int stride(int stack) {
        return SlotSizes.stride(classOf(stack));
    }

    private int count(int stack) {
        return stacks[stack] - floors[stack];
    }

    private int capacity(int stack) {
        return floors[stack + 1] - floors[stack] - 1;
    }

    private void flush(int stack, SizeClasses classes, int count) {
        if (count == 0) {
            return;
        }
        int first = floors[stack] + 1;
        int left = count(stack) - count;
        // If an Error strikes from here on, slots are lost, rather than in two places.
        stacks[stack] = floors[stack];
        classes.give(classOf(stack), stacks, first, count);
        System.arraycopy(stacks, first + count, stacks, first, left);
        stacks[stack] = floors[stack] + left;
    }
}
