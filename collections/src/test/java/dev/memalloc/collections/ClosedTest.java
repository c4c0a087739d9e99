package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** After close, and after the heap was closed, every use throws IllegalStateException; closing again does nothing. */
@SuppressWarnings("try") // heaps are closed early on purpose
class ClosedTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();

    @Test
    void aClosedArray() {
        OffHeapIntArray array = array(checked.heap());
        PrimitiveIterator.OfInt iterator = array.iterator();
        List<ThrowingCallable> uses = Stream.concat(usesOfMemory(array).stream(), Stream.<ThrowingCallable>of(
            iterator::hasNext,
            array::length, array::sizeInBytes, array::segment, array::stream, array::iterator, array::trimToSize,
            () -> array.resize(0), () -> array.resize(1), () -> array.get(-1), () -> array.fill(0, 0, 1),
            () -> array.copyTo(0, new int[0], 0, 0))).toList();
        array.close();
        requireRefused(uses, "the array is closed");
        array.close();
    }

    @Test
    void anArrayWhoseHeapIsClosed() {
        try (Heap heap = new Heap()) {
            OffHeapIntArray array = array(heap);
            List<ThrowingCallable> uses = usesOfMemory(array);
            heap.close();
            requireRefused(uses, "the array's heap is closed");
            array.close();
            array.close();
        }
    }

    private static List<ThrowingCallable> usesOfMemory(OffHeapIntArray array) {
        PrimitiveIterator.OfInt iterator = array.iterator();
        Iterator<Integer> streamed = array.stream().iterator();
        return List.of(() -> array.get(0), () -> array.set(0, 1), () -> array.add(1), () -> array.resize(1000),
            () -> array.fill(7), () -> array.copyFrom(new int[1], 0, 0, 1), () -> array.copyTo(0, new int[1], 0, 1),
            array::toArray, array::hashCode, array::toString, () -> array.stream().sum(), iterator::nextInt,
            streamed::next, () -> {
                try (OffHeapIntArray same = array(Memory.heap())) {
                    array.equals(same);
                }
            });
    }

    @Test
    void aClosedMap() {
        OffHeapStringMap map = map(checked.heap());
        List<ThrowingCallable> uses = Stream.concat(usesOfMemory(map).stream(), Stream.<ThrowingCallable>of(
            map.keySet().iterator()::hasNext,
            map::size, map::mappingCount, map::isEmpty, map::sizeInBytes, map::clear, map::keySet, map::values,
            map::entrySet, () -> map.get((Object) 1), map.keySet()::size, map.values()::size)).toList();
        map.close();
        requireRefused(uses, "the map is closed");
        map.close();
    }

    @Test
    void aMapWhoseHeapIsClosed() {
        try (Heap heap = new Heap()) {
            OffHeapStringMap map = map(heap);
            List<ThrowingCallable> uses = usesOfMemory(map);
            heap.close();
            requireRefused(uses, "the map's heap is closed");
            map.close();
            map.close();
        }
    }

    private static List<ThrowingCallable> usesOfMemory(OffHeapStringMap map) {
        Iterator<String> iterator = map.keySet().iterator();
        Iterator<String> removing = map.values().iterator();
        removing.next();
        Map.Entry<String, String> entry = map.entrySet().iterator().next();
        return List.of(() -> map.get("a"), () -> map.containsKey("a"), () -> map.containsValue("a"),
            () -> map.put("a", "b"), () -> map.put("new", "b"), () -> map.remove("a"),
            () -> map.merge("a", "b", String::concat), () -> map.putIfAbsent("a", "b"),
            () -> map.computeIfAbsent("a", key -> "b"), () -> map.forEach((k, v) -> { }), map::hashCode,
            map::toString, () -> map.equals(Map.of("a", "1", "b", "2")),
            iterator::next, removing::remove, () -> entry.setValue("b"), () -> map.keySet().iterator().next());
    }

    @Test
    void aClosedMapOfInts() {
        OffHeapStringIntMap map = counts(checked.heap());
        List<ThrowingCallable> uses = Stream.concat(usesOfMemory(map).stream(), Stream.<ThrowingCallable>of(
            map::size, map::isEmpty, map::sizeInBytes, map::clear, map::iterator)).toList();
        map.close();
        requireRefused(uses, "the map is closed");
        map.close();
    }

    @Test
    void aMapOfIntsWhoseHeapIsClosed() {
        try (Heap heap = new Heap()) {
            OffHeapStringIntMap map = counts(heap);
            List<ThrowingCallable> uses = usesOfMemory(map);
            heap.close();
            requireRefused(uses, "the map's heap is closed");
            map.close();
            map.close();
        }
    }

    private static List<ThrowingCallable> usesOfMemory(OffHeapStringIntMap map) {
        Iterator<OffHeapStringIntMap.Entry> iterator = map.iterator();
        OffHeapStringIntMap.Entry entry = map.iterator().next();
        return List.of(() -> map.get("a", 0), () -> map.containsKey("a"), () -> map.put("a", 1),
            () -> map.put("new", 1), () -> map.addTo("a", 1), () -> map.remove("a"), () -> map.forEach((key,
            value) -> { }), map::hashCode,
            map::toString, iterator::next, () -> entry.setValue(2), () -> map.iterator().next());
    }

    @Test
    void closingTheHeapWhileAnotherThreadReadsDoesNotCrash() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            try (Heap heap = new Heap()) {
                OffHeapStringMap map = map(heap);
                OffHeapIntArray array = array(heap);
                Throwable[] thrown = new Throwable[1];
                Thread reader = Thread.ofPlatform().start(() -> {
                    try {
                        while (map.get("a").equals("1") && array.get(1) == 2) {
                            Thread.onSpinWait();
                        }
                    } catch (Throwable e) {
                        thrown[0] = e;
                    }
                });
                Thread.sleep(20);
                heap.close();
                reader.join();
                assertThatThrownBy(() -> {
                    throw thrown[0];
                }).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    private static void requireRefused(List<ThrowingCallable> uses, String why) {
        for (int i = 0; i < uses.size(); i++) {
            assertThatThrownBy(uses.get(i)).as("use %d", i).isInstanceOf(IllegalStateException.class)
                .hasMessage(why);
        }
    }

    private static OffHeapIntArray array(Heap heap) {
        OffHeapIntArray array = new OffHeapIntArray(heap, 3);
        array.copyFrom(new int[] {1, 2, 3}, 0, 0, 3);
        return array;
    }

    private static OffHeapStringMap map(Heap heap) {
        OffHeapStringMap map = new OffHeapStringMap(heap);
        map.put("a", "1");
        map.put("b", "2");
        return map;
    }

    private static OffHeapStringIntMap counts(Heap heap) {
        OffHeapStringIntMap map = new OffHeapStringIntMap(heap);
        map.put("a", 1);
        map.put("b", 2);
        return map;
    }
}
