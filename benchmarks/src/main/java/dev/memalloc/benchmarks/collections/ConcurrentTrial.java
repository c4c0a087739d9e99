package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Maker;
import dev.memalloc.benchmarks.collections.Entries.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Threads that share a map from strings to strings: they fill it together, each with keys of its own, then look keys up
 * and replace values, at random, all with new strings.
 *
 * <p>Times are wall time for an operation of all threads together: two that do not disturb each other halve it.
 */
final class ConcurrentTrial {
    private static final int WARM_UP_MAX = 100_000;
    private static final int LAP = 1000;
    /** Of so many operations, one is of the rarer kind. */
    private static final int RARE = 20;

    private final Entries entries;
    private final int threads;
    private final Maker<StringMap> maker;
    private final double seconds;
    private final Consumer<Figure> out;

    ConcurrentTrial(Entries entries, int threads, Maker<StringMap> maker, double seconds, Consumer<Figure> out) {
        this.entries = entries;
        this.threads = threads;
        this.maker = maker;
        this.seconds = seconds;
        this.out = out;
    }

    /** Warms the JVM up with some of the entries, then measures. */
    void run() {
        Entries some = entries.some(Math.min(entries.count(), WARM_UP_MAX));
        Timing.warmUp(3 * seconds,
            () -> new ConcurrentTrial(some, threads, maker, seconds / 10, figure -> { }).measure());
        measure();
    }

    private void measure() {
        System.gc();
        try (StringMap map = maker.make(entries.expected())) {
            out.accept(Figure.nanos("put new", together(thread -> new Filler(map, thread))));
            map.requireSize(entries.count());
            out.accept(Figure.nanos("95 % get, 5 % put", together(thread -> new Getter(map, thread))));
            out.accept(Figure.nanos("50 % get, 50 % put", together(thread -> new Half(map, thread))));
            out.accept(Figure.nanos("5 % get, 95 % put", together(thread -> new Putter(map, thread))));
            map.requireSize(entries.count());
        }
    }

    /** Starts all threads at once; returns the nanoseconds that an operation took. */
    private double together(IntFunction<Worker> workers) {
        LongAdder operations = new LongAdder();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        // The last one to arrive looks at the clock.
        long[] start = new long[1];
        CyclicBarrier begin = new CyclicBarrier(threads, () -> start[0] = System.nanoTime());
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Worker worker = workers.apply(i);
            all.add(Thread.ofPlatform().start(() -> {
                try {
                    begin.await();
                    operations.add(worker.work(start[0] + Timing.nanos(seconds)));
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        try {
            for (Thread thread : all) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        long end = System.nanoTime();
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get());
        }
        return (double) (end - start[0]) / operations.sum();
    }

    private static void get(StringMap map, Cursor cursor) {
        cursor.advance();
        String value = map.get(cursor.key());
        if (value == null || value.charAt(value.length() - 1) != cursor.lastOfValue()) {
            throw new IllegalStateException(cursor.key() + " has the wrong value");
        }
    }

    private static void put(StringMap map, Cursor cursor) {
        cursor.advance();
        map.put(cursor.key(), cursor.value());
    }

    /** One thread's part. */
    private interface Worker {
        /** Works until that time; returns how many operations it was. */
        long work(long endNanos);
    }

    /** Puts each of so many entries as there are threads. */
    private final class Filler implements Worker {
        private final StringMap map;
        private final int thread;

        Filler(StringMap map, int thread) {
            this.map = map;
            this.thread = thread;
        }

        @Override
        public long work(long endNanos) {
            Cursor cursor = entries.inOrder();
            long done = 0;
            for (int i = 0; i < entries.count(); i++) {
                cursor.advance();
                if (i % threads == thread) {
                    map.put(cursor.key(), cursor.value());
                    done++;
                }
            }
            return done;
        }
    }

    /** Laps until the time is over. */
    private abstract class Lapper implements Worker {
        final StringMap map;
        final Cursor cursor;

        Lapper(StringMap map, int thread) {
            this.map = map;
            cursor = entries.shuffled(thread);
        }

        @Override
        public final long work(long endNanos) {
            long done = 0;
            do {
                lap();
                done += LAP;
            } while (System.nanoTime() - endNanos < 0);
            return done;
        }

        abstract void lap();
    }

    private final class Getter extends Lapper {
        Getter(StringMap map, int thread) {
            super(map, thread);
        }

        @Override
        void lap() {
            for (int i = 0; i < LAP; i++) {
                if (i % RARE == 0) {
                    put(map, cursor);
                } else {
                    get(map, cursor);
                }
            }
        }
    }

    private final class Half extends Lapper {
        Half(StringMap map, int thread) {
            super(map, thread);
        }

        @Override
        void lap() {
            for (int i = 0; i < LAP; i += 2) {
                get(map, cursor);
                put(map, cursor);
            }
        }
    }

    private final class Putter extends Lapper {
        Putter(StringMap map, int thread) {
            super(map, thread);
        }

        @Override
        void lap() {
            for (int i = 0; i < LAP; i++) {
                if (i % RARE == 0) {
                    get(map, cursor);
                } else {
                    put(map, cursor);
                }
            }
        }
    }
}
