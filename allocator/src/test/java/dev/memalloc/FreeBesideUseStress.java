package dev.memalloc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** One thread frees a block, while another one asks for its size, sets it, and copies it. */
class FreeBesideUseStress {
    private static final String USED_AFTER = "used after it was freed";

    private FreeBesideUseStress() {
    }

    /** A block, and what the two threads do with it. */
    abstract static class Used {
        private final Heap heap;
        private final long block;
        private volatile boolean freed;

        Used(Heap heap, long size) {
            this.heap = heap;
            block = heap.memalloc(size);
        }

        final String free() {
            String answer = Answer.of(() -> heap.memfree(block));
            freed = true;
            return answer;
        }

        /** How many of these calls went well before the block was freed; all after that must be told. */
        final String use() {
            List<Runnable> calls = List.of(
                () -> heap.usableSize(block),
                () -> heap.memoryset(block, 1, 64),
                // The copy is of another size: the block is not handed out again while it is watched.
                () -> heap.memfree(heap.memdup(block, 16)),
                () -> heap.usableSize(block));
            int went = 0;
            boolean over = false;
            for (Runnable call : calls) {
                over |= freed;
                String answer = Answer.of(call);
                if (answer.equals(Answer.FREED_ALREADY) || answer.equals(Answer.NO_BLOCK)) {
                    over = true;
                } else if (!answer.equals(Answer.DONE)) {
                    return answer;
                } else if (over) {
                    return USED_AFTER;
                } else {
                    went++;
                }
            }
            return went + " of 4";
        }
    }

    /** A slot. */
    @JCStressTest
    @State
    @Outcome(id = "done, [0-4] of 4", expect = ACCEPTABLE, desc = "used until it was freed")
    @Outcome(id = "done, " + USED_AFTER, expect = ACCEPTABLE_INTERESTING,
        desc = "the address is another test's block by then")
    public static class Slot extends Used {
        private static final Heap HEAP = new Heap();

        Slot() {
            super(HEAP, 64);
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = free();
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = use();
        }
    }

    /** A block, whose tag may be read without the lock. */
    @JCStressTest
    @State
    @Outcome(id = "done, [0-4] of 4", expect = ACCEPTABLE, desc = "used until it was freed")
    @Outcome(id = "done, " + USED_AFTER, expect = FORBIDDEN, desc = "used after it was freed")
    public static class Block extends Used {
        private static final Heap HEAP = new Heap();

        Block() {
            super(HEAP, 20_000);
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = free();
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = use();
        }
    }

    /** A mapping, which goes back to the system at once: the JVM would end if it were used after that. */
    @JCStressTest
    @State
    @Outcome(id = "done, [0-4] of 4", expect = ACCEPTABLE, desc = "used until it was freed")
    @Outcome(id = "done, " + USED_AFTER, expect = FORBIDDEN, desc = "used after it was freed")
    public static class Mapping extends Used {
        private static final Heap HEAP = new Heap();

        Mapping() {
            super(HEAP, 300_000);
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = free();
            HEAP.bulk().purge(true);
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = use();
        }
    }

    /** A guarded mapping, which leaves quarantine at once. */
    @JCStressTest
    @State
    @Outcome(id = "done, [0-4] of 4", expect = ACCEPTABLE, desc = "used until it was freed")
    @Outcome(id = "done, " + USED_AFTER, expect = FORBIDDEN, desc = "used after it was freed")
    public static class GuardedMapping extends Used {
        private static final Heap HEAP = new Heap(HeapOptions.defaults().withGuardInterval(1));

        GuardedMapping() {
            super(HEAP, 300_000);
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = free();
            HEAP.trim();
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = use();
        }
    }
}
