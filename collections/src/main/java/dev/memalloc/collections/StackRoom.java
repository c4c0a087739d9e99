package dev.memalloc.collections;

/**
 * Room on the thread's stack, asked for before work that must not stop halfway: without it the
 * {@link StackOverflowError} comes now, when nothing has changed.
 *
 * <p>Java has no way to ask how much is left, so calls are made that need as much as the work may. It takes a
 * fraction of a microsecond: little beside what calls it, too much for each lookup.
 */
final class StackRoom {
    /** Each has 6 longs in its frame: 10 KiB in all if compiled, three times as much if interpreted. */
    private static final int CALLS = 128;

    /** What it takes to let a lock go, and to wake who waits for it. */
    private static final int CALLS_UNLOCKING = 24;

    private StackRoom() {
    }

    /** For letting a lock go that is about to be taken: a fifth of the other's time. */
    static void requireForUnlocking() {
        descend(CALLS_UNLOCKING, 1, 2, 3, 4, 5, 6);
    }

    /** For work of parts that make sure of the stack each: none of them finds its end, once others are done. */
    static void requireForParts() {
        descend(2 * CALLS, 1, 2, 3, 4, 5, 6);
    }

    static void require() {
        descend(CALLS, 1, 2, 3, 4, 5, 6);
    }

    private static long descend(int calls, long a, long b, long c, long d, long e, long f) {
        return calls == 0 ? a : descend(calls - 1, b, c, d, e, f, a) + a * b + c * d + e * f;
    }
}
