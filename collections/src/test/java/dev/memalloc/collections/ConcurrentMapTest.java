package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import dev.memalloc.Memory;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes beyond the contract of {@link java.util.concurrent.ConcurrentMap}, or is easily got wrong in it. */
class ConcurrentMapTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();
    private final ConcurrentOffHeapStringMap map = new ConcurrentOffHeapStringMap(heap);

    @AfterEach
    void close() {
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
        requireSame(model);
        for (String key : strings) {
            assertThat(map.get(key)).isEqualTo(model.get(key));
            assertThat(map.getChars(new StringBuilder(key))).isEqualTo(model.get(key));
            assertThat(map.containsKey(key + "x")).isEqualTo(model.containsKey(key + "x"));
            assertThat(map.containsValue(key)).isTrue();
        }
        for (String key : strings) {
            assertThat(map.put(key, key)).isEqualTo(model.put(key, key));
        }
        requireSame(model);
        for (String key : strings) {
            assertThat(map.remove(key)).isEqualTo(key);
        }
        assertThat(map).isEmpty();
    }

    @Test
    void keysOfOtherKinds() {
        map.put("Grüße", "ä");
        map.put("日本", "x".repeat(100_000));
        byte[] bytes = "..日本..".getBytes(StandardCharsets.UTF_8);
        assertThat(map.getUtf8(bytes, 2, 6)).hasSize(100_000);
        assertThat(map.getUtf8(MemorySegment.ofArray("Grüße".getBytes(StandardCharsets.UTF_8)))).isEqualTo("ä");
        String[] values = new String[3];
        map.getAll(new String[] {"Grüße", "none", "日本"}, values);
        assertThat(values[0]).isEqualTo("ä");
        assertThat(values[1]).isNull();
        assertThat(values[2]).hasSize(100_000);
        assertThatThrownBy(() -> map.getAll(new String[2], new String[1]))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> map.getAll(new String[1], new String[1])).isInstanceOf(NullPointerException.class);
        assertThat(map.get((Object) 1)).isNull();
        assertThat(map.remove((Object) 1)).isNull();
        assertThat(map.containsKey((Object) 1)).isFalse();
        assertThat(map.containsValue((Object) 1)).isFalse();
    }

    @Test
    void nullIsRefusedEverywhere() {
        map.put("a", "b");
        List<ThrowingCallable> calls = List.of(
            () -> map.get(null), () -> map.containsKey(null), () -> map.containsValue(null), () -> map.remove(null),
            () -> map.put(null, "x"), () -> map.put("x", null), () -> map.put("a", null),
            () -> map.putIfAbsent(null, "x"), () -> map.putIfAbsent("x", null), () -> map.putIfAbsent("a", null),
            () -> map.replace(null, "x"), () -> map.replace("a", null), () -> map.replace("x", null),
            () -> map.replace("a", null, "x"), () -> map.replace("a", "x", null), () -> map.replace(null, "x", "x"),
            () -> map.remove(null, "x"), () -> map.remove("a", null), () -> map.getChars(null),
            () -> map.compute(null, (k, v) -> v), () -> map.compute("a", null),
            () -> map.computeIfAbsent(null, k -> k), () -> map.computeIfAbsent("a", null),
            () -> map.computeIfPresent(null, (k, v) -> v), () -> map.computeIfPresent("x", null),
            () -> map.merge(null, "x", String::concat), () -> map.merge("a", null, String::concat),
            () -> map.merge("a", "x", null), () -> map.forEach(null), () -> map.replaceAll(null),
            () -> map.keySet().contains(null), () -> map.values().contains(null));
        for (int i = 0; i < calls.size(); i++) {
            assertThatThrownBy(calls.get(i)).as("call %d", i).isInstanceOf(NullPointerException.class);
        }
        assertThat(map.entrySet().contains(null)).isFalse();
        assertThat(map).containsExactly(Map.entry("a", "b"));
    }

    @Test
    void anEmptyMapTakesNoMemoryAndASmallOneLittle() {
        long before = heap.stats().bytesLive();
        assertThat(map.sizeInBytes()).isZero();
        assertThat(heap.stats().bytesLive()).isEqualTo(before);
        IntStream.range(0, 10).forEach(i -> map.put("key " + i, "value"));
        assertThat(map.sizeInBytes()).isBetween(300L, 10_000L);
        IntStream.range(0, 1000).forEach(i -> map.put("key " + i, "value"));
        assertThat(map.sizeInBytes()).isBetween(20_000L, 100_000L);
        assertThat(map.statistics().sizeInBytes()).isEqualTo(map.sizeInBytes());
        assertThat(map.statistics().entryBytes()).isEqualTo(10 * 12 + 90 * 13 + 900 * 14);
        map.clear();
        assertThat(map.sizeInBytes()).isZero();
        map.put("a", "b");
        assertThat(map.get("a")).isEqualTo("b");
    }

    @Test
    void aFunctionMayReadItsMapAndNotChangeIt() {
        map.put("a", "1");
        IntStream.range(0, 1000).forEach(i -> map.put("other " + i, "2"));
        Iterator<String> iterator = map.keySet().iterator();
        iterator.next();
        Map.Entry<String, String> entry = map.entrySet().iterator().next();
        List<Runnable> changes = List.of(
            () -> map.put("a", "x"), () -> map.put("other 1", "x"), () -> map.remove("a"), () -> map.remove("none"),
            () -> map.putIfAbsent("a", "x"), () -> map.replace("a", "x"), () -> map.replace("a", "1", "x"),
            () -> map.remove("a", "1"), () -> map.compute("a", (k, v) -> "x"),
            () -> map.merge("b", "x", String::concat),
            () -> map.computeIfAbsent("b", k -> "x"), () -> map.computeIfAbsent("a", k -> "x"),
            () -> map.computeIfPresent("a", (k, v) -> "x"), map::clear, map::compact, map::close, iterator::remove,
            () -> entry.setValue("x"), () -> map.replaceAll((k, v) -> "x"), () -> map.keySet().removeIf(k -> true));
        for (int i = 0; i < changes.size(); i++) {
            Runnable change = changes.get(i);
            assertThatThrownBy(() -> map.compute("a", (key, value) -> {
                change.run();
                return "changed";
            })).as("change %d", i).isInstanceOf(IllegalStateException.class)
                .hasMessage("the map is being changed by a function that it has called itself");
        }
        map.check();
        assertThat(map).hasSize(1001).containsEntry("a", "1");
        String computed = map.compute("a", (key, value) -> {
            Set<String> keys = new HashSet<>();
            map.forEach((k, v) -> keys.add(k + v + map.get(k)));
            return value + map.get("a") + map.get("other 7") + map.getChars("none") + map.containsValue("1")
                + keys.size() + map.size() + (map.sizeInBytes() == map.statistics().sizeInBytes());
        });
        assertThat(computed).isEqualTo("112nulltrue10011001true").isEqualTo(map.get("a"));
    }

    @Test
    void aFunctionMayChangeAnotherMap() {
        try (ConcurrentOffHeapStringMap other = new ConcurrentOffHeapStringMap(heap)) {
            map.computeIfAbsent("a", a -> other.computeIfAbsent("b", b -> {
                assertThatThrownBy(() -> map.put("c", "x")).isInstanceOf(IllegalStateException.class);
                return "x";
            }));
            assertThat(map).containsExactly(Map.entry("a", "x"));
            assertThat(other).containsExactly(Map.entry("b", "x"));
            map.put("c", "now it may");
        }
    }

    @Test
    void ifAFunctionThrowsNothingHasChanged() {
        map.put("a", "1");
        List<Throwable> thrown = List.of(new IllegalArgumentException("x"), new StackOverflowError(),
            new OutOfMemoryError(), new AssertionError());
        for (Throwable each : thrown) {
            assertThatThrownBy(() -> map.compute("a", (k, v) -> sneak(each))).isSameAs(each);
            assertThatThrownBy(() -> map.merge("a", "x", (k, v) -> sneak(each))).isSameAs(each);
            assertThatThrownBy(() -> map.computeIfAbsent("b", k -> sneak(each))).isSameAs(each);
            assertThatThrownBy(() -> map.computeIfPresent("a", (k, v) -> sneak(each))).isSameAs(each);
        }
        assertThat(map).containsExactly(Map.entry("a", "1"));
        map.put("a", "2");
        map.check();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> String sneak(Throwable throwable) throws T {
        throw (T) throwable;
    }

    @Test
    void withoutMemoryAMapStaysAsItWas() {
        try (Heap small = new Heap(HeapOptions.defaults().withLimit(200_000));
                ConcurrentOffHeapStringMap full = new ConcurrentOffHeapStringMap(small)) {
            Map<String, String> model = new HashMap<>();
            try {
                for (int i = 0;; i++) {
                    full.put("key " + i, "value");
                    model.put("key " + i, "value");
                }
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessageContaining("bytes asked for");
            }
            assertThat(model.size()).isGreaterThan(1500);
            String large = "x".repeat(200_000);
            List<ThrowingCallable> calls = List.of(() -> full.put("key 1", large), () -> full.put("new", large),
                () -> full.compute("key 1", (k, v) -> large), () -> full.merge("new", large, String::concat),
                () -> full.replace("key 1", large), () -> full.putIfAbsent("new", large));
            for (ThrowingCallable call : calls) {
                assertThatThrownBy(call).isInstanceOf(OutOfMemoryError.class);
            }
            full.check();
            assertThat(full.equals(model)).isTrue();
            full.keySet().removeIf(key -> key.endsWith("1"));
            full.put("new", "value");
        }
    }

    @Test
    void iterationShowsOnceWhatIsThereThroughout() {
        List<StringTable.Sizes> small = List.of(new StringTable.Sizes(128, 4, 400, 1 << 20));
        for (int round = 0; round < 10; round++) {
            try (ConcurrentOffHeapStringMap changing = new ConcurrentOffHeapStringMap(heap, small, 2)) {
                int size = 100 + 80 * round;
                IntStream.range(0, size).forEach(i -> changing.put("stays " + i, "v" + i));
                boolean grows = round % 2 == 0;
                if (!grows) {
                    IntStream.range(0, 3000).forEach(i -> changing.put("goes " + i, "x"));
                }
                Set<String> seen = new HashSet<>();
                int step = 0;
                for (Map.Entry<String, String> entry : changing.entrySet()) {
                    assertThat(seen.add(entry.getKey())).as("%s came up again", entry).isTrue();
                    for (int i = 0; i < 20; i++, step++) {
                        if (grows && step < 5000) {
                            changing.put("comes " + step, "x");
                        } else {
                            changing.remove("goes " + step);
                        }
                    }
                    changing.put("stays 1", entry.getKey());
                }
                assertThat(seen.stream().filter(key -> key.startsWith("stays ")).count()).isEqualTo(size);
                changing.check();
            }
        }
    }

    @Test
    void iterationReadsLongValuesOneByOne() {
        IntStream.range(0, 200).forEach(i -> map.put("key " + i, (i + " ").repeat(i % 10 == 0 ? 40_000 : 1)));
        Set<String> seen = new HashSet<>();
        for (Map.Entry<String, String> entry : map.entrySet()) {
            assertThat(entry.getValue()).startsWith(entry.getKey().substring(4) + " ");
            seen.add(entry.getKey());
        }
        assertThat(seen).hasSize(200);
        assertThat(map.values().stream().filter(value -> value.length() > 64 << 10)).hasSize(20);
        assertThat(map.containsValue("190 ".repeat(40_000))).isTrue();
    }

    @Test
    void iteratorsAndEntries() {
        map.put("a", "1");
        Iterator<Map.Entry<String, String>> iterator = map.entrySet().iterator();
        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        Map.Entry<String, String> entry = iterator.next();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
        assertThat(entry.setValue("2")).isEqualTo("1");
        assertThat(map).containsExactly(Map.entry("a", "2"));
        iterator.remove();
        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        assertThat(map).isEmpty();
        entry.setValue("3");
        assertThat(map).containsExactly(Map.entry("a", "3"));
    }

    @Test
    void streamsSplitAndShowEachEntryOnce() {
        IntStream.range(0, 5000).forEach(i -> map.put("key " + i, "" + i));
        assertThat(map.entrySet().parallelStream().mapToInt(e -> Integer.parseInt(e.getValue())).sum())
            .isEqualTo(5000 * 4999 / 2);
        assertThat(map.keySet().stream().collect(Collectors.toSet())).hasSize(5000);
        assertThat(map.values().toArray(String[]::new)).hasSize(5000);
        Spliterator<String> spliterator = map.keySet().spliterator();
        assertThat(spliterator.characteristics() & (Spliterator.SIZED | Spliterator.IMMUTABLE)).isZero();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            spliterator.tryAdvance(seen::add);
        }
        for (Spliterator<String> part = spliterator; part != null; part = part.trySplit()) {
            part.forEachRemaining(key -> assertThat(seen.add(key)).isTrue());
        }
        spliterator.forEachRemaining(key -> assertThat(seen.add(key)).isTrue());
        assertThat(seen).hasSize(5000);
    }

    @Test
    void conditionalRemovalLeavesWhatWasReplaced() {
        map.put("a", "1");
        assertThat(map.entrySet().removeIf(entry -> map.put("a", "2") != null)).isFalse();
        assertThat(map.values().removeIf(value -> map.put("a", "3") != null)).isFalse();
        assertThat(map).containsExactly(Map.entry("a", "3"));
    }

    @Test
    void compactingGivesMemoryBack() {
        IntStream.range(0, 100_000).forEach(i -> map.put("key " + i, "value " + i));
        long full = map.sizeInBytes();
        IntStream.range(0, 100_000).filter(i -> i % 10 != 0).forEach(i -> map.remove("key " + i));
        map.compact();
        map.check();
        assertThat(map.sizeInBytes()).isLessThan(full / 4);
        assertThat(map.statistics().deadBytes()).isZero();
        assertThat(map.statistics().waste()).isLessThan(0.5);
        IntStream.range(0, 100_000).forEach(i ->
            assertThat(map.get("key " + i)).isEqualTo(i % 10 == 0 ? "value " + i : null));
    }

    @Test
    void aSmallMapThatIsEmptiedAgainAndAgainTakesNoNewMemory() {
        for (int i = 0; i < 1000; i++) {
            map.put("a", "b");
            map.remove("a");
        }
        assertThat(map.sizeInBytes()).isLessThan(1000);
    }

    @Test
    void aClosedMap() {
        map.put("a", "1");
        map.put("b", "2");
        List<ThrowingCallable> uses = Stream.concat(uses(map).stream(), Stream.<ThrowingCallable>of(
            map::size, map::mappingCount, map::isEmpty, map::sizeInBytes, map::clear, map::compact, map::keySet,
            map::values, map::entrySet, () -> map.get((Object) 1), map.keySet()::size, map.values()::size)).toList();
        map.close();
        requireRefused(uses, "the map is closed");
        map.close();
    }

    @Test
    @SuppressWarnings("try") // the heap is closed early on purpose
    void aMapWhoseHeapIsClosed() {
        try (Heap closed = new Heap()) {
            ConcurrentOffHeapStringMap lost = new ConcurrentOffHeapStringMap(closed);
            lost.put("a", "1");
            lost.put("b", "2");
            List<ThrowingCallable> uses = uses(lost);
            closed.close();
            requireRefused(uses, "the map's heap is closed");
            lost.close();
            lost.close();
        }
    }

    private static List<ThrowingCallable> uses(ConcurrentOffHeapStringMap map) {
        Iterator<String> removing = map.values().iterator();
        removing.next();
        Map.Entry<String, String> entry = map.entrySet().iterator().next();
        return List.of(() -> map.get("a"), () -> map.containsKey("a"), () -> map.containsValue("a"),
            () -> map.put("a", "b"), () -> map.remove("a"), () -> map.getAll(new String[] {"a"}, new String[1]),
            () -> map.merge("a", "b", String::concat), () -> map.putIfAbsent("a", "b"),
            () -> map.computeIfAbsent("a", key -> "b"), () -> map.forEach((k, v) -> { }), map::hashCode,
            map::toString, () -> map.equals(Map.of("a", "1", "b", "2")),
            removing::remove, () -> entry.setValue("b"), () -> map.keySet().iterator().next());
    }

    private static void requireRefused(List<ThrowingCallable> uses, String why) {
        for (int i = 0; i < uses.size(); i++) {
            assertThatThrownBy(uses.get(i)).as("use %d", i).isInstanceOf(IllegalStateException.class)
                .hasMessage(why);
        }
    }

    @Test
    void withoutAHeapTheProcessesIsUsed() {
        long before = Memory.heap().stats().bytesLive();
        try (ConcurrentOffHeapStringMap ours = new ConcurrentOffHeapStringMap()) {
            ours.put("a", "b");
            assertThat(Memory.heap().stats().bytesLive()).isGreaterThan(before);
        }
    }

    private void requireSame(Map<String, String> model) {
        map.check();
        assertThat(map.equals(model)).isTrue();
        assertThat(model.equals(map)).isTrue();
        assertThat(map.hashCode()).isEqualTo(model.hashCode());
        assertThat(map.toString()).hasSameSizeAs(model.toString());
    }

    @Test
    void anIteratorReturnsWhatItHasReadThoughTheMapIsClosed() {
        ConcurrentOffHeapStringMap closed = new ConcurrentOffHeapStringMap(heap);
        closed.put("key", "value");
        Iterator<String> keys = closed.keySet().iterator();
        closed.close();
        assertThat(keys.next()).isEqualTo("key");
        assertThatThrownBy(keys::hasNext).isInstanceOf(IllegalStateException.class);
    }
}
