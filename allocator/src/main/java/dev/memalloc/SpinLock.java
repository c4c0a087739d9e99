package dev.memalloc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for what takes some ten nanoseconds: taking it is one atomic operation, and releasing it none, where a monitor
 * and the locks of {@code java.util.concurrent} need one for each. An atomic operation waits until all that was written
 * before has reached the processor's cache, and whoever calls an allocator has just written to cold memory.
 *
 * <p>Who finds it held looks again, at first at once, later after some microseconds: nobody wakes who waits. Its owner
 * may take it again.
 */
final class SpinLock {
    private static final VarHandle OWNER = owner();
    private static final int SPINS = 64;
    private static final int YIELDS = 64;
    private static final long PAUSE_NANOS = 50_000;

    /** The owner's thread id, 0 if it is free. */
    private volatile long ownerId;
    /** How many times more than once its owner has taken it. */
    private int again;

    void lock() {
        long id = Thread.currentThread().threadId();
        if (!OWNER.compareAndSet(this, 0L, id)) {
            lockSlowly(id);
        }
    }

    void unlock() {
        if (again > 0) {
            again--;
        } else {
            OWNER.setRelease(this, 0L);
        }
    }

    private void lockSlowly(long id) {
        if (ownerId == id) {
            again++;
            return;
        }
        int tries = 0;
        while (ownerId != 0 || !OWNER.compareAndSet(this, 0L, id)) {
            if (tries < SPINS) {
                Thread.onSpinWait();
            } else if (tries < SPINS + YIELDS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
            tries++;
        }
    }

    private static VarHandle owner() {
        try {
            return MethodHandles.lookup().findVarHandle(SpinLock.class, "ownerId", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
