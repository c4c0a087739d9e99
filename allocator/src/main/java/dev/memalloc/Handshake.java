package dev.memalloc;

import java.util.Arrays;

/**
 * Stops another thread for a moment, to see where it is: HotSpot reads a thread's stack in a handshake, which the
 * thread takes part in between two of its bytecodes, or where compiled code polls. What the caller wrote before is
 * visible to the thread from then on. The JDK closes shared arenas in the same way.
 */
final class Handshake {
    /** Deeper than anything that the allocator calls. */
    private static final int DEPTH = 64;
    /** Whether stacks are shown as deep as that: there are JVM options that shorten them. */
    private static final boolean STACKS_ARE_WHOLE = depth(DEPTH) > DEPTH;

    private Handshake() {
    }

    /** Whether a running thread is in no method of a class; false if that cannot be known. */
    static boolean isOutside(Thread thread, Class<?> type) {
        return STACKS_ARE_WHOLE && showsItsStack(thread) && Arrays.stream(thread.getStackTrace())
            .noneMatch(frame -> frame.getClassName().equals(type.getName()));
    }

    /** A subclass could answer without a handshake, and run anything here. */
    private static boolean showsItsStack(Thread thread) {
        try {
            return thread.getClass().getMethod("getStackTrace").getDeclaringClass() == Thread.class;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static int depth(int deeper) {
        return deeper > 0 ? depth(deeper - 1) : new Throwable().getStackTrace().length;
    }
}
