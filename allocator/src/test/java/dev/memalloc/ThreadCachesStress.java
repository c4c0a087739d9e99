package dev.memalloc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;

/** Threads that claim a cache at once: of a thread that has ended, in another's place, or a new one. */
class ThreadCachesStress {
    private static final int NONE = -1;
    private static final int NOT_ITS_OWN = -2;
    private static final long LIMIT = 64 << 20;
    /** Slots of class 1, one in each of the caches that ended threads have left. */
    private static final int FIRST = 7;
    private static final int SECOND = 8;
    private static final Thread ENDED = new Thread();

    private ThreadCachesStress() {
    }

    /** Claims a cache and looks for it as often as it may be moved; returns the slot that is in it. */
    private static int claim(ThreadCaches caches) {
        ThreadCache own = caches.claim();
        for (int i = 0; i < 8; i++) {
            ThreadCache found = caches.own();
            if (found != own || found.ownerId != Thread.currentThread().threadId()) {
                return NOT_ITS_OWN;
            }
        }
        return own.pop(1);
    }

    private static void abandon(ThreadCaches caches, long place, int slot) {
        ThreadCache cache = ThreadCache.empty(ENDED, 0, LIMIT);
        cache.push(1, 0, slot);
        caches.places()[(int) place & caches.places().length - 1] = cache;
    }

    /** As many as there are threads, one of them in the place that a thread is to have. */
    @JCStressTest
    @State
    @Outcome(id = {"7, 8, 0", "8, 7, 0"}, expect = ACCEPTABLE, desc = "each has one of those that were left")
    @Outcome(id = {"[78], " + NONE + ", 1", NONE + ", [78], 1"}, expect = ACCEPTABLE,
        desc = "one has that of the other, which has ended")
    @Outcome(id = {"7, 7, .*", "8, 8, .*"}, expect = FORBIDDEN, desc = "both have the same")
    @Outcome(expect = FORBIDDEN, desc = "one is lost, or found in another's place")
    public static class TwoAreLeft {
        private final ThreadCaches caches = ThreadCaches.of(LIMIT, 1);

        TwoAreLeft() {
            abandon(caches, Thread.currentThread().threadId(), FIRST);
            abandon(caches, Thread.currentThread().threadId() + 500, SECOND);
        }

        @Actor
        public void first(IIJ_Result r) {
            r.r1 = claim(caches);
        }

        @Actor
        public void second(IIJ_Result r) {
            r.r2 = claim(caches);
        }

        @Arbiter
        public void afterwards(IIJ_Result r) {
            r.r3 = caches.count();
        }
    }

    /** One for two threads. */
    @JCStressTest
    @State
    @Outcome(id = {"7, " + NONE + ", 0", NONE + ", 7, 0"}, expect = ACCEPTABLE,
        desc = "one has it, the other a new one")
    @Outcome(id = "7, 7, .*", expect = FORBIDDEN, desc = "both have the same")
    @Outcome(expect = FORBIDDEN, desc = "it is lost, or found in another's place")
    public static class OneIsLeft {
        private final ThreadCaches caches = ThreadCaches.of(LIMIT, 1);

        OneIsLeft() {
            abandon(caches, Thread.currentThread().threadId(), FIRST);
        }

        @Actor
        public void first(IIJ_Result r) {
            r.r1 = claim(caches);
        }

        @Actor
        public void second(IIJ_Result r) {
            r.r2 = claim(caches);
        }

        @Arbiter
        public void afterwards(IIJ_Result r) {
            r.r3 = caches.count();
        }
    }
}
