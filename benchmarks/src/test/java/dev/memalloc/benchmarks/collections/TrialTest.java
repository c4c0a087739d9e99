package dev.memalloc.benchmarks.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.ObjIntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The trials do what they say, and notice what is wrong. */
class TrialTest {
    private static final int COUNT = 200;
    private static final Setting SETTING = new Setting(COUNT, 2, 0.001, Path.of("."));

    private final List<Figure> figures = new ArrayList<>();

    @Test
    void mapIsFilledAskedAndHalved() {
        List<Recorder> made = new ArrayList<>();
        new MapTrial(new MadeEntries(COUNT), expected -> {
            assertThat(expected).isEqualTo(new Contestant.Expected(COUNT, 12, 16));
            made.add(new Recorder());
            return made.getLast();
        }, SETTING, figures::add).run();
        assertThat(figures).extracting(Figure::name).containsExactly("put", "GC during put", "longest put", "an entry",
            "get fresh", "get same", "get fresh by 32", "miss", "iterate", "remove half");
        assertThat(made).allMatch(map -> map.closed);
        Recorder measured = made.stream().filter(map -> map.removed > 0).toList().getLast();
        assertThat(measured.map).hasSize(COUNT / 2);
        assertThat(measured.keysAskedTwice).as("ready strings").isNotEmpty();
        assertThat(measured.batches).isPositive();
        assertThat(measured.misses).as("absent keys, and some of those removed").isGreaterThan(COUNT / 2);
        assertThat(measured.iterations).isPositive();
        assertThat(measured.removed % (COUNT / 2)).isZero();
    }

    static Stream<Recorder> brokenMaps() {
        return Stream.of(
            new Recorder() {
                @Override
                public String get(String key) {
                    return key.endsWith("7") ? "value-0000000008" : super.get(key);
                }
            },
            new Recorder() {
                @Override
                public String get(String key) {
                    String value = super.get(key);
                    return value == null ? "value" : value;
                }
            },
            new Recorder() {
                @Override
                public void put(String key, String value) {
                    if (!key.endsWith("99")) {
                        super.put(key, value);
                    }
                }
            },
            new Recorder() {
                @Override
                public boolean remove(String key) {
                    return true;
                }
            },
            new Recorder() {
                @Override
                public void getAll(String[] keys, String[] values) {
                    super.getAll(keys, values);
                    values[31] = values[30].replaceFirst(".$", "x");
                }
            },
            new Recorder() {
                @Override
                public void forEach(BiConsumer<String, String> action) {
                    super.forEach((key, value) -> action.accept(key, "value-0000000000"));
                }
            });
    }

    @ParameterizedTest
    @MethodSource("brokenMaps")
    void brokenMapIsNoticed(Recorder broken) {
        assertThatThrownBy(() -> new MapTrial(new MadeEntries(COUNT), expected -> {
            broken.map.clear();
            return broken;
        }, SETTING, figures::add).run()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void wrongCountIsNoticed() {
        assertThatThrownBy(() -> new CountingTrial(new MadeEntries(COUNT), expected -> new Counter(1), 0.001,
            figures::add).run()).isInstanceOf(IllegalStateException.class).hasMessageContaining("counts");
        new CountingTrial(new MadeEntries(COUNT), expected -> new Counter(0), 0.001, figures::add).run();
        assertThat(figures).extracting(Figure::name).endsWith("add fresh", "add same", "get fresh", "iterate");
    }

    @Test
    void keysThatAreLongsDiffer() {
        Set<Long> keys = new HashSet<>();
        for (int i = -COUNT; i < COUNT; i++) {
            keys.add(LongTrial.key(i));
        }
        assertThat(keys).hasSize(2 * COUNT);
    }

    @Test
    void sweepIsUpToTheSize() {
        assertThat(SweepTrial.size(10_000_000, 0)).isEqualTo(1_000_000);
        assertThat(SweepTrial.size(10_000_000, 11)).isEqualTo(10_000_000);
        assertThat((double) SweepTrial.size(10_000_000, 6) / SweepTrial.size(10_000_000, 5))
            .isBetween(1.23, 1.24);
        SweepTrial.run(expected -> new Recorder(), new Setting(1000, 1, 0, Path.of(".")), figures::add);
        assertThat(figures).hasSize(14);
        double mean = figures.subList(0, 12).stream().mapToDouble(Figure::value).average().orElseThrow();
        assertThat(figures.get(12).name()).isEqualTo("mean");
        assertThat(figures.get(12).value()).isCloseTo(mean, within(1e-6));
    }

    @Test
    void threadsFillTogether() {
        List<Recorder> made = new ArrayList<>();
        new ConcurrentTrial(new MadeEntries(COUNT), 3, expected -> {
            made.add(new Recorder());
            return made.getLast();
        }, 0.001, figures::add).run();
        assertThat(figures).extracting(Figure::name).containsExactly(
            "put new", "95 % get, 5 % put", "50 % get, 50 % put", "5 % get, 95 % put");
        assertThat(made.getLast().map).hasSize(COUNT);
        assertThat(made.getLast().threads).hasSize(12);
    }

    /** A map that keeps an account of what is asked of it. */
    private static class Recorder implements StringMap {
        final Map<String, String> map = new HashMap<>();
        final Map<String, Integer> asked = new IdentityHashMap<>();
        final Set<String> keysAskedTwice = new HashSet<>();
        final Set<Thread> threads = new HashSet<>();
        int batches;
        int misses;
        int iterations;
        int removed;
        boolean closed;

        @Override
        public synchronized void put(String key, String value) {
            threads.add(Thread.currentThread());
            map.put(key, value);
        }

        @Override
        public synchronized String get(String key) {
            threads.add(Thread.currentThread());
            if (asked.merge(key, 1, Integer::sum) > 1) {
                keysAskedTwice.add(key);
            }
            String value = map.get(key);
            if (value == null) {
                misses++;
            }
            return value;
        }

        @Override
        public boolean canGetAll() {
            return true;
        }

        @Override
        public void getAll(String[] keys, String[] values) {
            batches++;
            for (int i = 0; i < keys.length; i++) {
                values[i] = map.get(keys[i]);
            }
        }

        @Override
        public boolean remove(String key) {
            removed++;
            return map.remove(key) != null;
        }

        @Override
        public void forEach(BiConsumer<String, String> action) {
            iterations++;
            map.forEach(action);
        }

        @Override
        public long size() {
            return map.size();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** A map of counts that counts the first key too often. */
    private static final class Counter implements CountingMap {
        private final Map<String, Integer> map = new HashMap<>();
        private final int tooMuch;

        Counter(int tooMuch) {
            this.tooMuch = tooMuch;
        }

        @Override
        public int increment(String key) {
            return map.merge(key, map.isEmpty() ? 1 + tooMuch : 1, Integer::sum);
        }

        @Override
        public int count(String key) {
            return map.getOrDefault(key, 0);
        }

        @Override
        public void forEach(ObjIntConsumer<String> action) {
            map.forEach(action::accept);
        }

        @Override
        public long size() {
            return map.size();
        }
    }
}
