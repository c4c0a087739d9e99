package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;

/**
 * An array of doubles off the garbage-collected heap, with long indexes, that can grow.
 *
 * <pre>
 *  block   +----------+----------+-- - - --+------------+---------------------+
 *          | double 0 | double 1 |         | length - 1 | room for more       |
 *          +----------+----------+-- - - --+------------+---------------------+
 *          0          8          16        8 * (length - 1)       sizeInBytes()
 * </pre>
 *
 * <p>Cost, failure, threads, closing and slices are as {@link OffHeapArray} says.
 *
 * <p>Where doubles are compared, it is as {@link Double#compare} does: -0.0 is less than 0.0, and NaN is equal to NaN
 * and greater than anything else.
 *
 * <p>{@link #compareAndSet} compares bits, not values.
 */
public final class OffHeapDoubleArray extends OffHeapArray<double[], OffHeapDoubleArray> {
    /** An empty array in the process's heap, {@link Memory#heap()}. */
    public OffHeapDoubleArray() {
        this(0);
    }

    /**
     * An array of zeros in the process's heap, {@link Memory#heap()}.
     *
     * @param length how many elements
     * @throws IllegalArgumentException if the length is negative
     * @throws OutOfMemoryError if the heap has no memory for it
     */
    public OffHeapDoubleArray(long length) {
        this(Memory.heap(), length);
    }

    /**
     * An array of zeros in a heap.
     *
     * @param heap where its memory shall come from
     * @param length how many elements
     * @throws IllegalArgumentException if the length is negative
     * @throws OutOfMemoryError if the heap has no memory for it
     */
    public OffHeapDoubleArray(Heap heap, long length) {
        super(ElementType.DOUBLE, heap, length);
    }

    private OffHeapDoubleArray(Elements elements, long offset, long count) {
        super(elements, offset, count);
    }

    /**
     * An array in the process's heap, as {@link #load(Heap, ReadableByteChannel)}.
     *
     * @param channel where to read from; it stays open
     * @return the array
     * @throws IOException see there
     */
    public static OffHeapDoubleArray load(ReadableByteChannel channel) throws IOException {
        return load(Memory.heap(), channel);
    }

    /**
     * An array that was saved by {@link #save}. After an exception nothing is left of it.
     *
     * @param heap where its memory shall come from
     * @param channel where to read from; it stays open, behind the array
     * @return the array
     * @throws IOException if the channel throws that, or if what comes from it is no saved array of doubles, or a
     *     damaged one, or not a whole one
     * @throws OutOfMemoryError if the heap has no memory for it
     * @throws java.nio.channels.IllegalBlockingModeException if the channel does not block
     */
    public static OffHeapDoubleArray load(Heap heap, ReadableByteChannel channel) throws IOException {
        return ArrayFile.load(channel, ElementType.DOUBLE, length -> new OffHeapDoubleArray(heap, length));
    }

    @Override
    OffHeapDoubleArray newSlice(Elements elements, long offset, long count) {
        return new OffHeapDoubleArray(elements, offset, count);
    }

    @Override
    double[] newOnHeap(int length) {
        return new double[length];
    }

    @Override
    MemorySegment segmentOf(double[] array) {
        return MemorySegment.ofArray(array);
    }

    @Override
    void sortOnHeap(double[] array, int to) {
        Arrays.sort(array, 0, to);
    }

    @Override
    int hashOf(double[] array) {
        return Arrays.hashCode(array);
    }

    @Override
    String textOf(double[] array) {
        return Arrays.toString(array);
    }

