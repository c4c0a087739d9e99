package dev.memalloc.benchmarks.collections;

import dev.memalloc.collections.OffHeapStringMap;
import java.util.OptionalLong;

/** Ours. */
final class OffHeapMap extends JavaMap {
    private final OffHeapStringMap map;

    OffHeapMap() {
        this(new OffHeapStringMap());
    }

    private OffHeapMap(OffHeapStringMap map) {
        super(map);
        this.map = map;
    }

    @Override
    public boolean canGetAll() {
        return true;
    }

    @Override
    public void getAll(String[] keys, String[] values) {
        map.getAll(keys, values);
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
