package dev.memalloc.agent.boot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jdk.internal.vm.annotation.Contended;

/** How many bytes are live, of all threads, and the most that were: the one figure that all threads write to. */
@Contended
final class LiveBytes {
    private static final VarHandle LIVE;
    private static final VarHandle PEAK;

    static {
        try {
            LIVE = MethodHandles.lookup().findVarHandle(LiveBytes.class, "live", long.class);
            PEAK = MethodHandles.lookup().findVarHandle(LiveBytes.class, "peak", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long live;
    private volatile long peak;

    /** Adds what was allocated. */
    void add(long bytes) {
        raisePeak((long) LIVE.getAndAdd(this, bytes) + bytes);
    }

    /** Subtracts what is freed; before the bytes can be another's: so the peak is never more than there was. */
    void subtract(long bytes) {
        LIVE.getAndAdd(this, -bytes);
    }

    long peak() {
        return peak;
    }

    /** Notes that so many are live, or were. */
    void raisePeak(long bytes) {
        long known = peak;
        while (bytes > known && !PEAK.compareAndSet(this, known, bytes)) {
            known = peak;
        }
    }
}
