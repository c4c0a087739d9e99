package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import dev.memalloc.Memory;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ObjIntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What each method promises, and random walks beside a {@code HashMap<String, Integer>}. */
class OffHeapStringIntMapTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();
    private final OffHeapStringIntMap map = new OffHeapStringIntMap(heap);

    @AfterEach
    void close() {
        map.check();
        map.close();
    }

    @Test
    void keysHaveValues() {
        assertThat(map.isEmpty()).isTrue();
        assertThat(map.get("a", -1)).isEqualTo(-1);
        assertThat(map.put("a", 1)).isTrue();
        assertThat(map.put("a", Integer.MIN_VALUE)).isFalse();
        assertThat(map.get("a", -1)).isEqualTo(Integer.MIN_VALUE);
        assertThat(map.containsKey("a")).isTrue();
        assertThat(map.containsKey("b")).isFalse();
        assertThat(map.size()).isEqualTo(1);
        assertThat(map.remove("a")).isTrue();
        assertThat(map.remove("a")).isFalse();
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void addingStartsFromZeroAndWraps() {
        assertThat(map.addTo("a", 5)).isEqualTo(5);
        assertThat(map.addTo("a", -7)).isEqualTo(-2);
        assertThat(map.get("a", 0)).isEqualTo(-2);
        assertThat(map.addTo("b", Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        assertThat(map.addTo("b", 1)).isEqualTo(Integer.MIN_VALUE);
        assertThat(map.addTo("c", 0)).isZero();
        assertThat(map.size()).isEqualTo(3);
    }

    @Test
    void countingTakesNoMoreMemory() {
        map.addTo("a", 1);
        long size = map.sizeInBytes();
        for (int i = 0; i < 10_000; i++) {
            map.addTo("a", 1);
        }
        assertThat(map.get("a", 0)).isEqualTo(10_001);
        assertThat(map.sizeInBytes()).isEqualTo(size);
    }

    @Test
    void hardKeysAreFoundApart() {
        List<String> keys = HardStrings.ALL;
        for (int i = 0; i < keys.size(); i++) {
            assertThat(map.put(keys.get(i), i)).isTrue();
        }
        map.forEach((key, value) -> assertThat(key).isEqualTo(keys.get(value)));
        for (int i = 0; i < keys.size(); i++) {
            assertThat(map.get(keys.get(i), -1)).isEqualTo(i);
        }
    }

    @Test
    void nullIsRefused() {
        assertThatThrownBy(() -> map.get(null, 1)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> map.put(null, 1)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> map.addTo(null, 1)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> map.remove(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> map.containsKey(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> map.forEach((ObjIntConsumer<String>) null))
            .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> new OffHeapStringIntMap(null)).isInstanceOf(NullPointerException.class);
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void iterationFailsFast() {
        map.put("a", 1);
        map.put("b", 2);
        assertThatThrownBy(() -> map.forEach((key, value) -> map.put("c", 3)))
            .isInstanceOf(ConcurrentModificationException.class);
        Iterator<OffHeapStringIntMap.Entry> iterator = map.iterator();
        iterator.next();
        map.addTo("a", 1);
        iterator.next();
        map.remove("c");
        assertThatThrownBy(iterator::next).isInstanceOf(ConcurrentModificationException.class);
        assertThatThrownBy(iterator::remove).isInstanceOf(ConcurrentModificationException.class);
    }

    @Test
    void entriesWriteToTheMap() {
        map.put("a", 1);
        OffHeapStringIntMap.Entry entry = map.iterator().next();
        assertThat(entry.key()).isEqualTo("a");
        entry.setValue(7);
        assertThat(entry.value()).isEqualTo(7);
        assertThat(map.get("a", 0)).isEqualTo(7);
        assertThat(entry).hasToString("a=7");
        map.clear();
        assertThatThrownBy(() -> entry.setValue(8)).isInstanceOf(IllegalStateException.class);
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void equalMapsHaveEqualEntries() {
        try (OffHeapStringIntMap other = new OffHeapStringIntMap(heap)) {
            assertThat(map.equals(other)).isTrue();
            map.put("a", 1);
            map.put("b", -2);
            other.put("b", -2);
            assertThat(map.equals(other)).isFalse();
            other.put("a", 2);
            assertThat(map.equals(other)).isFalse();
            other.put("a", 1);
            assertThat(map.equals(other)).isTrue();
            assertThat(map.hashCode()).isEqualTo(other.hashCode()).isEqualTo(Map.of("a", 1, "b", -2).hashCode());
            other.remove("a");
            other.put("c", 1);
            assertThat(map.equals(other)).isFalse();
            assertThat(map.equals((Object) "a")).isFalse();
            assertThat(map.toString()).isIn("{a=1, b=-2}", "{b=-2, a=1}");
        }
    }

    @Test
    void theProcessHeapIsTheDefault() {
        long before = Memory.stats().blocksLive();
        try (OffHeapStringIntMap other = new OffHeapStringIntMap()) {
            other.put("a", 1);
            assertThat(Memory.stats().blocksLive()).isGreaterThan(before);
        }
        assertThat(Memory.stats().blocksLive()).isEqualTo(before);
    }

    @Test
    void randomOperationsDoWhatTheyDoToAHashMap() {
        walk(new Heap(), StringTable.Sizes.DEFAULT, 3000, 0);
        walk(new Heap(), List.of(new StringTable.Sizes(128, 10, 1000, 10_000)), 3000, 0);
        Heap small = new Heap(HeapOptions.defaults().withLimit(40_000));
        walk(small, List.of(new StringTable.Sizes(128, 50, 4000, 10_000)), 3000, 500);
    }

    private static void walk(Heap heap, List<StringTable.Sizes> sizes, int keys, int failuresMin) {
        SplittableRandom random = Seed.random();
        Map<String, Integer> model = new HashMap<>();
        int failures = 0;
        int operation = 0;
        try (heap; OffHeapStringIntMap map = new OffHeapStringIntMap(heap, sizes)) {
            for (; operation < 100_000; operation++) {
                String key = "key " + random.nextInt(keys);
                int value = random.nextInt();
                try {
                    switch (random.nextInt(8)) {
                        case 0, 1, 2 -> {
                            assertThat(map.put(key, value)).isEqualTo(!model.containsKey(key));
                            model.put(key, value);
                        }
                        case 3, 4 -> {
                            int sum = map.addTo(key, value);
                            assertThat(model.merge(key, value, Integer::sum)).isEqualTo(sum);
                        }
                        case 5 -> assertThat(map.get(key, 7)).isEqualTo(model.getOrDefault(key, 7));
                        case 6 -> assertThat(map.remove(key)).isEqualTo(model.remove(key) != null);
                        default -> removeByIterator(map, model, random);
                    }
                } catch (OutOfMemoryError e) {
                    failures++;
                }
                assertThat(map.size()).isEqualTo(model.size());
                if (operation % 2000 == 0) {
                    map.check();
                    heap.check();
                    Map<String, Integer> copy = new HashMap<>();
                    map.forEach(copy::put);
                    assertThat(copy.equals(model)).isTrue();
                }
            }
            assertThat(failures).isGreaterThanOrEqualTo(failuresMin);
            map.clear();
            CheckedHeap.requireAllFreed(heap);
        } catch (Throwable e) {
            throw Seed.failure(operation, e);
        }
    }

    private static void removeByIterator(OffHeapStringIntMap map, Map<String, Integer> model, SplittableRandom random) {
        Iterator<OffHeapStringIntMap.Entry> iterator = map.iterator();
        if (iterator.hasNext()) {
            OffHeapStringIntMap.Entry entry = iterator.next();
            assertThat(model.get(entry.key())).isEqualTo(entry.value());
            if (random.nextBoolean()) {
                iterator.remove();
                model.remove(entry.key());
            } else {
                entry.setValue(entry.value() + 1);
                model.put(entry.key(), entry.value());
            }
        }
    }

    @Test
    void aNullKeyIsNamed() {
        try (OffHeapStringIntMap map = new OffHeapStringIntMap()) {
            assertThatThrownBy(() -> map.get(null, 1)).isInstanceOf(NullPointerException.class).hasMessage("key");
        }
    }
}
