package dev.memalloc.benchmarks.collections;

import dev.memalloc.collections.OffHeapStringIntMap;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ObjIntConsumer;

/** The maps that count strings. */
final class CountingMaps {
    static final List<Contestant<CountingMap>> ALL = List.of(
        new Contestant<>("memalloc", "OffHeapStringIntMap.addTo", OffHeapStringIntMap.class, Contestant.OFF_HEAP,
            Contestant.ANY_SIZE, expected -> new OffHeap()),
        new Contestant<>("hashmap", "java.util.HashMap.merge, G1", HashMap.class, Contestant.ON_HEAP,
            Contestant.ANY_SIZE, expected -> new Boxed()),
        new Contestant<>("hashmap-parallel", "the same, ParallelGC", HashMap.class, Contestant.ON_HEAP_PARALLEL,
            Contestant.ANY_SIZE, expected -> new Boxed()),
        new Contestant<>("fastutil", "fastutil's Object2IntOpenHashMap.addTo, ParallelGC", Object2IntOpenHashMap.class,
            Contestant.ON_HEAP_PARALLEL, Contestant.ANY_SIZE, expected -> new Fastutil()),
        new Contestant<>("making", "no map: making the keys, which all times include", String.class,
            Contestant.OFF_HEAP, Contestant.ANY_SIZE, expected -> new None()));

    private CountingMaps() {
    }

    private static final class OffHeap implements CountingMap {
        private final OffHeapStringIntMap map = new OffHeapStringIntMap();

        @Override
        public int increment(String key) {
            return map.addTo(key, 1);
        }

        @Override
        public int count(String key) {
            return map.get(key, 0);
        }

        @Override
        public void forEach(ObjIntConsumer<String> action) {
            map.forEach(action);
        }

        @Override
        public long size() {
            return map.size();
        }

        @Override
        public OptionalLong bytes() {
            return OptionalLong.of(map.sizeInBytes());
        }

        @Override
        public void close() {
            map.close();
        }
    }

    private static final class Boxed implements CountingMap {
        private final Map<String, Integer> map = new HashMap<>();

        @Override
        public int increment(String key) {
            return map.merge(key, 1, Integer::sum);
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

    private static final class Fastutil implements CountingMap {
        private final Object2IntOpenHashMap<String> map = new Object2IntOpenHashMap<>();

        @Override
        public int increment(String key) {
            return map.addTo(key, 1) + 1;
        }

        @Override
        public int count(String key) {
            return map.getInt(key);
        }

        @Override
        public void forEach(ObjIntConsumer<String> action) {
            map.object2IntEntrySet().fastForEach(entry -> action.accept(entry.getKey(), entry.getIntValue()));
        }

        @Override
        public long size() {
            return map.size();
        }
    }

    private static final class None implements CountingMap {
        /** Stored, so that the string has to be made. */
        private String last;

        @Override
        public int increment(String key) {
            last = key;
            return 0;
        }

        @Override
        public int count(String key) {
            last = key;
            return 0;
        }

        @Override
        public void forEach(ObjIntConsumer<String> action) {
            action.accept(last, 0);
        }

        @Override
        public long size() {
            return 0;
        }

        @Override
        public boolean remembers() {
            return false;
        }
    }
}
