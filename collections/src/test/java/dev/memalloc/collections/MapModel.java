package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** A map, and one of the JDK to which the same is done. */
final class MapModel extends Model<MapModel.Step> {
    private static final int MORE = 20;
    private static final int KEY_MAX = 250;
    private static final int VALUE_MAX = 1000;

    /** What can be done; the simplest first, as the shortest failing example is made of those. */
    enum Kind {
        PUT, REMOVE, GET, PUT_MORE, REMOVE_MORE, PUT_IF_ABSENT, REPLACE, REPLACE_EXPECTED, REMOVE_EXPECTED, COMPUTE,
        COMPUTE_IF_ABSENT, COMPUTE_IF_PRESENT, MERGE, ADD, REPLACE_ALL, REMOVE_KEYS_IF, REMOVE_VALUES_IF,
        REMOVE_ENTRIES_IF, REMOVE_KEY, REMOVE_ENTRY, REMOVE_BY_ITERATOR, SET_BY_ITERATOR, LOOK_AT_VIEWS, GET_MANY,
        GET_UTF8, COMPACT, CLEAR, SAVE_AND_LOAD
    }

    /** One thing that is done, with numbers for which the kind of the map has a key and a value. */
    record Step(Kind kind, int key, int value, int room) implements Model.Step {
    }

