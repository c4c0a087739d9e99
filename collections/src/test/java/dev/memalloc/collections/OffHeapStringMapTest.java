package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.HeapStats;
import dev.memalloc.Memory;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes beyond the contract of {@link Map}, or is easily got wrong in it. */
class OffHeapStringMapTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();
    private final OffHeapStringMap map = new OffHeapStringMap(heap);

    @AfterEach
    void close() {
        map.check();
        map.close();
    }

    @Test
    void hardStringsComeBackEqual() {
        Map<String, String> model = new HashMap<>();
        List<String> strings = HardStrings.ALL;
        for (int i = 0; i < strings.size(); i++) {
            String value = strings.get(strings.size() - 1 - i);
            assertThat(map.put(strings.get(i), value)).isNull();
            model.put(strings.get(i), value);
        }
        assertThat(map.mappingCount()).as("the hard strings all differ").isEqualTo(strings.size());
        requireSame(model);
        for (String key : strings) {
            assertThat(map.get(key)).isEqualTo(model.get(key));
            assertThat(map.containsKey(key + "x")).isEqualTo(model.containsKey(key + "x"));
            assertThat(map.containsValue(key)).isTrue();
        }
        for (String key : strings) {
            assertThat(map.put(key, key)).isEqualTo(model.put(key, key));
        }
        requireSame(model);
        for (String key : strings) {
            assertThat(map.remove(key)).isEqualTo(key);
            assertThat(map.containsKey(key)).isFalse();
        }
        assertThat(map).isEmpty();
    }

    @Test
    void stringsWithTheSameHashCodeAreFoundApart() {
        List<String> colliding = HardStrings.colliding(13);
        assertThat(colliding.stream().mapToInt(String::hashCode).distinct().count()).isEqualTo(1);
        long start = System.nanoTime();
        colliding.forEach(key -> map.put(key, "of " + key));
        colliding.forEach(key -> assertThat(map.get(key)).isEqualTo("of " + key));
        assertThat(map).hasSize(1 << 13);
        assertThat(System.nanoTime() - start).as("8,192 keys in seconds").isLessThan(10_000_000_000L);
    }

    @Test
    void nullIsRefusedEverywhere() {
        map.put("a", "b");
        List<ThrowingCallable> calls = List.of(
            () -> map.get(null), () -> map.containsKey(null), () -> map.containsValue(null), () -> map.remove(null),
            () -> map.put(null, "x"), () -> map.put("x", null), () -> map.put("a", null),
            () -> map.putIfAbsent(null, "x"), () -> map.putIfAbsent("x", null), () -> map.putIfAbsent("a", null),
            () -> map.replace(null, "x"), () -> map.replace("a", null), () -> map.replace("x", null),
            () -> map.replace(null, "a", "b"), () -> map.replace("a", "b", null), () -> map.replace("a", null, "b"),
            () -> map.getOrDefault(null, "x"), () -> map.remove(null, "x"), () -> map.remove("a", null),
            () -> map.merge(null, "x", String::concat), () -> map.merge("a", null, String::concat),
            () -> map.compute(null, (key, value) -> "x"), () -> map.computeIfAbsent(null, key -> "x"),
            () -> map.computeIfPresent(null, (key, value) -> "x"), () -> map.replaceAll((key, value) -> null),
            () -> map.entrySet().iterator().next().setValue(null), () -> map.keySet().contains(null),
            () -> map.values().contains(null), () -> new OffHeapStringMap(null));
        for (int i = 0; i < calls.size(); i++) {
            assertThatThrownBy(calls.get(i)).as("call %d", i).isInstanceOf(NullPointerException.class);
        }
        assertThat(map).isEqualTo(Map.of("a", "b"));
    }

    @Test
    void whatIsNoStringIsNotThere() {
        map.put("1", "1");
        assertThat(map.get((Object) 1)).isNull();
        assertThat(map.containsKey((Object) 1)).isFalse();
        assertThat(map.containsValue((Object) 1)).isFalse();
        assertThat(map.remove((Object) 1)).isNull();
        assertThat(map.entrySet().contains((Object) Map.entry(1, "1"))).isFalse();
        assertThat(map.entrySet().remove((Object) Map.entry("1", 1))).isFalse();
    }

    @Test
    void anEmptyMapTakesNoMemory() {
        assertThat(heap.stats().blocksLive()).isZero();
        assertThat(map.get("a")).isNull();
        assertThat(map.containsKey("a")).isFalse();
        assertThat(map.remove("a")).isNull();
        assertThat(map.entrySet().iterator().hasNext()).isFalse();
        map.clear();
        assertThat(heap.stats().blocksLive()).isZero();
        assertThat(map.sizeInBytes()).isZero();
        map.put("a", "b");
        assertThat(heap.stats().bytesLive()).isLessThan(300);
    }

    @Test
    void itsSizeIsWhatTheHeapCounts() {
        for (int i = 0; i < 300_000; i++) {
            map.put("key " + i, "value " + i);
            if (i % 1000 == 0) {
                HeapStats stats = heap.stats();
                long headers = 8 * (stats.blocksLive() - stats.mappingsLive());
                assertThat(map.sizeInBytes()).isBetween(stats.bytesLive() - headers, stats.bytesLive());
            }
        }
        assertThat(heap.stats().mappingsLive()).isOne();
    }

    @Test
    void clearingAndRemovingAllGiveMemoryBack() {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10_000; i++) {
                map.put("key " + i, "value " + i);
            }
            switch (round) {
                case 0 -> map.clear();
                case 1 -> map.keySet().removeIf(key -> true);
                default -> {
                    for (int i = 0; i < 10_000; i++) {
                        assertThat(map.remove("key " + i)).isEqualTo("value " + i);
                    }
                }
            }
            assertThat(map).isEmpty();
            assertThat(heap.stats().bytesLive()).as("after round %d", round).isLessThanOrEqualTo(4096 + 16);
        }
    }

    @Test
    void removingMostGivesMostBack() {
        for (int i = 0; i < 200_000; i++) {
            map.put("key " + i, "value " + i);
        }
        long full = map.sizeInBytes();
        for (int i = 0; i < 200_000; i++) {
            if (i % 50 != 0) {
                map.remove("key " + i);
            }
        }
        assertThat(map).hasSize(4000);
        assertThat(map.sizeInBytes()).isLessThan(full / 15);
        for (int i = 0; i < 200_000; i += 50) {
            assertThat(map.get("key " + i)).isEqualTo("value " + i);
        }
    }

    @Test
    void replacingValuesForEverTakesNoMoreMemory() {
        for (int i = 0; i < 100; i++) {
            map.put("key " + i, "");
        }
        for (int i = 0; i < 300_000; i++) {
            map.put("key " + i % 100, "v".repeat(i % 37));
        }
        assertThat(map.sizeInBytes()).isLessThan(20_000);
    }

    @Test
    void puttingAKnownKeyIsNoChangeForIterators() {
        for (int i = 0; i < 1000; i++) {
            map.put("key " + i, "old");
        }
        Set<String> seen = new HashSet<>();
        for (String key : map.keySet()) {
            assertThat(seen.add(key)).as("%s is seen once", key).isTrue();
            map.put(key, "a new and longer value, so that the log is compacted on the way");
            map.put("key 0", "x".repeat(seen.size() % 100));
        }
        assertThat(seen).hasSize(1000);
    }

    @Test
    void aKeyThatFitsNoArrayIsRefused() {
        long size = 1L << 32;
        long key = heap.memalloc(size);
        assertThatThrownBy(() -> map.getUtf8(heap.segment(key).asSlice(0, size))).isInstanceOf(OutOfMemoryError.class)
            .hasMessage("a string of 4294967296 bytes fits no byte array");
        heap.memfree(key);
    }

    @Test
    void replacingTakesNoMoreAndMoreMemory() {
        SplittableRandom random = Seed.random();
        long most = 0;
        for (int i = 0; i < 200_000; i++) {
            map.put("key " + random.nextInt(40), "x".repeat(random.nextInt(9000)));
            most = Math.max(most, map.sizeInBytes());
        }
        map.check();
        assertThat(most).isLessThan(1 << 20);
        map.compact();
        assertThat(map.sizeInBytes()).isLessThan(40 * 9000);
    }

    @Test
    void removingByIteratorCompactsUnderIt() {
        for (int i = 0; i < 10_000; i++) {
            map.put("key " + i, "value " + i);
        }
        long full = map.sizeInBytes();
        Set<String> left = new HashSet<>();
        int number = 0;
        for (Iterator<Map.Entry<String, String>> iterator = map.entrySet().iterator(); iterator.hasNext();) {
            Map.Entry<String, String> entry = iterator.next();
            assertThat(entry.getValue()).isEqualTo(entry.getKey().replace("key", "value"));
            if (number++ % 20 == 0) {
                left.add(entry.getKey());
            } else {
                iterator.remove();
            }
        }
        assertThat(number).isEqualTo(10_000);
        assertThat(map.keySet()).isEqualTo(left);
        assertThat((double) map.sizeInBytes() / full).isLessThan(0.7);
    }

    @Test
    void iteratorsFailFast() {
        map.put("a", "1");
        map.put("b", "2");
        List<ThrowingCallable> changes = List.of(
            () -> map.put("c", "3"), () -> map.remove("c"), () -> map.keySet().remove("a"),
            () -> map.values().remove("2"), map::clear);
        for (int i = 0; i < changes.size(); i++) {
            Iterator<String> iterator = map.keySet().iterator();
            iterator.next();
            Iterator<String> removing = map.values().iterator();
            removing.next();
            try {
                changes.get(i).call();
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
            assertThatThrownBy(iterator::next).as("change %d", i).isInstanceOf(ConcurrentModificationException.class);
            assertThatThrownBy(removing::remove).as("change %d", i).isInstanceOf(ConcurrentModificationException.class);
            map.put("a", "1");
            map.put("b", "2");
        }
    }

    @Test
    void anIteratorsRemoveNeedsANext() {
        map.put("a", "1");
        Iterator<String> iterator = map.keySet().iterator();
        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        assertThat(iterator.next()).isEqualTo("a");
        iterator.remove();
        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
        assertThat(map).isEmpty();
    }

    @Test
    void anEntryWritesToTheMap() {
        map.put("a", "1");
        Map.Entry<String, String> entry = map.entrySet().iterator().next();
        assertThat(entry.setValue("a longer value")).isEqualTo("1");
        assertThat(entry.getValue()).isEqualTo("a longer value");
        assertThat(map.get("a")).isEqualTo("a longer value");
        map.remove("a");
        assertThatThrownBy(() -> entry.setValue("x")).isInstanceOf(IllegalStateException.class);
        assertThat(map).isEmpty();
    }

    @Test
    void theProcessHeapIsTheDefault() {
        long before = Memory.stats().blocksLive();
        try (OffHeapStringMap other = new OffHeapStringMap()) {
            other.put("a", "b");
            assertThat(Memory.stats().blocksLive()).isGreaterThan(before);
        }
        assertThat(Memory.stats().blocksLive()).isEqualTo(before);
    }

    @Test
    void mapsDoNotShareTheirHashFunction() {
        try (OffHeapStringMap other = new OffHeapStringMap(heap)) {
            for (int i = 0; i < 1000; i++) {
                map.put("key " + i, "");
                other.put("key " + i, "");
            }
            assertThat(List.copyOf(map.keySet())).isNotEqualTo(List.copyOf(other.keySet()));
            assertThat(map).isEqualTo(other).hasSameHashCodeAs(other);
        }
    }

    private void requireSame(Map<String, String> model) {
        assertThat(map.equals(model)).isTrue();
        assertThat(model.equals(map)).isTrue();
        assertThat(map.hashCode()).isEqualTo(model.hashCode());
        map.check();
    }
}
