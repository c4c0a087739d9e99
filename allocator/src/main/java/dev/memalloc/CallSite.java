package dev.memalloc;

import java.util.List;
import java.util.Set;

/**
 * Who did something to a block.
 *
 * @param what what was done, by which thread
 * @param stack from where, the caller of the library first; empty if that is not known
 */
record CallSite(String what, List<StackTraceElement> stack) {
    private static final int FRAMES_MAX = 32;
    private static final Set<String> INTERNAL = Set.of(CallSite.class.getName(), GuardedBlock.class.getName(),
        Guards.class.getName(), Heap.class.getName(), Memory.class.getName());
    private static final CallSite UNKNOWN =
        new CallSite("freed, where is not known: the Java heap was full", List.of());

    /** Where the current thread calls from; the calls within the heap are no news. */
    static CallSite here(String what) {
        return new CallSite(what + " by thread \"" + Thread.currentThread().getName() + "\"",
            StackWalker.getInstance().walk(frames -> frames
                .dropWhile(frame -> isInternal(frame.getClassName()))
                .limit(FRAMES_MAX)
                .map(StackWalker.StackFrame::toStackTraceElement)
                .toList()));
    }

    private static boolean isInternal(String className) {
        int nested = className.indexOf('$');
        return INTERNAL.contains(nested < 0 ? className : className.substring(0, nested));
    }

    /** The same, but where the Java heap is full: a free must not fail for that. */
    static CallSite hereIfPossible(String what) {
        try {
            return here(what);
        } catch (VirtualMachineError e) {
            return UNKNOWN;
        }
    }

    /** As an exception shows it, among those that are suppressed. */
    Throwable toThrowable(String prefix) {
        Throwable shown = new Throwable(prefix + what);
        shown.setStackTrace(stack.toArray(StackTraceElement[]::new));
        return shown;
    }
}
