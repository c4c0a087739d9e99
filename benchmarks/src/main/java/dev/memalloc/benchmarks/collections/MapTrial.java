package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Maker;
import dev.memalloc.benchmarks.collections.Entries.Cursor;
import dev.memalloc.benchmarks.collections.Filling.Feeder;
import dev.memalloc.benchmarks.collections.Timing.Lap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The life of a map from strings to strings: it is filled, asked, walked through, and half of it is removed.
 *
 * <p>Every answer is verified as it comes, and after each change the size is.
 */
final class MapTrial {
    private static final int WARM_UP_MAX = 100_000;
    /** Operations between two looks at the clock. */
    private static final int LAP = 1000;
    private static final int READY_MAX = 500_000;
    private static final int BATCH = 32;
    /** How many entries are looked up after half was removed, of either half. */
    private static final int SAMPLE = 1000;

    private final Entries entries;
    private final int count;
    private final Maker<StringMap> maker;
    private final double seconds;
    private final Consumer<Figure> out;

    MapTrial(Entries entries, Maker<StringMap> maker, Setting setting, Consumer<Figure> out) {
        this(entries, maker, setting.seconds(), out);
        if (count != setting.size()) {
            out.accept(new Figure("entries", "", count));
        }
    }

    private MapTrial(Entries entries, Maker<StringMap> maker, double seconds, Consumer<Figure> out) {
        this.entries = entries;
        this.maker = maker;
        this.seconds = seconds;
        this.out = out;
        count = entries.count();
    }

    /** Warms the JVM up with some of the entries, then measures. */
    void run() {
        MapTrial small = new MapTrial(entries.some(Math.min(count, WARM_UP_MAX)), maker, seconds / 10, figure -> { });
        Timing.warmUp(3 * seconds, small::measure);
        measure();
    }

    private void measure() {
        Filling<StringMap> filling = new Filling<>(count, seconds, () -> maker.make(entries.expected()),
            map -> feeder(map, entries.inOrder()));
        try (StringMap map = filling.fill("put", out)) {
            if (!map.remembers()) {
                getFresh(map);
                miss(map);
                return;
            }
            getFresh(map);
            getSame(map);
            getAll(map);
            miss(map);
            iterate(map);
            removeHalf(map);
        }
    }

    private static Feeder feeder(StringMap map, Cursor cursor) {
        return times -> put(map, cursor, times);
    }

    private void getFresh(StringMap map) {
        Cursor cursor = entries.shuffled(0);
        time("get fresh", () -> {
            for (int i = 0; i < LAP; i++) {
                cursor.advance();
                if (!endsWith(map.get(cursor.key()), cursor.lastOfValue()) && map.remembers()) {
                    throw wrong(cursor.key());
                }
            }
            return LAP;
        });
    }

    private void getSame(StringMap map) {
        String[] keys = new String[Math.min(count, READY_MAX)];
        char[] lastOfValue = new char[keys.length];
        Cursor cursor = entries.shuffled(0);
        for (int i = 0; i < keys.length; i++) {
            cursor.advance();
            keys[i] = cursor.key();
            lastOfValue[i] = cursor.lastOfValue();
        }
        Lap lap = new Lap() {
            private int next;

            @Override
            public int run() {
                int start = next;
                int end = Math.min(keys.length, start + LAP);
                for (int i = start; i < end; i++) {
                    if (!endsWith(map.get(keys[i]), lastOfValue[i])) {
                        throw wrong(keys[i]);
                    }
                }
                next = end == keys.length ? 0 : end;
                return end - start;
            }
        };
        // The strings compute their hashes once, if the map asks for them.
        for (int done = 0; done < keys.length;) {
            done += lap.run();
        }
        time("get same", lap);
    }

    private void getAll(StringMap map) {
        String[] keys = new String[BATCH];
        String[] values = new String[BATCH];
        if (!map.canGetAll()) {
            return;
        }
        char[] lastOfValue = new char[BATCH];
        Cursor cursor = entries.shuffled(0);
        time("get fresh by " + BATCH, () -> {
            for (int i = 0; i < BATCH; i++) {
                cursor.advance();
                keys[i] = cursor.key();
                lastOfValue[i] = cursor.lastOfValue();
            }
            map.getAll(keys, values);
            for (int i = 0; i < BATCH; i++) {
                if (!endsWith(values[i], lastOfValue[i])) {
                    throw wrong(keys[i]);
                }
            }
            return BATCH;
        });
    }

    private void miss(StringMap map) {
        Cursor cursor = entries.shuffled(0);
        time("miss", () -> {
            for (int i = 0; i < LAP; i++) {
                cursor.advance();
                if (map.get(cursor.absentKey()) != null) {
                    throw wrong(cursor.key());
                }
            }
            return LAP;
        });
    }

    private void iterate(StringMap map) {
        Sum all = new Sum();
        Cursor cursor = entries.inOrder();
        for (int i = 0; i < count; i++) {
            cursor.advance();
            all.accept(cursor.key(), cursor.value());
        }
        time("iterate", () -> {
            Sum seen = new Sum();
            map.forEach(seen);
            if (seen.count != count || seen.sum != all.sum) {
                throw new IllegalStateException("iteration came by other entries: " + seen.count);
            }
            return count;
        });
    }

    private void removeHalf(StringMap map) {
        int half = Math.max(1, count / 2);
        long nanos = 0;
        long removed = 0;
        do {
            if (removed > 0) {
                put(map, entries.shuffled(0), half);
            }
            Cursor cursor = entries.shuffled(0);
            long start = System.nanoTime();
            remove(map, cursor, half);
            nanos += System.nanoTime() - start;
            removed += half;
            map.requireSize(count - half);
        } while (count < Filling.LARGE && nanos < Timing.nanos(seconds));
        out.accept(Figure.nanos("remove half", (double) nanos / removed));
        requireRemoved(map, half);
    }

    private void requireRemoved(StringMap map, int half) {
        Cursor cursor = entries.shuffled(0);
        for (int i = 0; i < count; i++) {
            cursor.advance();
            boolean removed = i < half;
            if ((removed ? i : i - half) < SAMPLE) {
                String value = map.get(cursor.key());
                if (removed ? value != null : !endsWith(value, cursor.lastOfValue())) {
                    throw wrong(cursor.key());
                }
            }
        }
    }

    private static void put(StringMap map, Cursor cursor, int times) {
        for (int i = 0; i < times; i++) {
            cursor.advance();
            map.put(cursor.key(), cursor.value());
        }
    }

    private static void remove(StringMap map, Cursor cursor, int times) {
        for (int i = 0; i < times; i++) {
            cursor.advance();
            if (!map.remove(cursor.key())) {
                throw wrong(cursor.key());
            }
        }
    }

    private void time(String name, Lap lap) {
        out.accept(Figure.nanos(name, Timing.nanosPerOperation(seconds, lap)));
    }

    private static boolean endsWith(String value, char last) {
        return value != null && value.charAt(value.length() - 1) == last;
    }

    private static IllegalStateException wrong(String key) {
        return new IllegalStateException(key + " has the wrong value");
    }

    /** Reads something of every entry. */
    private static final class Sum implements BiConsumer<String, String> {
        private long sum;
        private long count;

        @Override
        public void accept(String key, String value) {
            sum += Entries.mark(key) + Entries.mark(value);
            count++;
        }
    }
}
