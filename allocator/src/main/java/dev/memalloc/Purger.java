package dev.memalloc;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * The one thread of the process that gives memory back to the operating system once heaps do not need it any more.
 *
 * <p>It sleeps until a heap has freed something worth giving back, and goes through all such heaps every half second
 * until none has any left. So memory that was free for half a second to a second goes back, also when the program
 * pauses, and a process that is idle is never woken.
 *
 * <p>It ends some seconds after the last heap was closed, and another is started for the next one: a thread keeps its
 * classes, and their loader, from being collected.
 */
final class Purger implements Runnable {
    private static final long PERIOD_MILLIS = 500;
    private static final long IDLE_NANOS = 2_000_000_000L;
    private static final List<WeakReference<Heap>> HEAPS = new CopyOnWriteArrayList<>();
    /** Null if there is none; changes under the lock of this class. */
    private static volatile Thread thread;
    /** Since it last looked: others use the permit to unpark, too. */
    private static volatile boolean woken;

    private Purger() {
    }

    static void register(Heap heap) {
        HEAPS.add(new WeakReference<>(heap));
        startUnlessRunning();
    }

    static void unregister(Heap heap) {
        for (WeakReference<Heap> reference : HEAPS) {
            if (reference.get() == null || reference.get() == heap) {
                HEAPS.remove(reference);
            }
        }
        wake();
    }

    /** To be called after a heap has noted that it has something to give back; cheap, and cannot fail. */
    static void wake() {
        woken = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        while (awaitWork()) {
            try {
                Thread.interrupted();
                while (purgeAll()) {
                    sleep();
                }
            } catch (Throwable e) {
                // The Java heap may be full for a moment. This is the only thread there is for this: try again.
                wake();
                sleep();
            }
        }
    }

    /** Returns whether there will be more to give back later. */
    private static boolean purgeAll() {
        boolean more = false;
        for (WeakReference<Heap> reference : HEAPS) {
            Heap heap = reference.get();
            more |= heap != null && heap.purge();
        }
        return more;
    }

    private static void sleep() {
        try {
            Thread.sleep(PERIOD_MILLIS);
        } catch (InterruptedException e) {
            // The next period begins a bit earlier.
        }
    }

    /** Waits until it is woken; or, where there are no heaps, for a while. Returns false if it is to end. */
    private boolean awaitWork() {
        while (!HEAPS.isEmpty()) {
            if (woken) {
                woken = false;
                return true;
            }
            LockSupport.park(this);
        }
        woken = false;
        LockSupport.parkNanos(this, IDLE_NANOS);
        synchronized (Purger.class) {
            if (HEAPS.isEmpty()) {
                thread = null;
            }
            return thread != null;
        }
    }

    private static synchronized void startUnlessRunning() {
        if (thread != null) {
            return;
        }
        Thread next = new Thread(null, new Purger(), "memalloc-purger", 0, false);
        next.setDaemon(true);
        next.setContextClassLoader(null);
        try {
            next.start();
            thread = next;
        } catch (OutOfMemoryError e) {
            // There are too many threads: heaps do without, until one more is made.
        }
    }
}
