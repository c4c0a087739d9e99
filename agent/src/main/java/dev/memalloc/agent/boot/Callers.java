package dev.memalloc.agent.boot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The threads that allocate and free, and their ledgers.
 *
 * <p>A platform thread finds what is its own by its id, in a table, without a lock; it takes its place there, and the
 * ledger with all that is in it, from a thread that has ended. Virtual threads, and those whose place another thread
 * has, find theirs as a thread-local value, and share a few ledgers.
 *
 * <p>A record, so that the JIT takes what is in it for constant.
 *
 * @param places the table
 * @param shared the ledgers that are for many threads
 * @param locals what was found out for each thread, by its long way
 */
record Callers(Caller[] places, Ledger[] shared, ThreadLocal<Caller> locals) {
    private static final int PLACES = 1024;
    private static final int SHARED = 16;
    private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Caller[].class);

    static Callers none() {
        Ledger[] shared = new Ledger[SHARED];
        for (int i = 0; i < SHARED; i++) {
            shared[i] = new Ledger(true);
        }
        Caller[] places = new Caller[PLACES];
        return new Callers(places, shared, new ThreadLocal<>() {
            @Override
            protected Caller initialValue() {
                return find(places, shared, Thread.currentThread());
            }
        });
    }

    /** The current thread's. */
    Caller current() {
        long id = Thread.currentThread().threadId();
        Caller caller = places[(int) id & PLACES - 1];
        return caller != null && caller.threadId == id ? caller : locals.get();
    }

    /** All ledgers in which somebody may have written until now. */
    List<Ledger> ledgers() {
        List<Ledger> all = new ArrayList<>(Arrays.asList(shared));
        for (int i = 0; i < PLACES; i++) {
            Caller caller = (Caller) PLACE.getAcquire(places, i);
            if (caller != null) {
                all.add(caller.ledger);
            }
        }
        return all;
    }

    private static Caller find(Caller[] places, Ledger[] shared, Thread thread) {
        if (!thread.isVirtual()) {
            synchronized (places) {
                int place = (int) thread.threadId() & PLACES - 1;
                Caller before = places[place];
                if (before == null || before.isGone()) {
                    Caller caller = new Caller(thread, before == null ? new Ledger(false) : before.ledger);
                    PLACE.setRelease(places, place, caller);
                    return caller;
                }
            }
        }
        return new Caller(thread, shared[(int) thread.threadId() & SHARED - 1]);
    }
}
