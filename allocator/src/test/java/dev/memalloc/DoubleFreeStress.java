package dev.memalloc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.memalloc.internal.RawMemory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLZ_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Two threads free the same block at the same moment. */
class DoubleFreeStress {
    private DoubleFreeStress() {
    }

    /** A slot: that both free it is not found then, but it never becomes two blocks. */
    @JCStressTest
    @State
    @Outcome(id = {"done, freed already, true", "freed already, done, true"}, expect = ACCEPTABLE,
        desc = "one frees it, the other is told")
    @Outcome(id = "done, done, true", expect = ACCEPTABLE_INTERESTING,
        desc = "not found now; but the slot is handed out once")
    @Outcome(id = ".*false", expect = FORBIDDEN, desc = "the slot is two blocks")
    public static class Slot {
        private static final Heap HEAP = new Heap();
        private static final HandedOut SLOTS = new HandedOut(HEAP, 64);
        private final long block = SLOTS.take();

        @Actor
        public void first(LLZ_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
        }

        @Actor
        public void second(LLZ_Result r) {
            r.r2 = Answer.of(() -> HEAP.memfree(block));
        }

        @Arbiter
        public void afterwards(LLZ_Result r) {
            r.r3 = SLOTS.areApart();
        }
    }

    /** A slot that is in the caches of two threads, as two frees may leave it, and both want one. */
    @JCStressTest
    @State
    @Outcome(id = {"done, damaged", "damaged, done"}, expect = ACCEPTABLE, desc = "the second is told")
    @Outcome(id = "done, done", expect = ACCEPTABLE_INTERESTING,
        desc = "handed out twice: both looked before either had it, which takes a second such moment")
    @Outcome(id = "damaged, damaged", expect = FORBIDDEN, desc = "nobody has it")
    public static class SlotInTwoCaches {
        private static final int CLASS = SlotSizes.classOf(64);
        /** So small that it has one shard. */
        private static final Heap HEAP = new Heap(HeapOptions.defaults().withAddressRange(1 << 20));
        private static final SlotLayout LAYOUT = HEAP.slots().layout();
        private final long within = LAYOUT.within(HEAP.memalloc(64));

        SlotInTwoCaches() {
            RawMemory.putByte(LAYOUT.state(CLASS, within), SlotState.CACHED);
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = Answer.of(this::pushAndAllocate);
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = Answer.of(this::pushAndAllocate);
        }

        @Arbiter
        public void afterwards() {
            HEAP.memfree(LAYOUT.address(CLASS, within));
        }

        private void pushAndAllocate() {
            HEAP.slots().caches().ownOrNew()
                .store(CLASS, LAYOUT.shard(within), SlotLayout.units(within), HEAP.slots().classes());
            long address = HEAP.memalloc(64);
            if (address != LAYOUT.address(CLASS, within)) {
                throw new AssertionError("what was freed last is handed out first");
            }
        }
    }

    /** A block, whose shard has a lock. */
    @JCStressTest
    @State
    @Outcome(id = {"done, freed already", "freed already, done"}, expect = ACCEPTABLE,
        desc = "one frees it, the other is told")
    @Outcome(id = {"done, no block", "no block, done"}, expect = ACCEPTABLE,
        desc = "one frees it, and its memory is a part of another test's block by then")
    @Outcome(id = "done, done", expect = FORBIDDEN, desc = "freed twice")
    public static class Block {
        private static final Heap HEAP = new Heap();
        private final long block = HEAP.memalloc(20_000);

        @Actor
        public void first(LL_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = Answer.of(() -> HEAP.memfree(block));
        }

        @Arbiter
        public void afterwards() {
            HEAP.check();
        }
    }

    /** A mapping. */
    @JCStressTest
    @State
    @Outcome(id = {"done, freed already", "freed already, done"}, expect = ACCEPTABLE,
        desc = "one frees it, the other is told")
    @Outcome(id = "done, done", expect = FORBIDDEN, desc = "freed twice")
    public static class Mapping {
        private static final Heap HEAP = new Heap();
        private final long block = HEAP.memalloc(300_000);

        @Actor
        public void first(LL_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = Answer.of(() -> HEAP.memfree(block));
        }

        @Arbiter
        public void afterwards() {
            HEAP.check();
        }
    }

    /** A guarded block, although it is a slot. */
    @JCStressTest
    @State
    @Outcome(id = {"done, freed already", "freed already, done"}, expect = ACCEPTABLE,
        desc = "one frees it, the other is told")
    @Outcome(id = "done, done", expect = FORBIDDEN, desc = "freed twice")
    public static class Guarded {
        private static final Heap HEAP = new Heap(HeapOptions.defaults().withGuardInterval(1));
        private final long block = HEAP.memalloc(100);

        @Actor
        public void first(LL_Result r) {
            r.r1 = Answer.of(() -> HEAP.memfree(block));
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = Answer.of(() -> HEAP.memfree(block));
        }
    }
}
