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
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * An array of bytes off the garbage-collected heap, with long indexes, that can grow.
 *
 * <pre>
 *  block   +--------+--------+-- - - --+------------+---------------------+
 *          | byte 0 | byte 1 |         | length - 1 | room for more       |
 *          +--------+--------+-- - - --+------------+---------------------+
 *          0        1        2         length - 1             sizeInBytes()
 * </pre>
 *
 * <p>Cost, failure, threads, closing and slices are as {@link OffHeapArray} says.
 *
 * <p>Of what is atomic there are {@link #getVolatile} and {@link #setVolatile} alone: that is what Java has for bytes
 * in native memory.
 */
public final class OffHeapByteArray extends OffHeapArray<byte[], OffHeapByteArray> {
    /** An empty array in the process's heap, {@link Memory#heap()}. */
    public OffHeapByteArray() {
        this(0);
    }

    /**
     * An array of zeros in the process's heap, {@link Memory#heap()}.
     *
     * @param length how many elements
     * @throws IllegalArgumentException if the length is negative
     * @throws OutOfMemoryError if the heap has no memory for it
     */
    public OffHeapByteArray(long length) {
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
    public OffHeapByteArray(Heap heap, long length) {
        super(ElementType.BYTE, heap, length);
    }

    private OffHeapByteArray(Elements elements, long offset, long count) {
        super(elements, offset, count);
    }

    /**
     * An array in the process's heap, as {@link #load(Heap, ReadableByteChannel)}.
     *
     * @param channel where to read from; it stays open
     * @return the array
     * @throws IOException see there
     */
    public static OffHeapByteArray load(ReadableByteChannel channel) throws IOException {
        return load(Memory.heap(), channel);
    }

    /**
     * An array that was saved by {@link #save}. After an exception nothing is left of it.
     *
     * @param heap where its memory shall come from
     * @param channel where to read from; it stays open, behind the array
     * @return the array
     * @throws IOException if the channel throws that, or if what comes from it is no saved array of bytes, or a damaged
     *     one, or not a whole one
     * @throws OutOfMemoryError if the heap has no memory for it
     * @throws java.nio.channels.IllegalBlockingModeException if the channel does not block
     */
    public static OffHeapByteArray load(Heap heap, ReadableByteChannel channel) throws IOException {
        return ArrayFile.load(channel, ElementType.BYTE, length -> new OffHeapByteArray(heap, length));
    }

    @Override
    OffHeapByteArray newSlice(Elements elements, long offset, long count) {
        return new OffHeapByteArray(elements, offset, count);
    }

    @Override
    byte[] newOnHeap(int length) {
        return new byte[length];
    }

    @Override
    MemorySegment segmentOf(byte[] array) {
        return MemorySegment.ofArray(array);
    }

    @Override
    void sortOnHeap(byte[] array, int to) {
        Arrays.sort(array, 0, to);
    }

    @Override
    int hashOf(byte[] array) {
        return Arrays.hashCode(array);
    }

    @Override
    String textOf(byte[] array) {
        return Arrays.toString(array);
    }

    /**
     * Reads an element.
     *
     * @param index which one
     * @return its value
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public byte get(long index) {
        return elements().getByte(at(index));
    }

    /**
     * Writes an element.
     *
     * @param index which one
     * @param value its value from now on
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public void set(long index, byte value) {
        elements().setByte(at(index), value);
    }

    /**
     * Appends an element; the array is one longer then.
     *
     * @param value the element
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public void add(byte value) {
        Elements elements = growing();
        if (elements.hasRoom()) {
            elements.setByte(elements.length(), value);
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
    public void insert(long index, byte value) {
        openGap(index);
        set(index, value);
    }

    /**
     * Sets all elements.
     *
     * @param value their value from now on
     */
    public void fill(byte value) {
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
    public void fill(long from, long to, byte value) {
        elements().fill(range(from, to), to - from, value);
    }

    /**
     * The first index at which there is a value.
     *
     * @param value the value
     * @return that index, or -1 if no element has the value
     */
    public long indexOf(byte value) {
        return firstIndex(value);
    }

    /**
     * Looks for a value in the array, which must be sorted.
     *
     * @param value the value
     * @return an index at which it is; if there is none, -1 less the index at which it would have to be inserted
     */
    public long binarySearch(byte value) {
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
    public long binarySearch(long from, long to, byte value) {
        return indexAmong(from, to, value);
    }

    /**
     * The elements as a stream, each as an int. As for a list, they are those that are there when the terminal
     * operation begins, and it throws {@link java.util.ConcurrentModificationException} if it finds that the array was
     * resized or moved meanwhile.
     *
     * @return the stream, sequential
     */
    public IntStream stream() {
        return StreamSupport.intStream(spliterator(), false);
    }

    /**
     * The elements one after the other, each as an int, those that are there when it is first used. It throws
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
    public byte getVolatile(long index) {
        return elements().getByteVolatile(at(index));
    }

    /**
     * Writes an element as a volatile variable.
     *
     * @param index which one
     * @param value its value from now on
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < length}
     */
    public void setVolatile(long index, byte value) {
        elements().setByteVolatile(at(index), value);
    }
}
