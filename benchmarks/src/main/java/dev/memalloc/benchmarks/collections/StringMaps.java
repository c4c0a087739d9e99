package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Maker;
import dev.memalloc.collections.OffHeapStringMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import net.openhft.chronicle.map.ChronicleMap;

/** The maps from strings to strings. */
final class StringMaps {
    static final List<Contestant<StringMap>> ALL = List.of(
        offHeap("memalloc", "OffHeapStringMap", OffHeapStringMap.class, expected -> new OffHeapMap()),
        onHeap("hashmap", "java.util.HashMap, G1", HashMap.class, Contestant.ON_HEAP, HashMap::new),
        onHeap("hashmap-parallel", "the same, ParallelGC", HashMap.class, Contestant.ON_HEAP_PARALLEL, HashMap::new),
        onHeap("hashmap-hugepages", "the same, ParallelGC, heap in huge pages", HashMap.class,
            Contestant.ON_HEAP_HUGE_PAGES, HashMap::new),
        new Contestant<>("chronicle", "Chronicle Map, presized exactly", ChronicleMap.class, Chronicle.FLAGS,
            Contestant.ANY_SIZE, Chronicle::new),
        offHeap("making", "no map: making the keys and values, which all times include", String.class,
            expected -> new NoMap()));

    private StringMaps() {
    }

    private static Contestant<StringMap> offHeap(String name, String about, Class<?> library, Maker<StringMap> maker) {
        return new Contestant<>(name, about, library, Contestant.OFF_HEAP, Contestant.ANY_SIZE, maker);
    }

    private static Contestant<StringMap> onHeap(
            String name, String about, Class<?> library, List<String> flags, Supplier<Map<String, String>> maker) {
        return new Contestant<>(name, about, library, flags, Contestant.ANY_SIZE,
            expected -> new JavaMap(maker.get()));
    }
}
