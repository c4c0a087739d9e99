package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Maker;
import dev.memalloc.benchmarks.collections.Entries.Cursor;
import dev.memalloc.benchmarks.collections.Timing.Lap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The life of a map from strings to strings: it is filled, asked, walked through, and half of it is removed.
 *
 * <p>Every answer is verified as it comes, and after each change the size is.
 */
final class MapTrial {
    /** What fits in this is filled several times, and weighed several times over. */
    private static final int SMALL = 100_000;
    /** From here on a map is filled once only. */
    private static final int LARGE = 1_000_000;
    /** Operations between two looks at the clock. */
    private static final int LAP = 1000;
    /** The same for puts, whose longest is looked for: so it can be too large by the time of 15 others. */
    private static final int PUTS = 16;
    private static final int READY_MAX = 500_000;
    private static final int BATCH = 32;
    /** How many entries are looked up after half was removed, of either half. */
    private static final int SAMPLE = 1000;
    /** Below it, resident memory says more about the JVM than about the map. */
    private static final long BYTES_MIN = 16 << 20;

    private final Entries entries;
    private final int count;
    private final Maker<StringMap> maker;
    private final double seconds;
    private final Consumer<Figure> out;

    MapTrial(Entries entries, Maker<StringMap> maker, Setting setting, Consumer<Figure> out) {
        this(entries, maker, setting.seconds(), out);
    }

    private MapTrial(Entries entries, Maker<StringMap> maker, double seconds, Consumer<Figure> out) {
        this.entries = entries;
        this.maker = maker;
        this.seconds = seconds;
        this.out = out;
        count = entries.count();
    }

    /** Warms the JVM up with the first entries, then measures. */
    void run() {
        MapTrial small = new MapTrial(entries.first(Math.min(count, SMALL)), maker, seconds / 10, figure -> { });
        Timing.warmUp(3 * seconds, small::measure);
        measure();
    }

    private void measure() {
        Footprint before = Footprint.now();
        try (StringMap map = fill()) {
            if (!map.remembers()) {
                getFresh(map);
                miss(map);
                return;
            }
            if (count >= SMALL) {
                weigh(before, List.of(map));
            } else {
                weighSmall();
            }
            getFresh(map);
            getSame(map);
            getAll(map);
            miss(map);
            iterate(map);
            removeHalf(map);
        }
    }

    private StringMap fill() {
        long collecting = Timing.collectionMillis();
        long nanos = 0;
        long longest = 0;
        int fills = 0;
        StringMap map;
        do {
            map = maker.make(entries.expected());
            Cursor cursor = entries.inOrder();
            long start = System.nanoTime();
            long last = start;
            for (int done = 0; done < count; done += PUTS) {
                put(map, cursor, Math.min(PUTS, count - done));
                long now = System.nanoTime();
                longest = Math.max(longest, now - last);
                last = now;
            }
            nanos += last - start;
            fills++;
            requireSize(map, count);
        } while (count < LARGE && nanos < Timing.nanos(seconds) && close(map));
        out.accept(Figure.nanos("put", (double) nanos / fills / count));
        out.accept(Figure.millis("GC during put", (double) (Timing.collectionMillis() - collecting) / fills));
        out.accept(Figure.millis("longest put", Timing.millis(longest)));
        return map;
    }

    private static boolean close(StringMap map) {
        map.close();
        return true;
    }

    private void weighSmall() {
        Footprint before = Footprint.now();
        List<StringMap> maps = new ArrayList<>();
        for (int i = 0; i < SMALL / count; i++) {
            StringMap map = maker.make(entries.expected());
            put(map, entries.inOrder(), count);
            maps.add(map);
        }
        weigh(before, maps);
        maps.forEach(StringMap::close);
    }

    private void weigh(Footprint before, List<StringMap> maps) {
        long residentPeak = before.residentPeakGrowth();
        long heap = before.heapGrowth();
        long resident = before.residentGrowth();
        long own = maps.stream().map(StringMap::bytes).mapToLong(bytes -> bytes.orElse(0)).sum();
        double all = (double) count * maps.size();
        double bytes = own > 0 ? own : heap;
        out.accept(Figure.bytes("an entry", bytes / all));
        if (bytes >= BYTES_MIN) {
            out.accept(Figure.bytes("an entry, resident", resident / all));
            out.accept(Figure.bytes("an entry, resident at most", residentPeak / all));
        }
    }

    private void getFresh(StringMap map) {
        Cursor cursor = entries.shuffled();
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
        Cursor cursor = entries.shuffled();
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
        Cursor cursor = entries.shuffled();
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
        Cursor cursor = entries.shuffled();
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
        long expected = 0;
        Cursor cursor = entries.inOrder();
        for (int i = 0; i < count; i++) {
            cursor.advance();
            expected += Sum.of(cursor.key(), cursor.value());
        }
        long sum = expected;
        time("iterate", () -> {
            Sum seen = new Sum();
            map.forEach(seen);
            if (seen.count != count || seen.sum != sum) {
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
                put(map, entries.shuffled(), half);
            }
            Cursor cursor = entries.shuffled();
            long start = System.nanoTime();
            remove(map, cursor, half);
            nanos += System.nanoTime() - start;
            removed += half;
            requireSize(map, count - half);
        } while (count < LARGE && nanos < Timing.nanos(seconds));
        out.accept(Figure.nanos("remove half", (double) nanos / removed));
        requireRemoved(map, half);
    }

    private void requireRemoved(StringMap map, int half) {
        Cursor cursor = entries.shuffled();
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

    private static void requireSize(StringMap map, long size) {
        if (map.remembers() && map.size() != size) {
            throw new IllegalStateException(map.size() + " entries in place of " + size);
        }
    }

    /** Reads something of every entry. */
    private static final class Sum implements BiConsumer<String, String> {
        private long sum;
        private long count;

        @Override
        public void accept(String key, String value) {
            sum += of(key, value);
            count++;
        }

        static long of(String key, String value) {
            return 31L * (key.length() + last(key)) + value.length() + last(value);
        }

        private static char last(String string) {
            return string.isEmpty() ? 0 : string.charAt(string.length() - 1);
        }
    }
}