    /**
     * Reads an element.
     *
     * @param index which one
     * @return its value
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public double get(long index) {
        return Double.longBitsToDouble(elements().getLong(at(index)));
    }

    /**
     * Writes an element.
     *
     * @param index which one
     * @param value its value from now on
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public void set(long index, double value) {
        elements().setLong(at(index), Double.doubleToRawLongBits(value));
    }

    /**
     * Appends an element; the array is one longer then.
     *
     * @param value the element
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public void add(double value) {
        Elements elements = growing();
        if (elements.hasRoom()) {
            elements.setLong(elements.length(), Double.doubleToRawLongBits(value));
            elements.lengthen();
        } else {
            elements.makeRoom(1);
            add(value);
        }
    }

    /**
     * Inserts an element; the array is one longer then.
     *
     * @param index the element's index
     * @param value the element
     * @throws IndexOutOfBoundsException unless {@code 0 <= index <= length}
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public void insert(long index, double value) {
        openGap(index);
        set(index, value);
    }

    /**
     * Sets all elements.
     *
     * @param value their value from now on
     */
    public void fill(double value) {
        fill(0, length(), value);
    }

    /**
     * Sets some elements.
     *
     * @param from the first one
     * @param to the one behind the last one
     * @param value their value from now on
     * @throws IndexOutOfBoundsException unless {@code 0 <= from <= to <= length}
     */
    public void fill(long from, long to, double value) {
        elements().fill(range(from, to), to - from, Double.doubleToRawLongBits(value));
    }

    /**
     * The first index at which there is a value.
     *
     * @param value the value
     * @return that index, or -1 if no element has the value
     */
    public long indexOf(double value) {
        return firstIndex(ElementType.key(value));
    }

    /**
     * Looks for a value in the array, which must be sorted.
     *
     * @param value the value
     * @return an index at which it is; if there is none, -1 less the index at which it would have to be inserted
     */
    public long binarySearch(double value) {
        return binarySearch(0, length(), value);
    }

    /**
     * Looks for a value among some elements, which must be sorted.
     *
     * @param from the first one
     * @param to the one behind the last one
     * @param value the value
     * @return an index at which it is; if there is none, -1 less the index at which it would have to be inserted
     * @throws IndexOutOfBoundsException unless {@code 0 <= from <= to <= length}
     */
    public long binarySearch(long from, long to, double value) {
        return indexAmong(from, to, ElementType.key(value));
    }

    /**
     * The elements as a stream. As for a list, they are those that are there when the terminal operation
     * begins, and it throws {@link java.util.ConcurrentModificationException} if it finds that the array was resized or
     * moved meanwhile.
     *
     * @return the stream, sequential
     */
    public DoubleStream stream() {
        return StreamSupport.doubleStream(spliterator(), false);
    }

    /**
     * The elements one after the other, those that are there when it is first used. It throws
     * {@link java.util.ConcurrentModificationException} if it finds that the array was resized or moved since.
     *
     * @return the spliterator, which divides evenly
     */
    public Spliterator.OfDouble spliterator() {
        return new ElementSpliterator.Doubles(this);
    }

    /**
     * The elements one after the other, as {@link #spliterator} has them.
     *
     * @return the iterator
     */
    public PrimitiveIterator.OfDouble iterator() {
        return Spliterators.iterator(spliterator());
    }

    /**
     * Reads an element as a volatile variable.
     *
     * @param index which one
     * @return its value
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public double getVolatile(long index) {
        return Double.longBitsToDouble(elements().getLongVolatile(at(index)));
    }

    /**
     * Writes an element as a volatile variable.
     *
     * @param index which one
     * @param value its value from now on
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public void setVolatile(long index, double value) {
        elements().setLongVolatile(at(index), Double.doubleToRawLongBits(value));
    }

    /**
     * Writes an element, and returns what it was, in one atomic operation, as of a volatile variable.
     *
     * @param index which one
     * @param value its value from now on
     * @return its value before
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public double getAndSet(long index, double value) {
        return Double.longBitsToDouble(elements().getAndSetLong(at(index), Double.doubleToRawLongBits(value)));
    }

    /**
     * Writes an element if it has the bits of a value, in one atomic operation, as of a volatile variable.
     *
     * @param index which one
     * @param expected the value that it must have, with the same bits
     * @param value its value from now on, if it had that
     * @return whether it had that
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public boolean compareAndSet(long index, double expected, double value) {
        return elements().compareAndSetLong(at(index),
            Double.doubleToRawLongBits(expected), Double.doubleToRawLongBits(value));
    }
}
