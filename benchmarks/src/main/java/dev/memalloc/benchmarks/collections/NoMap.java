package dev.memalloc.benchmarks.collections;

import java.util.function.BiConsumer;

/** Not a map: what it costs to make keys and values, which is in the times of all others. */
final class NoMap implements StringMap {
    /** Stored, so that the strings have to be made. */
    private String key;
    private String value;

    @Override
    public void put(String newKey, String newValue) {
        key = newKey;
        value = newValue;
    }

    @Override
    public String get(String asked) {
        key = asked;
        return null;
    }

    @Override
    public boolean remove(String removed) {
        key = removed;
        return true;
    }

    @Override
    public void forEach(BiConsumer<String, String> action) {
        action.accept(key, value);
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
