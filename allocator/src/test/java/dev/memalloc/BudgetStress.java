package dev.memalloc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.ZJJ_Result;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

/** Threads that take of a budget at its limit: what is refused, what is taken, and what peak is noted. */
class BudgetStress {
    private static final long LIMIT = 100;

    private BudgetStress() {
    }

    /** Room for one of two. */
    @JCStressTest
    @State
    @Outcome(id = {"true, false, 60", "false, true, 60"}, expect = ACCEPTABLE, desc = "one has it")
    @Outcome(id = "true, true, .*", expect = FORBIDDEN, desc = "the limit is exceeded")
    @Outcome(id = "false, false, .*", expect = FORBIDDEN, desc = "refused, although there was room for one")
    public static class OneFits {
        private final Budget budget = new Budget(LIMIT);

        @Actor
        public void first(ZZJ_Result r) {
            r.r1 = budget.take(60);
        }

        @Actor
        public void second(ZZJ_Result r) {
            r.r2 = budget.take(60);
        }

        @Arbiter
        public void afterwards(ZZJ_Result r) {
            r.r3 = budget.taken();
        }
    }

    /** Room for both. */
    @JCStressTest
    @State
    @Outcome(id = "true, true, 100", expect = ACCEPTABLE, desc = "both have it")
    @Outcome(id = ".*false.*", expect = FORBIDDEN, desc = "refused, although both fit")
    @Outcome(id = "true, true, .*", expect = FORBIDDEN, desc = "what one has taken is lost")
    public static class BothFit {
        private final Budget budget = new Budget(LIMIT);

        @Actor
        public void first(ZZJ_Result r) {
            r.r1 = budget.take(50);
        }

        @Actor
        public void second(ZZJ_Result r) {
            r.r2 = budget.take(50);
        }

        @Arbiter
        public void afterwards(ZZJ_Result r) {
            r.r3 = budget.taken();
        }
    }

    /** Room for three of the four that two threads ask for. */
    @JCStressTest
    @State
    @Outcome(id = {"2, 1, 90", "1, 2, 90"}, expect = ACCEPTABLE, desc = "three are had")
    @Outcome(id = "2, 2, .*", expect = FORBIDDEN, desc = "the limit is exceeded")
    @Outcome(expect = FORBIDDEN, desc = "refused, although there was room")
    public static class ThreeFit {
        private final Budget budget = new Budget(LIMIT);

        @Actor
        public void first(IIJ_Result r) {
            r.r1 = takeTwice();
        }

        @Actor
        public void second(IIJ_Result r) {
            r.r2 = takeTwice();
        }

        @Arbiter
        public void afterwards(IIJ_Result r) {
            r.r3 = budget.taken();
        }

        private int takeTwice() {
            return (budget.take(30) ? 1 : 0) + (budget.take(30) ? 1 : 0);
        }
    }

    /** One gives back what the other waits for. */
    @JCStressTest
    @State
    @Outcome(id = "true, 80, 80", expect = ACCEPTABLE, desc = "given back first")
    @Outcome(id = "false, 0, (0|60)", expect = ACCEPTABLE, desc = "asked for first")
    @Outcome(expect = FORBIDDEN, desc = "miscounted, or the peak is not what was taken")
    public static class TakeBesideGive {
        private final Budget budget = new Budget(LIMIT);

        TakeBesideGive() {
            budget.take(60);
        }

        @Actor
        public void giver() {
            budget.give(60);
        }

        @Actor
        public void taker(ZJJ_Result r) {
            r.r1 = budget.take(80);
            budget.notePeak();
        }

        @Arbiter
        public void afterwards(ZJJ_Result r) {
            r.r2 = budget.taken();
            r.r3 = budget.peak();
        }
    }

    /** Both note the peak, of which the higher is to remain. */
    @JCStressTest
    @State
    @Outcome(id = "100, 100", expect = ACCEPTABLE, desc = "who comes last has noted all")
    @Outcome(expect = FORBIDDEN, desc = "a peak is lost")
    public static class Peak {
        private final Budget budget = new Budget(LIMIT);

        @Actor
        public void first() {
            budget.take(40);
            budget.notePeak();
        }

        @Actor
        public void second() {
            budget.take(60);
            budget.notePeak();
        }

        @Arbiter
        public void afterwards(JJ_Result r) {
            r.r1 = budget.taken();
            r.r2 = budget.peak();
        }
    }
}
