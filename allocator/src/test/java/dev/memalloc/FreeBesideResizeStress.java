package dev.memalloc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLZ_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** One thread frees a block, while another one resizes it; to a size whose blocks never come from where it was. */
class FreeBesideResizeStress {
    private FreeBesideResizeStress() {
    }

    /** A slot that is to move. */
    @JCStressTest
    @State
    @Outcome(id = "done, freed already, true", expect = ACCEPTABLE, desc = "freed first")
    @Outcome(id = "freed already, done, true", expect = ACCEPTABLE, desc = "moved first")
    @Outcome(id = "done, done, true", expect = ACCEPTABLE_INTERESTING,
        desc = "freed by both, which is not found now; but the slot is handed out once")
    @Outcome(id = ".*false", expect = FORBIDDEN, desc = "the slot is two blocks")
    public static class Slot {
        private static final Heap HEAP = new Heap();
        private static final HandedOut SLOTS = new HandedOut(HEAP, 64);
        private final long block = SLOTS.take();
        private long moved;

        @Actor
        public void free(LLZ_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
        }

        @Actor
        public void resize(LLZ_Result r) {
            r.r2 = Answer.of(() -> moved = HEAP.memresize(block, 200));
        }

        @Arbiter
        public void afterwards(LLZ_Result r) {
            HEAP.memfree(moved);
            r.r3 = SLOTS.areApart();
        }
    }

    /** A block that becomes a mapping. */
    @JCStressTest
    @State
    @Outcome(id = "done, freed already", expect = ACCEPTABLE, desc = "freed first")
    @Outcome(id = "freed already, done", expect = ACCEPTABLE, desc = "moved first")
    @Outcome(id = "done, done", expect = FORBIDDEN, desc = "freed twice")
    public static class BlockToMapping {
        private static final Heap HEAP = new Heap();
        private final long block = HEAP.memalloc(20_000);
        private long moved;

        @Actor
        public void free(LL_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
        }

        @Actor
        public void resize(LL_Result r) {
            r.r2 = Answer.of(() -> moved = HEAP.memresize(block, 300_000));
        }

        @Arbiter
        public void afterwards() {
            HEAP.memfree(moved);
            HEAP.check();
        }
    }

    /** A block that stays where it is. */
    @JCStressTest
    @State
    @Outcome(id = "done, freed already", expect = ACCEPTABLE, desc = "freed first")
    @Outcome(id = "done, done", expect = ACCEPTABLE, desc = "freed last")
    @Outcome(expect = FORBIDDEN, desc = "it was live until it was freed")
    public static class Block {
        private static final Heap HEAP = new Heap();
        private final long block = HEAP.memalloc(20_000);

        @Actor
        public void free(LL_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
        }

        @Actor
        public void resize(LL_Result r) {
            r.r2 = Answer.of(() -> HEAP.memresize(block, 10_000));
        }

        @Arbiter
        public void afterwards() {
            HEAP.check();
        }
    }

    /** A mapping that stays where it is. */
    @JCStressTest
    @State
    @Outcome(id = "done, freed already", expect = ACCEPTABLE, desc = "freed first")
    @Outcome(id = "done, done", expect = ACCEPTABLE, desc = "freed last")
    @Outcome(expect = FORBIDDEN, desc = "it was live until it was freed")
    public static class Mapping {
        private static final Heap HEAP = new Heap();
        private final long block = HEAP.memalloc(600_000);

        @Actor
        public void free(LL_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
        }

        @Actor
        public void resize(LL_Result r) {
            r.r2 = Answer.of(() -> HEAP.memresize(block, 300_000));
        }

        @Arbiter
        public void afterwards() {
            HEAP.check();
        }
    }

    /** A guarded slot: it always moves. */
    @JCStressTest
    @State
    @Outcome(id = "done, freed already", expect = ACCEPTABLE, desc = "freed first")
    @Outcome(id = "freed already, done", expect = ACCEPTABLE, desc = "moved first")
    @Outcome(id = "done, done", expect = FORBIDDEN, desc = "freed twice")
    public static class Guarded {
        private static final Heap HEAP = new Heap(HeapOptions.defaults().withGuardInterval(1));
        private final long block = HEAP.memalloc(100);
        private long moved;

        @Actor
        public void free(LL_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
        }

        @Actor
        public void resize(LL_Result r) {
            r.r2 = Answer.of(() -> moved = HEAP.memresize(block, 200));
        }

        @Arbiter
        public void afterwards() {
            HEAP.memfree(moved);
        }
    }

    /** A guarded mapping that goes back to the system at once: the JVM would end if it were copied after that. */
    @JCStressTest
    @State
    @Outcome(id = "done, freed already", expect = ACCEPTABLE, desc = "freed first")
    @Outcome(id = "done, no block", expect = ACCEPTABLE,
        desc = "freed first; that it was a block's is not known any more")
    @Outcome(id = {"freed already, done", "no block, done"}, expect = ACCEPTABLE, desc = "moved first")
    @Outcome(id = "done, done", expect = FORBIDDEN, desc = "freed twice")
    public static class GuardedMapping {
        private static final Heap HEAP = new Heap(HeapOptions.defaults().withGuardInterval(1));
        private final long block = HEAP.memalloc(2_000_000);
        private long moved;

        @Actor
        public void free(LL_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
            HEAP.trim();
        }

        @Actor
        public void resize(LL_Result r) {
            r.r2 = Answer.of(() -> moved = HEAP.memresize(block, 20_000));
        }

        @Arbiter
        public void afterwards() {
            HEAP.memfree(moved);
        }
    }
}
