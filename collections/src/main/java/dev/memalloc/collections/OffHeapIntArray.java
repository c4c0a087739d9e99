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
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * An array of ints off the garbage-collected heap, with long indexes, that can grow.
 *
 * <pre>
 *  block   +-------+-------+-- - - --+------------+---------------------+
 *          | int 0 | int 1 |         | length - 1 | room for more       |
 *          +-------+-------+-- - - --+------------+---------------------+
 *          0       4       8         4 * (length - 1)       sizeInBytes()
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

    /**
     * An array in the process's heap, as {@link #load(Heap, ReadableByteChannel)}.
     *
     * @param channel where to read from; it stays open
     * @return the array
     * @throws IOException see there
     */
    public static OffHeapIntArray load(ReadableByteChannel channel) throws IOException {
        return load(Memory.heap(), channel);
    }

    /**
     * An array that was saved by {@link #save}. After an exception nothing is left of it.
     *
     * @param heap where its memory shall come from
     * @param channel where to read from; it stays open, behind the array
     * @return the array
     * @throws IOException if the channel throws that, or if what comes from it is no saved array of ints, or a damaged
     *     one, or not a whole one
     * @throws OutOfMemoryError if the heap has no memory for it
     * @throws java.nio.channels.IllegalBlockingModeException if the channel does not block
     */
    public static OffHeapIntArray load(Heap heap, ReadableByteChannel channel) throws IOException {
        return ArrayFile.load(channel, ElementType.INT, length -> new OffHeapIntArray(heap, length));
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
    void sortOnHeap(int[] array, int to) {
        Arrays.sort(array, 0, to);
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
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public int get(long index) {
        return elements().getInt(at(index));
    }

    /**
     * Writes an element.
     *
     * @param index which one
     * @param value its value from now on
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
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
        if (elements.hasRoom()) {
            elements.setInt(elements.length(), value);
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
    public void insert(long index, int value) {
        openGap(index);
        set(index, value);
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
     * The first index at which there is a value.
     *
     * @param value the value
     * @return that index, or -1 if no element has the value
     */
    public long indexOf(int value) {
        return firstIndex(value);
    }

    /**
     * Looks for a value in the array, which must be sorted.
     *
     * @param value the value
     * @return an index at which it is; if there is none, -1 less the index at which it would have to be inserted
     */
    public long binarySearch(int value) {
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
    public long binarySearch(long from, long to, int value) {
        return indexAmong(from, to, value);
    }

    /**
     * The elements as a stream. As for a list, they are those that are there when the terminal operation
     * begins, and it throws {@link java.util.ConcurrentModificationException} if it finds that the array was resized or
     * moved meanwhile.
     *
     * @return the stream, sequential
     */
    public IntStream stream() {
        return StreamSupport.intStream(spliterator(), false);
    }

    /**
     * The elements one after the other, those that are there when it is first used. It throws
     * {@link java.util.ConcurrentModificationException} if it finds that the array was resized or moved since.
     *
     * @return the spliterator, which divides evenly
     */
    public Spliterator.OfInt spliterator() {
        return new ElementSpliterator.Ints(this);
    }

    /**
     * The elements one after the other, as {@link #spliterator} has them.
     *
     * @return the iterator
     */
    public PrimitiveIterator.OfInt iterator() {
        return Spliterators.iterator(spliterator());
    }

    /**
     * Reads an element as a volatile variable.
     *
     * @param index which one
     * @return its value
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public int getVolatile(long index) {
        return elements().getIntVolatile(at(index));
    }

    /**
     * Writes an element as a volatile variable.
     *
     * @param index which one
     * @param value its value from now on
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public void setVolatile(long index, int value) {
        elements().setIntVolatile(at(index), value);
    }

    /**
     * Writes an element, and returns what it was, in one atomic operation, as of a volatile variable.
     *
     * @param index which one
     * @param value its value from now on
     * @return its value before
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public int getAndSet(long index, int value) {
        return elements().getAndSetInt(at(index), value);
    }

    /**
     * Writes an element if it has a value, in one atomic operation, as of a volatile variable.
     *
     * @param index which one
     * @param expected the value that it must have
     * @param value its value from now on, if it had that
     * @return whether it had that
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public boolean compareAndSet(long index, int expected, int value) {
        return elements().compareAndSetInt(at(index), expected, value);
    }

    /**
     * Adds to an element, and returns what it was, in one atomic operation, as of a volatile variable.
     *
     * @param index which one
     * @param delta what to add
     * @return its value before
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public int getAndAdd(long index, int delta) {
        return elements().getAndAddInt(at(index), delta);
    }

    /**
     * Adds to an element, and returns what it is then, in one atomic operation, as of a volatile variable.
     *
     * @param index which one
     * @param delta what to add
     * @return its value from now on
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public int addAndGet(long index, int delta) {
        return getAndAdd(index, delta) + delta;
    }

    /**
     * Replaces an element by what a function makes of it, and returns what it was, as one atomic operation, as of a
     * volatile variable.
     *
     * @param index which one
     * @param function the function, which is called again if another thread has changed the element meanwhile
     * @return its value before
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public int getAndUpdate(long index, IntUnaryOperator function) {
        while (true) {
            int value = getVolatile(index);
            if (compareAndSet(index, value, function.applyAsInt(value))) {
                return value;
            }
        }
    }
}
