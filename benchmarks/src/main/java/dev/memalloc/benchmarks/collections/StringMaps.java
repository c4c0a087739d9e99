package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Maker;
import dev.memalloc.collections.ConcurrentOffHeapStringMap;
import dev.memalloc.collections.OffHeapStringMap;
import it.unimi.dsi.fastutil.objects.Object2ObjectOpenHashMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.openhft.chronicle.map.ChronicleMap;
import org.caffinitas.ohc.OHCache;
import org.eclipse.collections.impl.map.mutable.UnifiedMap;
import org.ehcache.shadow.org.terracotta.offheapstore.concurrent.ConcurrentOffHeapHashMap;
import org.mapdb.HTreeMap;

/** The maps from strings to strings. */
final class StringMaps {
    /** It takes several microseconds for each operation. */
    private static final int MAPDB_MAX = 1_000_000;

    static final List<Contestant<StringMap>> ALL = List.of(
        offHeap("memalloc", "OffHeapStringMap", OffHeapStringMap.class, expected -> new OffHeapMap()),
        onHeap("hashmap", "java.util.HashMap, G1", HashMap.class, Contestant.ON_HEAP, HashMap::new),
        onHeap("hashmap-parallel", "the same, ParallelGC", HashMap.class, Contestant.ON_HEAP_PARALLEL, HashMap::new),
        onHeap("hashmap-hugepages", "the same, ParallelGC, heap in huge pages", HashMap.class,
            Contestant.ON_HEAP_HUGE_PAGES, HashMap::new),
        onHeap("concurrenthashmap", "java.util.concurrent.ConcurrentHashMap, G1", ConcurrentHashMap.class,
            Contestant.ON_HEAP, ConcurrentHashMap::new),
        onHeap("fastutil", "fastutil's Object2ObjectOpenHashMap, ParallelGC", Object2ObjectOpenHashMap.class,
            Contestant.ON_HEAP_PARALLEL, Object2ObjectOpenHashMap::new),
        onHeap("eclipse", "Eclipse Collections' UnifiedMap, ParallelGC", UnifiedMap.class,
            Contestant.ON_HEAP_PARALLEL, UnifiedMap::new),
        new Contestant<>("chronicle", "Chronicle Map, presized exactly", ChronicleMap.class, Chronicle.FLAGS,
            Contestant.ANY_SIZE, Chronicle::new),
        offHeap("ehcache", "the off-heap store of Ehcache", ConcurrentOffHeapHashMap.class,
            expected -> new Ehcache()),
        new Contestant<>("mapdb", "MapDB's HTreeMap in direct buffers", HTreeMap.class, Contestant.OFF_HEAP,
            MAPDB_MAX, expected -> new MapDb()),
        new Contestant<>("ohc", "OHC, a cache, with enough capacity", OHCache.class, Ohc.FLAGS, Contestant.ANY_SIZE,
            Ohc::new),
        offHeap("making", "no map: making the keys and values, which all times include", String.class,
            expected -> new NoMap()));

    /** Those that are maps. */
    static final List<Contestant<StringMap>> REAL =
        ALL.stream().filter(contestant -> !contestant.name().equals("making")).toList();

    /** Those of them that threads can share. */
    private static final Set<String> SHARED = Set.of("concurrenthashmap", "chronicle", "ehcache", "mapdb", "ohc");

    /** What threads can share. */
    static final List<Contestant<StringMap>> CONCURRENT = Stream.concat(
        Stream.of(
            offHeap("memalloc", "ConcurrentOffHeapStringMap", ConcurrentOffHeapStringMap.class,
                expected -> concurrent(new ConcurrentOffHeapStringMap()))),
        ALL.stream().filter(contestant -> SHARED.contains(contestant.name()))).toList();

    private StringMaps() {
    }

    private static StringMap concurrent(ConcurrentOffHeapStringMap map) {
        return new NativeMap(map, map::sizeInBytes, map::close);
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
