package dev.memalloc.collections;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.memalloc.Heap;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** What a reader without the lock may see of a stripe that is being changed, and what changes do to each other. */
class ConcurrentMapStress {
    private static final Heap HEAP = new Heap();
    private static final List<StringTable.Sizes> SMALL = List.of(new StringTable.Sizes(128, 4, 400, 1 << 20));
    private static final String A = "a".repeat(40);
    private static final String B = "b".repeat(40);

    private ConcurrentMapStress() {
    }

    /** A map of one stripe, closed when all is done. */
    abstract static class Maps {
        final StripedStringMap map;

        Maps() {
            this(new ConcurrentOffHeapStringMap(HEAP, SMALL, 1));
        }

        Maps(StripedStringMap map) {
            this.map = map;
            map.put("key", A);
        }

        /** What a call of the map returns, or why it does not. */
        final String get(String key) {
            try {
                return map.get(key);
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        }
    }

    /** A value is written over another one of the same length. */
    @JCStressTest
    @State
    @Outcome(id = {"a{40}", "b{40}"}, expect = ACCEPTABLE, desc = "one of the two")
    @Outcome(expect = FORBIDDEN, desc = "a part of each, or none")
    public static class Overwriting extends Maps {
        @Actor
        public void write() {
            map.put("key", B);
        }

        @Actor
        public void read(L_Result r) {
            r.r1 = get("key");
        }

        @Arbiter
        public void end() {
            map.close();
        }
    }

    /** The table grows by many entries, is compacted, and shrinks. */
    @JCStressTest
    @State
    @Outcome(id = "a{40}, a{40}", expect = ACCEPTABLE, desc = "nothing to be seen")
    @Outcome(expect = FORBIDDEN, desc = "another entry, or none")
    public static class Growing extends Maps {
        @Actor
        public void write() {
            for (int i = 0; i < 40; i++) {
                map.put("other " + i, B);
            }
            for (int i = 0; i < 40; i++) {
                map.remove("other " + i);
            }
            map.compact();
        }

        @Actor
        public void read(LL_Result r) {
            for (int i = 0; i < 20; i++) {
                r.r1 = get("key");
                r.r2 = map.keySet().contains("key") ? map.values().iterator().next() : "none";
                if (!A.equals(r.r1) || !A.equals(r.r2) && !B.equals(r.r2)) {
                    return;
                }
            }
            r.r2 = A;
        }

        @Arbiter
        public void end() {
            map.close();
        }
    }

    /** What was put first is seen by who sees what was put next, in another stripe or the same. */
    @JCStressTest
    @State
    @Outcome(id = {"null, null", "null, a{40}", "b{40}, b{40}", "null, b{40}"}, expect = ACCEPTABLE, desc = "in order")
    @Outcome(expect = FORBIDDEN, desc = "the second without the first")
    public static class Order {
        private final StripedStringMap map = new ConcurrentOffHeapStringMap(HEAP);

        @Actor
        public void write() {
            map.put("first", B);
            map.put("second", B);
        }

        @Actor
        public void read(LL_Result r) {
            r.r1 = map.get("second");
            r.r2 = map.get("first");
        }

        @Arbiter
        public void end() {
            map.close();
        }
    }

    /** Two functions for one key. */
    @JCStressTest
    @State
    @Outcome(id = {"a, ab, ab", "ba, b, ba"}, expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(expect = FORBIDDEN, desc = "one is lost")
    public static class Functions extends Maps {
        @Actor
        public void one(LLL_Result r) {
            r.r1 = map.merge("new", "a", String::concat);
        }

        @Actor
        public void other(LLL_Result r) {
            r.r2 = map.compute("new", (key, old) -> old == null ? "b" : old + "b");
        }

        @Arbiter
        public void end(LLL_Result r) {
            r.r3 = map.get("new");
            map.close();
        }
    }

    /** Two put a value if there is none. */
    @JCStressTest
    @State
    @Outcome(id = {"null, a, a", "b, null, b"}, expect = ACCEPTABLE, desc = "one is the first")
    @Outcome(expect = FORBIDDEN, desc = "none is, or both are")
    public static class Absent extends Maps {
        @Actor
        public void one(LLL_Result r) {
            r.r1 = map.putIfAbsent("new", "a");
        }

        @Actor
        public void other(LLL_Result r) {
            r.r2 = map.putIfAbsent("new", "b");
        }

        @Arbiter
        public void end(LLL_Result r) {
            r.r3 = map.get("new");
            map.close();
        }
    }

    /** The map is closed. */
    @JCStressTest
    @State
    @Outcome(id = {"a{40}, a{40}", "a{40}, the map is closed", "the map is closed, the map is closed"},
        expect = ACCEPTABLE, desc = "there until it is closed")
    @Outcome(expect = FORBIDDEN, desc = "anything else")
    public static class Closing extends Maps {
        @Actor
        public void close() {
            map.close();
        }

        @Actor
        public void read(LL_Result r) {
            r.r1 = get("key");
            r.r2 = get("key");
        }
    }

    /** A cache takes an entry out whose node a reader notes. */
    @JCStressTest
    @State
    @Outcome(id = {"a{40}, true", "null, true"}, expect = ACCEPTABLE, desc = "it is there, or gone")
    @Outcome(expect = FORBIDDEN, desc = "another value, or the nodes do not belong to the entries")
    public static class Evicting extends Maps {
        Evicting() {
            super(OffHeapStringCache.builder().heap(HEAP).maximumSize(3)
                .expireAfterAccess(java.time.Duration.ofSeconds(100)).build());
        }

        @Actor
        public void write() {
            for (int i = 0; i < 10; i++) {
                map.put("other " + i, B);
            }
            map.clear();
            map.put("other", B);
        }

        @Actor
        public void read(LL_Result r) {
            for (int i = 0; i < 20; i++) {
                r.r1 = get("key");
            }
        }

        @Arbiter
        public void end(LL_Result r) {
            map.check();
            r.r2 = map.size() == 1;
            map.close();
        }
    }
}
