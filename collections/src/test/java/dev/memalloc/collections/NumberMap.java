package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.IntBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.ObjIntConsumer;
import java.util.function.ObjLongConsumer;

/** A map to ints or longs as one of the JDK, so that a test is written once for all: keys and values are boxed. */
final class NumberMap extends AbstractMap<Object, Object> {
    private final Iterable<?> map;
    /** Two values. */
    private final Object zero;
    private final Object one;

    NumberMap(Iterable<?> map, Object zero, Object one) {
        this.map = map;
        this.zero = zero;
        this.one = one;
    }

    @Override
    public int size() {
        return Math.toIntExact((long) call("size"));
    }

    @Override
    public boolean isEmpty() {
        return (boolean) call("isEmpty");
    }

    @Override
    public boolean containsKey(Object key) {
        return (boolean) call("containsKey", key);
    }

    @Override
    public Object get(Object key) {
        Object some = call("get", key, zero);
        return some.equals(call("get", key, one)) ? some : null;
    }

    @Override
    public Object getOrDefault(Object key, Object otherwise) {
        return call("get", key, otherwise);
    }

    @Override
    public Object put(Object key, Object value) {
        Object old = get(key);
        assertThat(call("put", key, value)).isEqualTo(old == null);
        return old;
    }

    @Override
    public Object putIfAbsent(Object key, Object value) {
        Object old = get(key);
        assertThat(call("putIfAbsent", key, value)).isEqualTo(old == null ? value : old);
        return old;
    }

    Object addTo(Object key, Object value) {
        return call("addTo", key, value);
    }

    @Override
    public Object merge(Object key, Object value, BiFunction<? super Object, ? super Object, ?> function) {
        return call("merge", key, value, zero instanceof Integer
            ? (IntBinaryOperator) (old, other) -> (int) function.apply(old, other)
            : (LongBinaryOperator) (old, other) -> (long) function.apply(old, other));
    }

    @Override
    public Object remove(Object key) {
        Object old = get(key);
        assertThat(call("remove", key)).isEqualTo(old != null);
        return old;
    }

    @Override
    public void forEach(BiConsumer<? super Object, ? super Object> action) {
        call("forEach", switch (map) {
            case OffHeapStringIntMap ints -> (ObjIntConsumer<String>) action::accept;
            case OffHeapStringLongMap longs -> (ObjLongConsumer<String>) action::accept;
            default -> (OffHeapLongLongMap.LongLongConsumer) action::accept;
        });
    }

    @Override
    public void clear() {
        call("clear");
    }

    @Override
    public Set<Map.Entry<Object, Object>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return NumberMap.this.size();
            }

            @Override
            public Iterator<Map.Entry<Object, Object>> iterator() {
                return new Entries(map.iterator());
            }
        };
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return map.hashCode();
    }

    @Override
    public String toString() {
        return map.toString();
    }

    private Object call(String name, Object... arguments) {
        return ByName.call(map, name, arguments);
    }

    private record Entries(Iterator<?> iterator) implements Iterator<Map.Entry<Object, Object>> {
        @Override
        public boolean hasNext() {
            return iterator.hasNext();
        }

        @Override
        public Map.Entry<Object, Object> next() {
            return new Entry(iterator.next());
        }

        @Override
        public void remove() {
            iterator.remove();
        }
    }

    @SuppressWarnings("serial") // what it writes to cannot be serialized, so neither can it
    private static final class Entry extends SimpleEntry<Object, Object> {
        private final Object entry;

        Entry(Object entry) {
            super(ByName.call(entry, "key"), ByName.call(entry, "value"));
            this.entry = entry;
        }

        @Override
        public Object setValue(Object value) {
            ByName.call(entry, "setValue", value);
            return super.setValue(value);
        }
    }
}
