package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.SplittableRandom;
import java.util.stream.BaseStream;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * An array of each type, so that a test is written once for all: elements are boxed, Java arrays are objects, and what
 * has an element in its signature is called by its name.
 */
enum ArrayKind {
    BYTE(OffHeapByteArray.class, byte.class, (byte) 0, (byte) -1, Byte.MAX_VALUE, Byte.MIN_VALUE),
    SHORT(OffHeapShortArray.class, short.class, (short) 0, (short) -1, Short.MAX_VALUE, Short.MIN_VALUE),
    INT(OffHeapIntArray.class, int.class, 0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE),
    LONG(OffHeapLongArray.class, long.class, 0L, -1L, 1L, Long.MAX_VALUE, Long.MIN_VALUE),
    FLOAT(OffHeapFloatArray.class, float.class, 0f, -0f, 1f, -1f, Float.NaN, Float.intBitsToFloat(0xffc00001),
        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MAX_VALUE),
    DOUBLE(OffHeapDoubleArray.class, double.class, 0., -0., 1., -1., Double.NaN,
        Double.longBitsToDouble(0xfff8000000000001L), Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE, -Double.MAX_VALUE);

    private final Class<?> array;
    private final Class<?> component;
    private final List<Object> special;

    ArrayKind(Class<?> array, Class<?> component, Object... special) {
        this.array = array;
        this.component = component;
        this.special = List.of(special);
    }

    /** Bytes in an element. */
    int size() {
        return ElementType.valueOf(name()).size();
    }

    @SuppressWarnings("unchecked")
    <S extends OffHeapArray<Object, S>> S array(Heap heap, long length) {
        return (S) ByName.make(array, heap, length);
    }

    <S extends OffHeapArray<Object, S>> S arrayOf(Heap heap, List<Object> elements) {
        S made = array(heap, elements.size());
        made.copyFrom(onHeap(elements), 0, 0, elements.size());
        return made;
    }

    @SuppressWarnings("unchecked")
    <S extends OffHeapArray<Object, S>> S load(Heap heap, ReadableByteChannel channel) throws IOException {
        return (S) ByName.callStatic(array, "load", heap, channel);
    }

    /** Calls the array's method with this name that has so many parameters. */
    Object call(OffHeapArray<?, ?> receiver, String name, Object... arguments) {
        return ByName.call(receiver, name, arguments);
    }

    /** Calls the method of {@link Arrays} for this type, with this name, that has so many parameters. */
    Object callArrays(String name, Object... arguments) {
        return ByName.callStatic(Arrays.class, component.arrayType(), name, arguments);
    }

    /** What the array's stream has. */
    List<Object> streamed(OffHeapArray<?, ?> receiver, boolean parallel) {
        BaseStream<?, ?> stream = (BaseStream<?, ?>) call(receiver, "stream");
        return narrowed(boxed(switch (parallel ? stream.parallel() : stream) {
            case IntStream ints -> ints.toArray();
            case LongStream longs -> longs.toArray();
            case DoubleStream doubles -> doubles.toArray();
            default -> throw new AssertionError(stream);
        }));
    }

    /** What the parts have that the array's spliterator is split into, over and over. */
    List<Object> split(OffHeapArray<?, ?> receiver) {
        return narrowed(Model.split((Spliterator<?>) call(receiver, "spliterator")));
    }

    /** What the array's iterator has. */
    List<Object> iterated(OffHeapArray<?, ?> receiver) {
        List<Object> elements = new ArrayList<>();
        ((Iterator<?>) call(receiver, "iterator")).forEachRemaining(elements::add);
        return narrowed(elements);
    }

    /** Has the array's stream do something for each element. */
    void forEach(OffHeapArray<?, ?> receiver, Runnable action) {
        switch (call(receiver, "stream")) {
            case IntStream ints -> ints.forEach(element -> action.run());
            case LongStream longs -> longs.forEach(element -> action.run());
            case DoubleStream doubles -> doubles.forEach(element -> action.run());
            default -> throw new AssertionError();
        }
    }

    private List<Object> narrowed(List<?> wide) {
        return wide.stream().map(element -> switch (this) {
            case BYTE -> (Object) ((Integer) element).byteValue();
            case SHORT -> ((Integer) element).shortValue();
            case FLOAT -> ((Double) element).floatValue();
            default -> element;
        }).toList();
    }

    Object zero() {
        return special.get(0);
    }

    /** An element, which is as likely as not a special one. */
    Object random(SplittableRandom random) {
        if (random.nextBoolean()) {
            return special.get(random.nextInt(special.size()));
        }
        return switch (this) {
            case BYTE -> (byte) random.nextInt();
            case SHORT -> (short) random.nextInt();
            case INT -> random.nextInt();
            case LONG -> random.nextLong();
            case FLOAT -> Float.intBitsToFloat(random.nextInt());
            case DOUBLE -> Double.longBitsToDouble(random.nextLong());
        };
    }

    List<Object> random(SplittableRandom random, int length) {
        List<Object> elements = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            elements.add(random(random));
        }
        return elements;
    }

    /** A Java array of zeros. */
    Object onHeap(int length) {
        return Array.newInstance(component, length);
    }

    Object onHeap(List<Object> elements) {
        Object made = onHeap(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            Array.set(made, i, elements.get(i));
        }
        return made;
    }

    static List<Object> boxed(Object elements) {
        List<Object> boxed = new ArrayList<>(Array.getLength(elements));
        for (int i = 0; i < Array.getLength(elements); i++) {
            boxed.add(Array.get(elements, i));
        }
        return boxed;
    }

    /** Sorts as {@link Arrays} does. */
    List<Object> sorted(List<Object> elements) {
        Object sorted = onHeap(elements);
        callArrays("sort", sorted);
        return boxed(sorted);
    }
}
