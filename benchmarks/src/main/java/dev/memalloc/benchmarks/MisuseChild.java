package dev.memalloc.benchmarks;

import dev.memalloc.Memory;
import dev.memalloc.benchmarks.allocators.Allocator;
import dev.memalloc.benchmarks.allocators.Opponent;

/**
 * The main class of the JVM that misuses an allocator once, goes on to use it, and prints what came of it, if it lives
 * to: one of {@link Verdict}.
 */
public final class MisuseChild {
    private static final int BLOCKS = 512;

    private MisuseChild() {
    }

    /**
     * Runs.
     *
     * @param arguments allocator, misuse, size
     */
    public static void main(String[] arguments) throws InterruptedException {
        Opponent opponent = Opponent.named(arguments[0]);
        Allocator allocator = opponent.open();
        allocator.threadStart();
        System.out.println(verdict(opponent, allocator, Misuse.valueOf(arguments[1]), Long.parseLong(arguments[2])));
    }

    private static Verdict verdict(Opponent opponent, Allocator allocator, Misuse misuse, long size)
            throws InterruptedException {
        Victim victim = new Victim(allocator, size);
        try {
            misuse.commit(victim);
        } catch (Victim.NotPossibleException e) {
            return Verdict.NONE;
        } catch (RuntimeException | OutOfMemoryError e) {
            return Verdict.REFUSED;
        }
        return goOn(opponent, victim);
    }

    /** Uses the allocator as a program would go on: whatever it finds, it may find now. */
    private static Verdict goOn(Opponent opponent, Victim victim) {
        Allocator allocator = victim.allocator();
        try {
            boolean twice = false;
            for (int i = 0; i < BLOCKS; i++) {
                twice |= !victim.live().add(allocator.allocate(victim.size()));
            }
            if (twice || overlap(victim)) {
                return Verdict.OVERLAP;
            }
            victim.live().forEach(allocator::free);
            victim.cycle(BLOCKS, victim.size());
            if (opponent.name().startsWith("memalloc")) {
                Memory.check();
                Memory.trim();
            }
        } catch (RuntimeException e) {
            return Verdict.LATER;
        }
        return Verdict.SILENT;
    }

    private static boolean overlap(Victim victim) {
        long[] sorted = victim.live().stream().mapToLong(block -> block).toArray();
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] - sorted[i - 1] < victim.size()) {
                return true;
            }
        }
        return false;
    }
}
