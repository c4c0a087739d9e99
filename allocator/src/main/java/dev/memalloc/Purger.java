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
 */
final class Purger implements Runnable {
    private static final long PERIOD_MILLIS = 500;
    private static final List<WeakReference<Heap>> HEAPS = new CopyOnWriteArrayList<>();
    private static final Thread THREAD = start();

    private Purger() {
    }

    static void register(Heap heap) {
        HEAPS.add(new WeakReference<>(heap));
    }

    static void unregister(Heap heap) {
        HEAPS.removeIf(reference -> reference.get() == null || reference.get() == heap);
    }

    /** To be called after a heap has noted that it has something to give back; cheap, and cannot fail. */
    static void wake() {
        LockSupport.unpark(THREAD);
    }

    @Override
    public void run() {
        while (true) {
            try {
                LockSupport.park(this);
                Thread.interrupted();
                while (purgeAll()) {
                    sleep();
                }
            } catch (Throwable e) {
                // The Java heap may be full for a moment. This is the only thread there is for this: try again.
                LockSupport.unpark(THREAD);
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

    private static Thread start() {
        Thread thread = new Thread(null, new Purger(), "memalloc-purger", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
        return thread;
    }
}
