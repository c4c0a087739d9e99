package dev.memalloc.agent.boot;

import java.lang.ref.WeakReference;

/** What one thread is doing here: used by that thread alone. */
final class Caller {
    /** The thread's id, which no other thread ever has. */
    final long threadId;
    final Ledger ledger;
    /** Whether a request of this thread is being served: those from inside it are the JVM's. */
    boolean underWay;
    /** Whether {@code ByteBuffer.allocateDirect} was seen to come here. */
    boolean seen;
    /** Whose memory it is that {@code Unsafe} is asked for. */
    Kind kind = Kind.UNSAFE;
    private final WeakReference<Thread> thread;

    Caller(Thread thread, Ledger ledger) {
        this.threadId = thread.threadId();
        this.thread = new WeakReference<>(thread);
        this.ledger = ledger;
    }

    /** Whether its thread has ended. */
    boolean isGone() {
        Thread known = thread.get();
        return known == null || !known.isAlive();
    }
}
