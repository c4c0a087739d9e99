package dev.memalloc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.memalloc.internal.RawMemory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A block that one thread has allocated and another one frees, while both allocate of the same size. */
class HandOverStress {
    private static final String NONE = "none";

    private HandOverStress() {
    }

    /** What two threads do with a heap, and what they have afterwards. */
    abstract static class Blocks {
        private final Heap heap;
        private final long size;
        private final long usable;
        private volatile long handed;
        private long kept;
        private long others;

        /** {@code usable} is what a block has of which {@code size} bytes are asked for. */
        Blocks(Heap heap, long size, long usable) {
            this.heap = heap;
            this.size = size;
            this.usable = usable;
        }

        /** Hands a block over, and keeps another. */
        final String handOver() {
            return Answer.of(() -> {
                handed = marked();
                kept = marked();
            });
        }

        /** Frees what was handed over by then, and keeps another block. */
        final String takeOver() {
            long taken = handed;
            String answer = taken == 0 ? NONE : Answer.of(() -> {
                requireWhole(taken);
                heap.memfree(taken);
            });
            if (taken != 0) {
                handed = 0;
            }
            others = marked();
            return answer;
        }

        /** Whether what is live is whole; it is freed then. */
        final String afterwards() {
            return Answer.of(() -> {
                for (long block : new long[] {handed, kept, others}) {
                    if (block != 0) {
                        requireWhole(block);
                    }
                }
                for (long block : new long[] {handed, kept, others}) {
                    heap.memfree(block);
                }
            });
        }

        private long marked() {
            long block = heap.memalloc(size);
            RawMemory.putLong(block, mark(block));
            RawMemory.putLong(block + size - Long.BYTES, mark(block));
            return block;
        }

        private void requireWhole(long block) {
            if (heap.usableSize(block) != usable) {
                throw new IllegalArgumentException("it has " + heap.usableSize(block) + " bytes");
            }
            if (RawMemory.getLong(block) != mark(block)
                || RawMemory.getLong(block + size - Long.BYTES) != mark(block)) {
                throw new IllegalArgumentException("overwritten");
            }
            // Whoever else has it does not find it whole any more.
            RawMemory.putLong(block, 0);
        }

        private static long mark(long block) {
            return block * 0x9E3779B97F4A7C15L;
        }
    }

    /** Slots: the state that the one thread has set is what the other one finds. */
    @JCStressTest
    @State
    @Outcome(id = "done, (done|none), done", expect = ACCEPTABLE, desc = "each block is one thread's")
    @Outcome(expect = FORBIDDEN, desc = "what is live is not whole, or not known to be live")
    public static class Slot extends Blocks {
        private static final Heap HEAP = new Heap();

        Slot() {
            super(HEAP, 64, 64);
        }

        @Actor
        public void first(LLL_Result r) {
            r.r1 = handOver();
        }

        @Actor
        public void second(LLL_Result r) {
            r.r2 = takeOver();
        }

        @Arbiter
        public void end(LLL_Result r) {
            r.r3 = afterwards();
        }
    }

    /** Blocks: the tag, which is read without the lock. */
    @JCStressTest
    @State
    @Outcome(id = "done, (done|none), done", expect = ACCEPTABLE, desc = "each block is one thread's")
    @Outcome(expect = FORBIDDEN, desc = "what is live is not whole, or not known to be live")
    public static class Block extends Blocks {
        private static final Heap HEAP = new Heap();

        Block() {
            super(HEAP, 20_000, 20_480);
        }

        @Actor
        public void first(LLL_Result r) {
            r.r1 = handOver();
        }

        @Actor
        public void second(LLL_Result r) {
            r.r2 = takeOver();
        }

        @Arbiter
        public void end(LLL_Result r) {
            r.r3 = afterwards();
        }
    }

    /** Mappings. */
    @JCStressTest
    @State
    @Outcome(id = "done, (done|none), done", expect = ACCEPTABLE, desc = "each block is one thread's")
    @Outcome(expect = FORBIDDEN, desc = "what is live is not whole, or not known to be live")
    public static class Mapping extends Blocks {
        private static final Heap HEAP = new Heap();

        Mapping() {
            super(HEAP, 300_000, 303_104);
        }

        @Actor
        public void first(LLL_Result r) {
            r.r1 = handOver();
        }

        @Actor
        public void second(LLL_Result r) {
            r.r2 = takeOver();
        }

        @Arbiter
        public void end(LLL_Result r) {
            r.r3 = afterwards();
        }
    }

    /** A block whose neighbours are freed, merged, and allocated again: its owner reads its tag without the lock. */
    @JCStressTest
    @State
    @Outcome(id = "done, done", expect = ACCEPTABLE, desc = "its owner sees its size throughout")
    @Outcome(expect = FORBIDDEN, desc = "its owner sees something else")
    public static class Neighbours {
        private static final Heap HEAP = new Heap();
        private final long[] blocks = {HEAP.memalloc(20_000), HEAP.memalloc(20_000), HEAP.memalloc(20_000)};

        @Actor
        public void owner(LL_Result r) {
            r.r1 = Answer.of(() -> {
                for (int i = 0; i < 4; i++) {
                    if (HEAP.usableSize(blocks[1]) != 20_480 || HEAP.memresize(blocks[1], 20_300) != blocks[1]) {
                        throw new IllegalArgumentException("it is another");
                    }
                }
            });
        }

        @Actor
        public void neighbour(LL_Result r) {
            r.r2 = Answer.of(() -> {
                HEAP.memfree(blocks[2]);
                HEAP.memfree(blocks[0]);
                blocks[0] = HEAP.memalloc(9_000);
                blocks[2] = HEAP.memalloc(30_000);
            });
        }

        @Arbiter
        public void afterwards() {
            for (long block : blocks) {
                HEAP.memfree(block);
            }
            HEAP.check();
        }
    }
}
