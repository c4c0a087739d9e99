package dev.memalloc.benchmarks.collections;

import dev.memalloc.collections.OffHeapLongLongMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.eclipse.collections.impl.map.mutable.primitive.LongLongHashMap;

/** The maps from longs to longs. */
final class LongMaps {
    static final List<Contestant<LongMap>> ALL = List.of(
        new Contestant<>("memalloc", "OffHeapLongLongMap", OffHeapLongLongMap.class, Contestant.OFF_HEAP,
            Contestant.ANY_SIZE, expected -> new OffHeap()),
        new Contestant<>("hashmap", "java.util.HashMap<Long, Long>, G1", HashMap.class, Contestant.ON_HEAP,
            Contestant.ANY_SIZE, expected -> new Boxed()),
        new Contestant<>("hashmap-parallel", "the same, ParallelGC", HashMap.class, Contestant.ON_HEAP_PARALLEL,
            Contestant.ANY_SIZE, expected -> new Boxed()),
        new Contestant<>("fastutil", "fastutil's Long2LongOpenHashMap, ParallelGC", Long2LongOpenHashMap.class,
            Contestant.ON_HEAP_PARALLEL, Contestant.ANY_SIZE, expected -> new Fastutil()),
        new Contestant<>("eclipse", "Eclipse Collections' LongLongHashMap, ParallelGC", LongLongHashMap.class,
            Contestant.ON_HEAP_PARALLEL, Contestant.ANY_SIZE, expected -> new Eclipse()),
        new Contestant<>("making", "no map: making the keys, which all times include", Long.class,
            Contestant.OFF_HEAP, Contestant.ANY_SIZE, expected -> new None()));

    private LongMaps() {
    }

    private static final class OffHeap implements LongMap {
        private final OffHeapLongLongMap map = new OffHeapLongLongMap();

        @Override
        public void put(long key, long value) {
            map.put(key, value);
        }

        @Override
        public long get(long key, long otherwise) {
            return map.get(key, otherwise);
        }

        @Override
        public boolean remove(long key) {
            return map.remove(key);
        }

        @Override
        public void forEach(Action action) {
            map.forEach(action::accept);
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

    private static final class Boxed implements LongMap {
        private final Map<Long, Long> map = new HashMap<>();

        @Override
        public void put(long key, long value) {
            map.put(key, value);
        }

        @Override
        public long get(long key, long otherwise) {
            return map.getOrDefault(key, otherwise);
        }

        @Override
        public boolean remove(long key) {
            return map.remove(key) != null;
        }

        @Override
        public void forEach(Action action) {
            map.forEach(action::accept);
        }

        @Override
        public long size() {
            return map.size();
        }
    }

    private static final class Fastutil implements LongMap {
        private final Long2LongOpenHashMap map = new Long2LongOpenHashMap();

        @Override
        public void put(long key, long value) {
            map.put(key, value);
        }

        @Override
        public long get(long key, long otherwise) {
            return map.getOrDefault(key, otherwise);
        }

        /** No value is 0. */
        @Override
        public boolean remove(long key) {
            return map.remove(key) != 0;
        }

        @Override
        public void forEach(Action action) {
            map.long2LongEntrySet().fastForEach(entry -> action.accept(entry.getLongKey(), entry.getLongValue()));
        }

        @Override
        public long size() {
            return map.size();
        }
    }

    private static final class Eclipse implements LongMap {
        private final LongLongHashMap map = new LongLongHashMap();

        @Override
        public void put(long key, long value) {
            map.put(key, value);
        }

        @Override
        public long get(long key, long otherwise) {
            return map.getIfAbsent(key, otherwise);
        }

        /** No value is 0. */
        @Override
        public boolean remove(long key) {
            return map.removeKeyIfAbsent(key, 0) != 0;
        }

        @Override
        public void forEach(Action action) {
            map.forEachKeyValue(action::accept);
        }

        @Override
        public long size() {
            return map.size();
        }
    }

    /** Not a map: adds up what it gets, so that it has to be computed. */
    private static final class None implements LongMap {
        private long sum;

        @Override
        public void put(long key, long value) {
            sum ^= key ^ value >>> 1;
        }

        @Override
        public long get(long key, long otherwise) {
            sum ^= key;
            return ~key;
        }

        @Override
        public boolean remove(long key) {
            sum ^= key;
            return true;
        }

        @Override
        public void forEach(Action action) {
            action.accept(sum, ~sum);
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
