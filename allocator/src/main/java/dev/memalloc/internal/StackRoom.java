package dev.memalloc.internal;

/**
 * Room on the thread's stack, asked for before work that must not stop halfway: without it the
 * {@link StackOverflowError} comes now, when nothing has changed.
 *
 * <p>Java has no way to ask how much is left. The JVM looks at each call whether some is, but for the callee only.
 */
public final class StackRoom {
    /** Each has 6 longs in its frame: 10 KiB in all if compiled, three times as much if interpreted. */
    private static final int CALLS = 128;

    private StackRoom() {
    }

    /**
     * Makes sure of 4 KiB, more than what changes a heap needs, but for calls of the operating system. It takes a few
     * nanoseconds.
     */
    public static void require() {
        deep(0);
    }

    /** Makes sure of 10 KiB, for a call of the operating system. It takes a fraction of a microsecond. */
    public static void requireForSystemCall() {
        descend(CALLS, 1, 2, 3, 4, 5, 6);
    }

    private static long descend(int calls, long a, long b, long c, long d, long e, long f) {
        return calls == 0 ? a : descend(calls - 1, b, c, d, e, f, a) + a * b + c * d + e * f;
    }

    /**
     * Nothing, but with 264 zeroes on the stack, 16 bytes each, when the innermost call is made. An interpreter has
     * them there. A compiler drops them; but since it may have to go on interpreting at that call, the JVM makes sure
     * of the interpreter's stack when the method is entered, by touching each page of it.
     */
    private static long deep(long none) {
        return 0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (
            0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (0L + (bottom(none)
            ))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
            ))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
            ))))))))))))))))))))))))))))))))))))))))))))))));
    }

    /** Has a branch that is never taken, so that a compiler leaves it to the interpreter. */
    private static long bottom(long none) {
        if (none != 0) {
            throw new IllegalArgumentException();
        }
        return none;
    }
}
