package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Maker;
import dev.memalloc.benchmarks.collections.Entries.Cursor;
import dev.memalloc.benchmarks.collections.Filling.Feeder;
import dev.memalloc.benchmarks.collections.Timing.Lap;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/**
 * The life of a map that counts strings: each is counted once, then again and again in random order, then looked up.
 *
 * <p>At the end all counts together are what was counted.
 */
final class CountingTrial {
    private static final int WARM_UP_MAX = 100_000;
    private static final int LAP = 1000;
    private static final int READY_MAX = 500_000;

    private final Entries entries;
    private final int count;
    private final Maker<CountingMap> maker;
    private final double seconds;
    private final Consumer<Figure> out;
    /** How often anything was counted in the map that is measured. */
    private long counted;

    CountingTrial(Entries entries, Maker<CountingMap> maker, double seconds, Consumer<Figure> out) {
        this.entries = entries;
        this.maker = maker;
        this.seconds = seconds;
        this.out = out;
        count = entries.count();
    }

    /** Warms the JVM up with some of the entries, then measures. */
    void run() {
        Entries some = entries.some(Math.min(count, WARM_UP_MAX));
        Timing.warmUp(3 * seconds, () -> new CountingTrial(some, maker, seconds / 10, figure -> { }).measure());
        measure();
    }

    private void measure() {
        Filling<CountingMap> filling = new Filling<>(count, seconds, () -> maker.make(entries.expected()),
            map -> feeder(map, entries.inOrder()));
        try (CountingMap map = filling.fill("add new", out)) {
            counted = count;
            addFresh(map);
            if (!map.remembers()) {
                return;
            }
            addSame(map);
            getFresh(map);
            iterate(map);
        }
    }

    private static Feeder feeder(CountingMap map, Cursor cursor) {
        return times -> {
            for (int i = 0; i < times; i++) {
                cursor.advance();
                map.increment(cursor.key());
            }
        };
    }

    private void addFresh(CountingMap map) {
        Cursor cursor = entries.shuffled(0);
        time("add fresh", () -> {
            for (int i = 0; i < LAP; i++) {
                cursor.advance();
                if (map.increment(cursor.key()) < 2 && map.remembers()) {
                    throw wrong(cursor.key());
                }
            }
            counted += LAP;
            return LAP;
        });
    }

    private void addSame(CountingMap map) {
        String[] keys = new String[Math.min(count, READY_MAX)];
        Cursor cursor = entries.shuffled(0);
        for (int i = 0; i < keys.length; i++) {
            cursor.advance();
            keys[i] = cursor.key();
        }
        Lap lap = new Lap() {
            private int next;

            @Override
            public int run() {
                int start = next;
                int end = Math.min(keys.length, start + LAP);
                for (int i = start; i < end; i++) {
                    if (map.increment(keys[i]) < 2) {
                        throw wrong(keys[i]);
                    }
                }
                counted += end - start;
                next = end == keys.length ? 0 : end;
                return end - start;
            }
        };
        // The strings compute their hashes once, if the map asks for them.
        for (int done = 0; done < keys.length;) {
            done += lap.run();
        }
        time("add same", lap);
    }

    private void getFresh(CountingMap map) {
        Cursor cursor = entries.shuffled(0);
        time("get fresh", () -> {
            for (int i = 0; i < LAP; i++) {
                cursor.advance();
                if (map.count(cursor.key()) < 1) {
                    throw wrong(cursor.key());
                }
            }
            return LAP;
        });
    }

    private void iterate(CountingMap map) {
        Sum all = new Sum();
        Cursor cursor = entries.inOrder();
        for (int i = 0; i < count; i++) {
            cursor.advance();
            all.accept(cursor.key(), 0);
        }
        time("iterate", () -> {
            Sum seen = new Sum();
            map.forEach(seen);
            if (seen.keys != all.keys || seen.counts != counted) {
                throw new IllegalStateException(seen.counts + " counts in place of " + counted);
            }
            return count;
        });
        map.requireSize(count);
    }

    private void time(String name, Lap lap) {
        out.accept(Figure.nanos(name, Timing.nanosPerOperation(seconds, lap)));
    }

    private static IllegalStateException wrong(String key) {
        return new IllegalStateException(key + " has the wrong count");
    }

    private static final class Sum implements ObjIntConsumer<String> {
        /** Something of every key. */
        private long keys;
        private long counts;

        @Override
        public void accept(String key, int times) {
            keys += Entries.mark(key);
            counts += times;
        }
    }
}
