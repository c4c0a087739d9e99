package dev.memalloc.benchmarks.collections;

import java.util.Map;
import java.util.function.BiConsumer;

/** What implements the JDK's interface, which are nearly all. */
class JavaMap implements StringMap {
    private final Map<String, String> map;

    JavaMap(Map<String, String> map) {
        this.map = map;
    }

    @Override
    public final void put(String key, String value) {
        map.put(key, value);
    }

    @Override
    public final String get(String key) {
        return map.get(key);
    }

    @Override
    public final boolean remove(String key) {
        return map.remove(key) != null;
    }

    @Override
    public final void forEach(BiConsumer<String, String> action) {
        map.forEach(action);
    }

    @Override
    public long size() {
        return map.size();
    }
}
