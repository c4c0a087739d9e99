package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * An array of ints off the garbage-collected heap, with long indexes, that can grow.
 *
 * <pre>
 *  block   +-------+-------+-- - - --+------------+-------------------------+
 *          | int 0 | int 1 |         | length - 1 | room for more           |
 *          +-------+-------+-- - - --+------------+-------------------------+
 *          0       4       8         4 * (length - 1)         sizeInBytes()
 * </pre>
 *
 * <p>Cost, failure, threads, closing and slices are as {@link OffHeapArray} says.
 *
 * {@snippet :
 * try (OffHeapIntArray squares = new OffHeapIntArray()) {
 *     for (int i = 0; i < 1000; i++) {
 *         squares.add(i * i);
 *     }
 *     long sum = squares.stream().asLongStream().sum();
 * }
 * }
 */
public final class OffHeapIntArray extends OffHeapArray<int[], OffHeapIntArray> {
    /** An empty array in the process's heap, {@link Memory#heap()}. */
    public OffHeapIntArray() {
        this(0);
    }

    /**
     * An array of zeros in the process's heap, {@link Memory#heap()}.
     *
     * @param length how many elements
     * @throws IllegalArgumentException if the length is negative
     * @throws OutOfMemoryError if the heap has no memory for it
     */
    public OffHeapIntArray(long length) {
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
    public OffHeapIntArray(Heap heap, long length) {
        super(ElementType.INT, heap, length);
    }

    private OffHeapIntArray(Elements elements, long offset, long count) {
        super(elements, offset, count);
    }

    @Override
    OffHeapIntArray newSlice(Elements elements, long offset, long count) {
        return new OffHeapIntArray(elements, offset, count);
    }

    @Override
    int[] newOnHeap(int length) {
        return new int[length];
    }

    @Override
    MemorySegment segmentOf(int[] array) {
        return MemorySegment.ofArray(array);
    }

    @Override
    int hashOf(int[] array) {
        return Arrays.hashCode(array);
    }

    @Override
    String textOf(int[] array) {
        return Arrays.toString(array);
    }

    /**
     * Reads an element.
     *
     * @param index which one
     * @return its value
     */
    public int get(long index) {
        return elements().getInt(at(index));
    }

    /**
     * Writes an element.
     *
     * @param index which one
     * @param value its value from now on
     */
    public void set(long index, int value) {
        elements().setInt(at(index), value);
    }

    /**
     * Appends an element; the array is one longer then.
     *
     * @param value the element
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public void add(int value) {
        Elements elements = growing();
        elements.setInt(elements.end(), value);
        elements.lengthen();
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
    public void insert(long index, int value) {
        openGap(index);
        elements().setInt(index, value);
    }

    /**
     * Sets all elements.
     *
     * @param value their value from now on
     */
    public void fill(int value) {
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
    public void fill(long from, long to, int value) {
        elements().fill(range(from, to), to - from, value);
    }

    /**
     * The elements as a stream; as for a list, it is the elements that are there when the terminal operation begins.
     * It throws {@link java.util.ConcurrentModificationException} if it finds that the array was resized or moved
     * meanwhile.
     *
     * @return the stream, sequential
     */
    public IntStream stream() {
        return StreamSupport.intStream(spliterator(), false);
    }

    /**
     * The elements that are there when it is first used. It throws
     * {@link java.util.ConcurrentModificationException} if it finds that the array was resized or moved meanwhile.
     *
     * @return the spliterator, which divides evenly
     */
    public Spliterator.OfInt spliterator() {
        return new ElementSpliterator.Ints(this);
    }

    /**
     * An iterator over the elements, as {@link #spliterator}.
     *
     * @return the iterator
     */
    public PrimitiveIterator.OfInt iterator() {
        return Spliterators.iterator(spliterator());
    }
}
