package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.IntFunction;

/** A map of each type, with keys and values that it takes, so that a test is written once for all. */
enum MapKind {
    STRINGS(heap -> new OffHeapStringMap(heap, small()), MapKind::string, MapKind::string, MapKind::shorter),
    STRINGS_CONCURRENT(heap -> new ConcurrentOffHeapStringMap(heap, small(), 4), MapKind::string, MapKind::string,
        MapKind::shorter),
    INTS(heap -> new OffHeapStringIntMap(heap, small()), MapKind::string, MapKind::integer,
        (some, other) -> (int) some + (int) other),
    LONGS(heap -> new OffHeapStringLongMap(heap, small()), MapKind::string, MapKind::longInteger,
        (some, other) -> (long) some + (long) other),
    LONG_KEYS(heap -> new OffHeapLongLongMap(heap, new LongTable.Sizes(128, 12, 2000), new LongHash()),
        number -> (long) (number / 2) << (number % 2 == 0 ? 0 : 50), MapKind::longInteger,
        (some, other) -> (long) some + (long) other);

    private final Function<Heap, AutoCloseable> maker;
    private final IntFunction<Object> keys;
    private final IntFunction<Object> values;
    private final BinaryOperator<Object> sum;

    MapKind(Function<Heap, AutoCloseable> maker, IntFunction<Object> keys, IntFunction<Object> values,
            BinaryOperator<Object> sum) {
        this.maker = maker;
        this.keys = keys;
        this.values = values;
        this.sum = sum;
    }

    AutoCloseable make(Heap heap) {
        return maker.apply(heap);
    }

    /** The same map by the interface of the JDK. */
    @SuppressWarnings("unchecked")
    Map<Object, Object> view(AutoCloseable map) {
        return map instanceof Map<?, ?> strings ? (Map<Object, Object>) strings
            : new NumberMap((Iterable<?>) map, value(0), value(1));
    }

    boolean canBeSaved() {
        return this != STRINGS_CONCURRENT;
    }

    Object key(int number) {
        return keys.apply(number);
    }

    Object value(int number) {
        return values.apply(number);
    }

    /** What becomes of two values if they are merged. */
    Object sum(Object some, Object other) {
        return sum.apply(some, other);
    }

    /** Verifies every invariant of a map. */
    static void check(AutoCloseable map) {
        switch (map) {
            case OffHeapStringMap strings -> strings.check();
            case StripedStringMap strings -> strings.check();
            case StringKeyedMap numbers -> numbers.check();
            case OffHeapLongLongMap longs -> longs.check();
            default -> throw new AssertionError(map);
        }
    }

    /**
     * So small that a dozen entries fill a shard. References reach as far as a map goes here: where they do not,
     * replacing a value can end an iteration.
     */
    private static List<StringTable.Sizes> small() {
        return List.of(new StringTable.Sizes(128, 12, 800, 1 << 20));
    }

    /** Some that differ in little, some longer. */
    private static Object string(int number) {
        List<String> hard = HardStrings.ALL.subList(0, HardStrings.ALL.indexOf("x".repeat(4095)));
        return number < hard.size() ? hard.get(number)
            : (number % 3 == 0 ? "\u0416" : "k").repeat(number % 50) + number;
    }

    private static Object shorter(Object some, Object other) {
        return ((String) some + other).substring(((String) other).length() / 2);
    }

    /** With its low bits in the high ones as well. */
    private static Object integer(int number) {
        return number * 0x1000_0001;
    }

    private static Object longInteger(int number) {
        return number * 0x1000_0000_0000_0001L;
    }
}