    /** Lists of steps, after which a map has more entries rather than fewer. */
    static final class Steps implements ArbitrarySupplier<List<Step>> {
        @Override
        public Arbitrary<List<Step>> get() {
            Arbitrary<Kind> kinds = Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.of(Kind.class)),
                Tuple.of(1, Arbitraries.of(Kind.PUT, Kind.PUT_MORE, Kind.REMOVE)));
            return lists(Combinators.combine(kinds, numbers(KEY_MAX), numbers(VALUE_MAX), rooms()).as(Step::new));
        }
    }

    private final MapKind kind;
    private final Heap heap;
    private final Map<Object, Object> model;
    private AutoCloseable collection;
    private Map<Object, Object> map;

    MapModel(MapKind kind, Heap heap) {
        this.kind = kind;
        this.heap = heap;
        model = kind == MapKind.STRINGS_CONCURRENT ? new ConcurrentHashMap<>() : new HashMap<>();
        use(kind.make(heap));
    }

    static void requireSame(MapKind kind, List<Step> steps) throws IOException {
        requireSame(heap -> new MapModel(kind, heap), steps);
    }

    @Override
    void apply(Step step) throws IOException {
        Object key = kind.key(step.key);
        Object value = kind.value(step.value);
        Object expected = step.value % 2 == 0 ? value : model.getOrDefault(key, value);
        switch (step.kind) {
            case PUT -> both(some -> some.put(key, value));
            case REMOVE -> both(some -> some.remove(key));
            case GET -> {
                both(some -> some.get(key));
                both(some -> some.getOrDefault(key, value));
                both(some -> some.containsKey(key));
                both(some -> some.containsValue(value));
                both(Map::isEmpty);
            }
            case PUT_MORE -> more(step).forEach(one -> both(some -> some.put(kind.key(one), value)));
            case REMOVE_MORE -> more(step).forEach(one -> both(some -> some.remove(kind.key(one))));
            case PUT_IF_ABSENT -> both(some -> some.putIfAbsent(key, value));
            case REPLACE -> both(some -> some.replace(key, value));
            case REPLACE_EXPECTED -> both(some -> some.replace(key, expected, value));
            case REMOVE_EXPECTED -> both(some -> some.remove(key, expected));
            case COMPUTE -> both(some -> some.compute(key, (there, old) -> old == null ? value : null));
            case COMPUTE_IF_ABSENT -> both(some -> some.computeIfAbsent(key, absent -> value));
            case COMPUTE_IF_PRESENT ->
                both(some -> some.computeIfPresent(key, (there, old) -> isChosen(old, step) ? null : value));
            case MERGE -> both(some -> some.merge(key, value, kind::sum));
            case ADD -> both(some -> some instanceof NumberMap numbers ? numbers.addTo(key, value)
                : some.merge(key, value, kind::sum));
            case REPLACE_ALL -> replaceAll((some, old) -> kind.sum(old, value));
            case REMOVE_KEYS_IF -> both(some -> some.keySet().removeIf(one -> isChosen(one, step)));
            case REMOVE_VALUES_IF -> both(some -> some.values().removeIf(one -> isChosen(one, step)));
            case REMOVE_ENTRIES_IF -> both(some -> some.entrySet().removeIf(one -> isChosen(one, step)));
            case REMOVE_KEY -> both(some -> some.keySet().remove(key));
            case REMOVE_ENTRY -> both(some -> some.entrySet().remove(Map.entry(key, expected)));
            case REMOVE_BY_ITERATOR -> removeByIterator(step);
            case SET_BY_ITERATOR -> setByIterator(step, value);
            case LOOK_AT_VIEWS -> lookAtViews(key, expected);
            case GET_MANY -> getMany(step);
            case GET_UTF8 -> getUtf8(String.valueOf(key), value);
            case COMPACT -> ByName.call(collection, "compact");
            case CLEAR -> both(some -> {
                some.clear();
                return null;
            });
            case SAVE_AND_LOAD -> saveAndLoad();
        }
    }

    @Override
    void requireSame() {
        MapKind.check(collection);
        assertThat(map.size()).isEqualTo(model.size());
        assertThat(map.equals(model)).as("%s is %s", map, model).isTrue();
        assertThat(model.equals(map)).isTrue();
        assertThat(map.hashCode()).isEqualTo(model.hashCode());
        Map<Object, Object> copy = new HashMap<>();
        map.forEach((key, value) -> assertThat(copy.put(key, value)).isNull());
        assertThat(copy.equals(model)).as("%s is %s", copy, model).isTrue();
    }

    @Override
    public void close() {
        ByName.call(collection, "close");
    }

    private void use(AutoCloseable made) {
        collection = made;
        map = kind.view(made);
    }

    /** The same on both; if the heap has no memory for it, on neither. */
    private void both(Function<Map<Object, Object>, Object> operation) {
        Object result = operation.apply(map);
        assertThat(result).isEqualTo(operation.apply(model));
    }

    /** The numbers of many keys. */
    private static IntStream more(Step step) {
        return IntStream.range(step.key, step.key + MORE);
    }

    /** Whether something belongs to a part of all, which is none, some, or most, according to the step. */
    private static boolean isChosen(Object one, Step step) {
        return (one.hashCode() & 7) < step.value % 9;
    }

    /** It may fail after some values were replaced. */
    private void replaceAll(BiFunction<Object, Object, Object> function) {
        try {
            map.replaceAll(function);
            model.replaceAll(function);
        } catch (OutOfMemoryError e) {
            model.replaceAll((key, old) -> {
                Object now = map.get(key);
                assertThat(now).isIn(old, function.apply(key, old));
                return now;
            });
            throw e;
        }
    }

    private void removeByIterator(Step step) {
        Iterator<Object> keys = map.keySet().iterator();
        for (int i = 0; i < step.key && keys.hasNext(); i++) {
            Object key = keys.next();
            assertThat(model).containsKey(key);
            if (isChosen(key, step)) {
                keys.remove();
                model.remove(key);
            }
        }
    }

    private void setByIterator(Step step, Object value) {
        for (Map.Entry<Object, Object> entry : map.entrySet()) {
            assertThat(entry.getValue()).isEqualTo(model.get(entry.getKey()));
            if (isChosen(entry.getKey(), step)) {
                entry.setValue(value);
                model.put(entry.getKey(), value);
            }
        }
    }

    private void lookAtViews(Object key, Object expected) {
        both(some -> some.keySet().contains(key));
        both(some -> some.values().contains(expected));
        both(some -> some.entrySet().contains(Map.entry(key, expected)));
        both(some -> new HashSet<>(some.keySet()));
        both(some -> new HashSet<>(some.entrySet()));
        both(some -> sorted(some.values()));
        both(some -> sorted(split(some.keySet().spliterator())));
        both(some -> sorted(split(some.values().spliterator())));
        both(some -> new HashSet<>(split(some.entrySet().spliterator())));
    }

    private static List<Object> sorted(Collection<Object> some) {
        return some.stream().sorted().toList();
    }

    /** Only maps to strings do that. */
    private void getMany(Step step) {
        if (map != collection) {
            return;
        }
        String[] keys = more(step).mapToObj(number -> (String) kind.key(number)).toArray(String[]::new);
        String[] values = new String[keys.length];
        ByName.call(collection, "getAll", keys, values);
        for (int i = 0; i < keys.length; i++) {
            assertThat(values[i]).isEqualTo(model.get(keys[i]));
            assertThat(ByName.call(collection, "getChars", new StringBuilder(keys[i]))).isEqualTo(values[i]);
        }
    }

    private void getUtf8(String key, Object otherwise) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        String decoded = new String(bytes, StandardCharsets.UTF_8);
        MemorySegment segment = MemorySegment.ofArray(bytes);
        if (map == collection) {
            assertThat(ByName.call(collection, "getUtf8", segment)).isEqualTo(model.get(decoded));
        } else if (collection instanceof StringKeyedMap) {
            assertThat(ByName.call(collection, "getUtf8", segment, otherwise))
                .isEqualTo(model.getOrDefault(decoded, otherwise));
        }
    }

    private void saveAndLoad() throws IOException {
        if (kind.canBeSaved()) {
            AutoCloseable loaded = (AutoCloseable) ByName.callStatic(collection.getClass(), "load", heap,
                saved(channel -> ByName.call(collection, "save", channel)));
            close();
            use(loaded);
        }
    }
}
