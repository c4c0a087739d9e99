package dev.memalloc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A block that is freed while the heap is being purged: it is seen by that, or leaves a note that another purge is
 * worth it, so that its memory goes back in the end.
 */
class PurgeStress {
    private static final HeapOptions SMALL = HeapOptions.defaults().withAddressRange(8 << 20);

    private PurgeStress() {
    }

    /** A heap of its own for each time, and two live blocks of it. */
    abstract static class Purged {
        private final WatchedOs os = new WatchedOs();
        private final Heap heap = new Heap(SMALL, os);
        private final long block;
        private final long behind;
        private final int unmapped;

        Purged(long size) {
            block = heap.memalloc(size);
            // Keeps it from the top.
            behind = heap.memalloc(size);
            unmapped = os.unmapped();
            while (heap.purge()) {
                // What making the heap has left is not what is watched.
            }
        }

        final void free() {
            heap.memfree(block);
            heap.slots().flushCaches();
        }

        final void purge() {
            heap.purge();
        }

        /** Purges as long as that is said to be worth it; whether the memory has gone back by then. */
        final String afterwards() {
            for (int i = 0; i < 10 && isWorthPurging(); i++) {
                heap.purge();
            }
            boolean back = os.discarded() > 0 || os.unmapped() > unmapped;
            heap.memfree(behind);
            heap.close();
            return back ? "back" : "kept";
        }

        private boolean isWorthPurging() {
            return heap.slots().classes().isWorthPurging() || heap.bulk().isWorthPurging();
        }
    }

    /** A slot of two pages. */
    @JCStressTest
    @State
    @Outcome(id = "back", expect = ACCEPTABLE, desc = "its memory has gone back")
    @Outcome(id = "kept", expect = FORBIDDEN, desc = "nobody knows any more that there is something to give back")
    public static class Slot extends Purged {
        Slot() {
            super(8192);
        }

        @Actor
        public void first() {
            free();
        }

        @Actor
        public void second() {
            purge();
        }

        @Arbiter
        public void end(L_Result r) {
            r.r1 = afterwards();
        }
    }

    /** A block. */
    @JCStressTest
    @State
    @Outcome(id = "back", expect = ACCEPTABLE, desc = "its memory has gone back")
    @Outcome(id = "kept", expect = FORBIDDEN, desc = "nobody knows any more that there is something to give back")
    public static class Block extends Purged {
        Block() {
            super(50_000);
        }

        @Actor
        public void first() {
            free();
        }

        @Actor
        public void second() {
            purge();
        }

        @Arbiter
        public void end(L_Result r) {
            r.r1 = afterwards();
        }
    }

    /** A mapping. */
    @JCStressTest
    @State
    @Outcome(id = "back", expect = ACCEPTABLE, desc = "its memory has gone back")
    @Outcome(id = "kept", expect = FORBIDDEN, desc = "nobody knows any more that there is something to give back")
    public static class Mapping extends Purged {
        Mapping() {
            super(300_000);
        }

        @Actor
        public void first() {
            free();
        }

        @Actor
        public void second() {
            purge();
        }

        @Arbiter
        public void end(L_Result r) {
            r.r1 = afterwards();
        }
    }
}
