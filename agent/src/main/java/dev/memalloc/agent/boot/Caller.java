package dev.memalloc.agent.boot;

import java.lang.ref.WeakReference;
import jdk.internal.vm.annotation.Contended;

/** What one thread is doing here: used by that thread alone, and on lines of the processor's caches of its own. */
@Contended
final class Caller {
    /** The thread's id, which no other thread ever has. */
    final long threadId;
    final Ledger ledger;
    /** Whether a request of this thread is being served: those from inside it are the JVM's. */
    boolean underWay;
    /** Whether {@code ByteBuffer.allocateDirect} was seen to come here. */
    boolean seen;
    private final WeakReference<Thread> thread;
    /** A {@link Kind}'s number: to store a reference takes G1 some nanoseconds. */
    private int next = Kind.UNSAFE.ordinal();

    Caller(Thread thread, Ledger ledger) {
        this.threadId = thread.threadId();
        this.thread = new WeakReference<>(thread);
        this.ledger = ledger;
    }

    /** Notes whose memory the next call of {@code Unsafe} is about. */
    void nextIs(Kind kind) {
        next = kind.ordinal();
    }

    /** Whose memory this call of {@code Unsafe} is about, which is a user of {@code Unsafe} if nothing was noted. */
    Kind takeNext() {
        int noted = next;
        if (noted == Kind.UNSAFE.ordinal()) {
            return Kind.UNSAFE;
        }
        next = Kind.UNSAFE.ordinal();
        return noted == Kind.ARENA.ordinal() ? Kind.ARENA : Kind.TEMPORARY;
    }

    /** Whether its thread has ended. */
    boolean isGone() {
        Thread known = thread.get();
        return known == null || !known.isAlive();
    }
}
