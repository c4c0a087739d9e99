package dev.memalloc.benchmarks.collections;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Fills collections from empty, to find out how long that takes and how much memory they then have.
 *
 * @param <T> what is filled
 * @param count how many elements each gets
 * @param seconds how long collections that are not large are filled, again and again
 * @param maker makes an empty one
 * @param feeders makes what fills one
 */
record Filling<T extends Container>(
    int count, double seconds, Supplier<T> maker, Function<T, Feeder> feeders) {

    /** From here on a collection is filled once only. */
    static final int LARGE = 1_000_000;
    /** What is smaller is weighed by several together. */
    private static final int SMALL = 100_000;
    private static final int COPIES_MAX = 10;
    /** Below it, resident memory says more about the JVM than about the collection. */
    private static final int RESIDENT_MIN = 500_000;
    /** Lets what was freed while warming up go back to the system, where it does so by and by. */
    private static final Duration REST = Duration.ofSeconds(3);
    /** Elements between two looks at the clock: the longest time for one can be too large by that for 15 others. */
    private static final int LAP = 16;

    /** What fills one collection. */
    @FunctionalInterface
    interface Feeder {
        /** Puts the next so many elements in. */
        void feed(int times);
    }

    /** Fills one and more; the last one is returned. Gives the times to {@code out}, and what it weighs. */
    T fill(String name, Consumer<Figure> out) {
        if (count < SMALL) {
            T filled = timed(name, out);
            if (filled.remembers()) {
                weighSeveral(out);
            }
            return filled;
        }
        if (count >= RESIDENT_MIN) {
            rest();
        }
        Footprint before = Footprint.now();
        T filled = timed(name, out);
        if (filled.remembers()) {
            weigh(before, List.of(filled), out);
        }
        return filled;
    }

    private void weighSeveral(Consumer<Figure> out) {
        Footprint before = Footprint.now();
        List<T> all = new ArrayList<>();
        for (int i = 0; i < Math.min(COPIES_MAX, SMALL / count); i++) {
            T one = maker.get();
            feeders.apply(one).feed(count);
            all.add(one);
        }
        weigh(before, all, out);
        all.forEach(Container::close);
    }

    private T timed(String name, Consumer<Figure> out) {
        long collecting = Timing.collectionMillis();
        long nanos = 0;
        long longest = 0;
        int fills = 0;
        T filled;
        do {
            filled = maker.get();
            Feeder feeder = feeders.apply(filled);
            long start = System.nanoTime();
            long last = start;
            for (int done = 0; done < count; done += LAP) {
                feeder.feed(Math.min(LAP, count - done));
                long now = System.nanoTime();
                longest = Math.max(longest, now - last);
                last = now;
            }
            nanos += last - start;
            fills++;
            filled.requireSize(count);
        } while (count < LARGE && nanos < Timing.nanos(seconds) && close(filled));
        out.accept(Figure.nanos(name, (double) nanos / fills / count));
        out.accept(Figure.millis("GC during " + name, (double) (Timing.collectionMillis() - collecting) / fills));
        out.accept(Figure.millis("longest " + name, Timing.millis(longest)));
        return filled;
    }

    private static void rest() {
        try {
            Thread.sleep(REST);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean close(Container container) {
        container.close();
        return true;
    }

    private void weigh(Footprint before, List<T> containers, Consumer<Figure> out) {
        boolean offHeap = containers.getFirst().bytes().isPresent();
        long bytes = offHeap
            ? containers.stream().mapToLong(container -> container.bytes().getAsLong()).sum()
            : before.heapGrowth();
        double all = (double) count * containers.size();
        out.accept(Figure.bytes("an entry", bytes / all));
        if (count >= RESIDENT_MIN) {
            out.accept(Figure.bytes("an entry, resident", before.residentGrowth() / all));
            out.accept(Figure.bytes("an entry, resident at most", before.residentPeakGrowth() / all));
        }
    }
}
