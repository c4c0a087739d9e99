package dev.memalloc.benchmarks.collections;

import dev.memalloc.collections.OffHeapStringMap;

/** Ours. */
final class OffHeapMap extends NativeMap {
    private final OffHeapStringMap map;

    OffHeapMap() {
        this(new OffHeapStringMap());
    }

    private OffHeapMap(OffHeapStringMap map) {
        super(map, map::sizeInBytes, map::close);
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
}
