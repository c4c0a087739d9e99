package dev.memalloc.benchmarks.collections;

import dev.memalloc.collections.OffHeapStringMap;
import java.util.Collections;
import java.util.OptionalLong;

/** Ours, with one lock around it. */
final class LockedMap extends JavaMap {
    private final OffHeapStringMap map;

    LockedMap() {
        this(new OffHeapStringMap());
    }

    private LockedMap(OffHeapStringMap map) {
        super(Collections.synchronizedMap(map));
        this.map = map;
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
