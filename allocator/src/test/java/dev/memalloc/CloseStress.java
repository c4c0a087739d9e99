package dev.memalloc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LLZ_Result;

/**
 * A heap is closed while another thread uses it; a JVM that ends is an error of the test. While it is being closed,
 * what touches memory is refused first.
 */
class CloseStress {
    private static final HeapOptions SMALL = HeapOptions.defaults().withAddressRange(8 << 20);

    private CloseStress() {
    }

    /** How many of these calls went well before one was told that the heap is closed, and what came after that. */
    private static String run(List<Runnable> calls) {
        int went = 0;
        boolean closed = false;
        boolean closing = false;
        for (Runnable call : calls) {
            String answer = Answer.of(call);
            if (answer.equals(Answer.DONE)) {
                closing |= closed;
                went += closed ? 0 : 1;
            } else if (answer.equals(Answer.CLOSED)) {
                closed = true;
            } else {
                return answer;
            }
        }
        return went + (closing ? " calls, then some" : " calls");
    }

    private static boolean isUnmapped(WatchedOs os) {
        // The slots' range and the blocks', of one shard.
        return os.unmapped() == 2;
    }

    /** Slots, by the quick way and the long one. */
    @JCStressTest
    @State
    @Outcome(id = "done, [0-9]+ calls, true", expect = ACCEPTABLE, desc = "refused from when on it is closed")
    @Outcome(expect = FORBIDDEN, desc = "another exception, or its memory is not given back")
    public static class Slots {
        private final WatchedOs os = new WatchedOs();
        private final Heap heap = new Heap(SMALL.withAddressRange(1 << 20), os);
        private final long block = heap.memalloc(64);

        @Actor
        public void close(LLZ_Result r) {
            r.r1 = Answer.of(heap::close);
        }

        @Actor
        public void use(LLZ_Result r) {
            List<Runnable> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                calls.add(() -> heap.memfree(heap.memalloc(64)));
                calls.add(() -> heap.memoryset(block, 1, 64));
                calls.add(() -> heap.memalloc(1000));
            }
            r.r2 = run(calls);
        }

        @Arbiter
        public void end(LLZ_Result r) {
            r.r3 = isUnmapped(os);
        }
    }

    /** Blocks and mappings. */
    @JCStressTest
    @State
    @Outcome(id = "done, [0-9]+ calls, closed", expect = ACCEPTABLE, desc = "refused from when on it is closed")
    @Outcome(id = "done, [0-9]+ calls, then some, closed", expect = ACCEPTABLE, desc = "refused one by one")
    @Outcome(expect = FORBIDDEN, desc = "another exception, or not refused afterwards")
    public static class Blocks {
        private final Heap heap = new Heap(SMALL, new Os());
        private final long block = heap.memalloc(20_000);
        private final long mapping = heap.memalloc(300_000);

        @Actor
        public void close(LLL_Result r) {
            r.r1 = Answer.of(heap::close);
        }

        @Actor
        public void use(LLL_Result r) {
            r.r2 = run(List.of(
                () -> heap.memoryset(mapping, 1, 300_000),
                () -> heap.memoryset(block, 1, 20_000),
                () -> heap.memfree(heap.memdup(mapping, 300_000)),
                () -> heap.memfree(heap.memalloc(30_000)),
                () -> heap.memresize(mapping, 1_000_000),
                () -> heap.memresize(block, 100_000),
                heap::check,
                heap::trim));
        }

        @Arbiter
        public void afterwards(LLL_Result r) {
            r.r3 = Answer.of(() -> heap.memalloc(20_000));
        }
    }

    /** An arena that has memory of the heap, which is not unmapped under it. */
    @JCStressTest
    @State
    @Outcome(id = "done, done, true", expect = ACCEPTABLE, desc = "its memory can be used to the end")
    @Outcome(id = ".*false", expect = FORBIDDEN, desc = "who ends it last does not give the memory back")
    @Outcome(expect = FORBIDDEN, desc = "an exception")
    public static class Arena {
        private final WatchedOs os = new WatchedOs();
        private final Heap heap = new Heap(SMALL.withAddressRange(1 << 20), os);
        private final HeapArena arena = HeapArena.ofShared(heap);
        private final MemorySegment segment = arena.allocate(1000);

        @Actor
        public void close(LLZ_Result r) {
            r.r1 = Answer.of(heap::close);
        }

        @Actor
        public void use(LLZ_Result r) {
            r.r2 = Answer.of(() -> {
                for (int i = 0; i < 1000; i++) {
                    segment.set(ValueLayout.JAVA_BYTE, i, (byte) 1);
                }
                arena.close();
            });
        }

        @Arbiter
        public void end(LLZ_Result r) {
            r.r3 = isUnmapped(os);
        }
    }

    /** An arena that asks for its first memory, as the heap is closed. */
    @JCStressTest
    @State
    @Outcome(id = "done, (done|closed), true", expect = ACCEPTABLE, desc = "it has memory to the end, or none")
    @Outcome(id = ".*false", expect = FORBIDDEN, desc = "who ends it last does not give the memory back")
    @Outcome(expect = FORBIDDEN, desc = "another exception")
    public static class NewArena {
        private final WatchedOs os = new WatchedOs();
        private final Heap heap = new Heap(SMALL.withAddressRange(1 << 20), os);

        @Actor
        public void close(LLZ_Result r) {
            r.r1 = Answer.of(heap::close);
        }

        @Actor
        public void use(LLZ_Result r) {
            r.r2 = Answer.of(() -> {
                try (HeapArena arena = HeapArena.ofConfined(heap)) {
                    MemorySegment segment = arena.allocate(1000);
                    for (int i = 0; i < 1000; i++) {
                        segment.set(ValueLayout.JAVA_BYTE, i, (byte) 1);
                    }
                }
            });
        }

        @Arbiter
        public void end(LLZ_Result r) {
            r.r3 = isUnmapped(os);
        }
    }
}
