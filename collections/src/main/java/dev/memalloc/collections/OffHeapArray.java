package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/**
 * What the arrays off the garbage-collected heap have in common, whatever their elements are: long indexes, and a
 * length that can change.
 *
 * <pre>
 *  block   +-----------+-----------+-- - - --+------------+-------------------------+
 *          | element 0 | element 1 |         | length - 1 | room for more           |
 *          +-----------+-----------+-- - - --+------------+-------------------------+
 *          0           e           2e        e * (length - 1)          sizeInBytes()
 *                      |-------- a slice ------|
 * </pre>
 *
 * <p>An element has e bytes, those of its type, in the byte order of the machine. What an array is made or resized to
 * is zero.
 *
 * <p><b>Cost.</b> An access costs what one to a Java array costs, and a little for the check that the memory is still
 * there. Appending takes constant time on average: an array grows by half, beyond 4 MiB by a 32nd, to whole huge pages
 * of 2 MiB, and then without copying; where the heap has no memory for so much, by what is needed. Inserting and
 * removing move all elements behind. {@link #resize} writes all elements that it adds, unless there was no memory at
 * all. Filling, copying and comparing are as fast as for Java arrays; sorting takes two to three times as long where
 * Java sorts by vector instructions, and far longer if the elements are in reverse order.
 *
 * <p><b>Failure.</b> What cannot get its memory throws {@link OutOfMemoryError}, and the array is as it was. An index
 * outside of the array throws {@link IndexOutOfBoundsException} with the index and the length.
 *
 * <p><b>Threads.</b> Any number may read and write elements. A method for one element reads or writes it as a whole.
 * When others see what was written is as for Java arrays: some time, and in some order, unless they synchronize, or
 * use the methods that say volatile or atomic.
 *
 * <p>Only one thread at a time may change the length, or how much memory there is. Others may go on meanwhile: they do
 * no harm and suffer none, but what they read may be old, or zero, and what they write may be lost; or they get one of
 * {@link IndexOutOfBoundsException}, {@link java.util.ConcurrentModificationException} and
 * {@link IllegalStateException}. The price is paid by arrays that another thread than the one that made them has ever
 * used, parallel streams and sorts included, and by those whose {@link #segment} was asked for: when one is closed or
 * moves, its block is free again only after the garbage collector has found that nobody uses it. (The memory of a block
 * of 256 KiB or more is given back at once.)
 *
 * <p><b>Closing.</b> {@link #close()} gives the memory back; afterwards all other methods, but {@code equals} with
 * itself, throw {@link IllegalStateException}. So does every access once the heap was closed, by any
 * thread. An array that is not closed gives it back some time after it became unreachable; slices, streams, iterators
 * and segments keep it.
 *
 * <p><b>Slices.</b> {@link #slice} is a part of an array as an array of a fixed length: what is written to one is read
 * in the other. The memory is the array's: closing a slice does nothing, and closing the array ends its slices. What
 * would change a slice's length throws {@link UnsupportedOperationException}. If its array becomes so short that some
 * of its elements are not there any more, access to these throws {@link IndexOutOfBoundsException}.
 *
 * @param <A> the type of Java arrays of such elements
 * @param <S> the type of this array
 */
public abstract sealed class OffHeapArray<A, S extends OffHeapArray<A, S>> implements AutoCloseable
        permits OffHeapByteArray, OffHeapShortArray, OffHeapIntArray, OffHeapLongArray, OffHeapFloatArray,
            OffHeapDoubleArray {
    /** The length of what is no slice. */
    private static final long ALL = Long.MAX_VALUE;
    /** How many elements {@link #toString} writes out. */
    private static final int WRITTEN = 100;
    /** How many elements are copied to the Java heap at once. */
    private static final int PIECE = 4096;

    private final Elements elements;
    /** Where in its array a slice begins; otherwise 0. */
    private final long offset;
    /** How many elements a slice has; otherwise {@link #ALL}. */
    private final long count;

    OffHeapArray(ElementType type, Heap heap, long length) {
        elements = new Elements(type, Objects.requireNonNull(heap, "heap"), length);
        offset = 0;
        count = ALL;
    }

    /** A slice. */
    OffHeapArray(Elements elements, long offset, long count) {
        this.elements = elements;
        this.offset = offset;
        this.count = count;
    }

    // What differs by type.

    abstract S newSlice(Elements elements, long offset, long count);

    abstract A newOnHeap(int length);

    /** A Java array's memory. */
    abstract MemorySegment segmentOf(A array);

    abstract void sortOnHeap(A array, int to);

    abstract int hashOf(A array);

    abstract String textOf(A array);

    /**
     * How many elements there are.
     *
     * @return that number
     */
    public final long length() {
        elements.requireOpen();
        return isSlice() ? count : elements.length();
    }

    /**
     * How many bytes the array has taken from its heap; for a slice, its array.
     *
     * @return that number
     */
    public final long sizeInBytes() {
        return elements.sizeInBytes();
    }

    /**
     * Whether this is a slice, whose length is fixed and whose memory is that of another array.
     *
     * @return whether that is so
     */
    public final boolean isSlice() {
        return count != ALL;
    }

    /**
     * A part of this array as an array of its own, with the same memory: see above.
     *
     * @param from the first element
     * @param to the one behind the last one
     * @return the slice
     * @throws IndexOutOfBoundsException unless {@code 0 <= from <= to <= length}
     */
    public final S slice(long from, long to) {
        return newSlice(elements, range(from, to), to - from);
    }

    /**
     * Makes the array longer, with zeros, or shorter. A shorter one keeps its memory for growing again: see
     * {@link #trimToSize}. A longer one takes just what it needs.
     *
     * @param newLength how many elements it shall have
     * @throws IllegalArgumentException if the length is negative
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void resize(long newLength) {
        requireNoSlice();
        elements.resize(newLength);
    }

    /**
     * Takes memory for that many elements, so that none is taken until there are more. The length stays what it is.
     *
     * @param capacity how many elements there shall be memory for
     * @throws IllegalArgumentException if the capacity is negative
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void ensureCapacity(long capacity) {
        requireNoSlice();
        elements.ensureCapacity(capacity);
    }

    /**
     * Gives room for more elements than there are back to the heap. An array that other threads have used is copied for
     * that.
     *
     * @throws OutOfMemoryError if the heap has no memory to move the array to; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void trimToSize() {
        requireNoSlice();
        elements.trim();
    }

    /**
     * Removes all elements. The memory stays, for others: see {@link #trimToSize}.
     *
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void clear() {
        requireNoSlice();
        elements.requireOpen();
        elements.remove(0, elements.length());
    }

    /**
     * Removes elements; those behind take their indexes.
     *
     * @param from the first one
     * @param to the one behind the last one
     * @throws IndexOutOfBoundsException unless {@code 0 <= from <= to <= length}
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void removeRange(long from, long to) {
        requireNoSlice();
        elements.remove(range(from, to), to - from);
    }

    /**
     * Appends elements of a Java array.
     *
     * @param source that array
     * @param sourceIndex the first of its elements to append
     * @param count how many to append
     * @throws IndexOutOfBoundsException if it has no such elements
     * @throws OutOfMemoryError if the heap has no memory for them; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void addAll(A source, int sourceIndex, int count) {
        insertAll(length(), source, sourceIndex, count);
    }

    /**
     * Appends elements of another array, or of this one.
     *
     * @param source that array
     * @param sourceIndex the first of its elements to append
     * @param count how many to append
     * @throws IndexOutOfBoundsException if it has no such elements
     * @throws OutOfMemoryError if the heap has no memory for them; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void addAll(S source, long sourceIndex, long count) {
        insertAll(length(), source, sourceIndex, count);
    }

    /**
     * Appends the elements that a segment consists of.
     *
     * @param source the segment, in the byte order of the machine
     * @throws IllegalArgumentException if its size is not a multiple of an element's
     * @throws OutOfMemoryError if the heap has no memory for them; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void addAll(MemorySegment source) {
        insertAll(length(), source);
    }

    /**
     * Inserts elements of a Java array.
     *
     * @param index where the first of them will be
     * @param source that array
     * @param sourceIndex the first of its elements to insert
     * @param count how many to insert
     * @throws IndexOutOfBoundsException if it has no such elements, or unless {@code 0 <= index <= length}
     * @throws OutOfMemoryError if the heap has no memory for them; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void insertAll(long index, A source, int sourceIndex, int count) {
        requirePosition(index);
        elements.insert(index, part(source, sourceIndex, count));
    }

    /**
     * Inserts elements of another array, or of this one as it is before.
     *
     * @param index where the first of them will be
     * @param source that array
     * @param sourceIndex the first of its elements to insert
     * @param count how many to insert
     * @throws IndexOutOfBoundsException if it has no such elements, or unless {@code 0 <= index <= length}
     * @throws OutOfMemoryError if the heap has no memory for them; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void insertAll(long index, S source, long sourceIndex, long count) {
        requirePosition(index);
        OffHeapArray<A, S> other = source;
        elements.insert(index, other.elements, other.rangeOf(sourceIndex, count), count);
    }

    /**
     * Inserts the elements that a segment consists of.
     *
     * @param index where the first of them will be
     * @param source the segment, in the byte order of the machine
     * @throws IllegalArgumentException if its size is not a multiple of an element's
     * @throws IndexOutOfBoundsException unless {@code 0 <= index <= length}
     * @throws OutOfMemoryError if the heap has no memory for them; nothing has changed then
     * @throws UnsupportedOperationException if this is a slice
     */
    public final void insertAll(long index, MemorySegment source) {
        requirePosition(index);
        requireElements(source);
        elements.insert(index, source);
    }

    /**
     * Copies elements of a Java array into this one.
     *
     * @param source the other array
     * @param sourceIndex the first of its elements to copy
     * @param index where that goes to
     * @param count how many to copy
     * @throws IndexOutOfBoundsException if either array has no such elements; nothing has changed then
     */
    public final void copyFrom(A source, int sourceIndex, long index, int count) {
        elements.requireOpen();
        MemorySegment part = part(source, sourceIndex, count);
        elements.write(rangeOf(index, count), part);
    }

    /**
     * Copies elements of another array into this one, or of this one, and those may overlap.
     *
     * @param source the other array
     * @param sourceIndex the first of its elements to copy
     * @param index where that goes to
     * @param count how many to copy
     * @throws IndexOutOfBoundsException if either array has no such elements; nothing has changed then
     */
    public final void copyFrom(S source, long sourceIndex, long index, long count) {
        OffHeapArray<A, S> other = source;
        long from = other.rangeOf(sourceIndex, count);
        elements.write(rangeOf(index, count), other.elements, from, count);
    }

    /**
     * Copies the elements that a segment consists of into this array.
     *
     * @param source the segment, in the byte order of the machine
     * @param index where its first element goes to
     * @throws IllegalArgumentException if its size is not a multiple of an element's
     * @throws IndexOutOfBoundsException if this array has not so many elements there; nothing has changed then
     */
    public final void copyFrom(MemorySegment source, long index) {
        long size = requireElements(source);
        elements.write(rangeOf(index, size), source);
    }

    /**
     * Copies elements of this array into a Java array.
     *
     * @param index the first element to copy
     * @param target the other array
     * @param targetIndex where that goes to
     * @param count how many to copy
     * @throws IndexOutOfBoundsException if either array has no such elements; nothing has changed then
     */
    public final void copyTo(long index, A target, int targetIndex, int count) {
        elements.requireOpen();
        MemorySegment part = part(target, targetIndex, count);
        elements.read(rangeOf(index, count), part);
    }

    /**
     * Copies elements of this array into another one, or into this one, and those may overlap.
     *
     * @param index the first element to copy
     * @param target the other array
     * @param targetIndex where that goes to
     * @param count how many to copy
     * @throws IndexOutOfBoundsException if either array has no such elements; nothing has changed then
     */
    public final void copyTo(long index, S target, long targetIndex, long count) {
        OffHeapArray<A, S> other = target;
        long from = rangeOf(index, count);
        other.elements.write(other.rangeOf(targetIndex, count), elements, from, count);
    }

    /**
     * Copies as many elements of this array into a segment as it has room for.
     *
     * @param index the first element to copy
     * @param target the segment, which gets them in the byte order of the machine
     * @throws IllegalArgumentException if its size is not a multiple of an element's
     * @throws IndexOutOfBoundsException if this array has not so many elements there; nothing has changed then
     */
    public final void copyTo(long index, MemorySegment target) {
        long size = requireElements(target);
        elements.read(rangeOf(index, size), target);
    }

    /**
     * Sorts all elements, in the order of {@link java.util.Arrays#sort(int[])}; for floats and doubles, -0.0 is less
     * than 0.0, and NaN greater than anything else.
     *
     * <p>It takes as much of the Java heap as a copy of the elements would, but 4 MiB at the most; if there are more,
     * also 1 MiB of the array's heap.
     *
     * @throws OutOfMemoryError if either has no memory for that; the elements are the same ones then, in some order
     * @throws java.util.ConcurrentModificationException if it finds that another thread has changed elements meanwhile;
     *     what elements there are then is unspecified
     */
    public final void sort() {
        sort(0, length());
    }

    /**
     * Sorts some elements, as {@link #sort()} does.
     *
     * @param from the first one
     * @param to the one behind the last one
     * @throws IndexOutOfBoundsException unless {@code 0 <= from <= to <= length}
     * @throws OutOfMemoryError as {@link #sort()}
     * @throws java.util.ConcurrentModificationException as {@link #sort()}
     */
    public final void sort(long from, long to) {
        new ElementSort<>(this, range(from, to), offset + to, false).run();
    }

    /**
     * Sorts all elements, as {@link #sort()} does, by the threads of the common pool, each of which takes as much
     * memory. One thread divides the elements for the others; bytes and shorts it sorts alone.
     *
     * @throws OutOfMemoryError as {@link #sort()}
     * @throws java.util.ConcurrentModificationException as {@link #sort()}
     */
    public final void parallelSort() {
        parallelSort(0, length());
    }

    /**
     * Sorts some elements, as {@link #parallelSort()} does.
     *
     * @param from the first one
     * @param to the one behind the last one
     * @throws IndexOutOfBoundsException unless {@code 0 <= from <= to <= length}
     * @throws OutOfMemoryError as {@link #sort()}
     * @throws java.util.ConcurrentModificationException as {@link #sort()}
     */
    public final void parallelSort(long from, long to) {
        new ElementSort<>(this, range(from, to), offset + to, true).run();
    }

    /**
     * All elements in an array of Java.
     *
     * @return the new array
     * @throws OutOfMemoryError if there are more elements than such an array can have, or the Java heap can hold
     */
    public final A toArray() {
        long length = length();
        if (length > Integer.MAX_VALUE) {
            throw new OutOfMemoryError("no Java array has " + length + " elements");
        }
        A array = newOnHeap((int) length);
        copyTo(0, array, 0, (int) length);
        return array;
    }

    /**
     * The elements as a segment, to be handed to code that takes one, in the byte order of the machine. Nothing is
     * copied. It keeps its memory as long as anybody refers to it.
     *
     * <p>It is the array's elements until the array becomes longer than it has room for, or is closed. From then on its
     * elements are others than the array's: old ones, or zero, and what is written to it changes nothing else.
     *
     * @return the segment
     */
    public final MemorySegment segment() {
        long length = length();
        return elements.view(range(0, length), length);
    }

    /**
     * The first index at which this array and another one differ.
     *
     * @param other the other array
     * @return that index, which is the shorter one's length if it is the beginning of the longer one; -1 if they are
     *     equal
     */
    public final long mismatch(S other) {
        return firstDifference(other);
    }

    private long firstDifference(OffHeapArray<?, ?> other) {
        long length = length();
        long otherLength = other.length();
        long common = Math.min(length, otherLength);
        long found = elements.mismatch(range(0, common), other.elements, other.range(0, common), common);
        return found < 0 && length != otherLength ? common : found;
    }

    /**
     * Writes the elements to a channel, from which {@code load} reads them. All numbers are little-endian:
     *
     * <pre>
     *   0  "memarray"
     *   8  version: 1
     *   9  type of the elements: 1 byte, 2 short, 3 int, 4 long, 5 float, 6 double
     *  10  byte order of the elements: 1, little-endian
     *  11  zeros
     *  16  length, 8 bytes: how many elements there are
     *  24  zeros
     *  28  CRC-32C of the 28 bytes before
     *  32  the elements
     *      CRC-32C of the elements, 4 bytes
     * </pre>
     *
     * <p>Whatever follows is not read: a channel can hold several arrays, one behind the other.
     *
     * @param channel where to write to; it stays open
     * @throws java.io.IOException if the channel throws that; a part may have been written then
     * @throws java.nio.channels.IllegalBlockingModeException if the channel does not block
     * @throws java.util.ConcurrentModificationException if the length was changed meanwhile
     */
    public final void save(WritableByteChannel channel) throws IOException {
        ArrayFile.save(this, channel);
    }

    /**
     * Whether the other object is an array of this class with equal elements in the same order, as for lists.
     *
     * @param object the other one
     * @return whether that is so
     */
    @Override
    public final boolean equals(Object object) {
        return object == this || object instanceof OffHeapArray<?, ?> other
            && other.elements.type() == elements.type() && firstDifference(other) < 0;
    }

    /**
     * The hash code of the elements, which {@link java.util.Arrays#hashCode(int[])} and a list of them have as well.
     * It changes with them, and takes time in proportion to the length.
     *
     * @return the hash code
     */
    @Override
    public final int hashCode() {
        long length = length();
        int hash = 1;
        A piece = null;
        int size = 0;
        int power = 0;
        for (long done = 0; done < length; done += size) {
            int next = (int) Math.min(PIECE, length - done);
            if (next != size) {
                size = next;
                piece = newOnHeap(size);
                power = power(31, size);
            }
            copyTo(done, piece, 0, size);
            hash = (hash - 1) * power + hashOf(piece);
        }
        return hash;
    }

    /**
     * The first hundred elements, and how many there are beyond.
     *
     * @return such as {@code [1, 2, 3]}, or {@code [1, 2, 3, … 97 more]}
     */
    @Override
    public final String toString() {
        long length = length();
        A first = newOnHeap((int) Math.min(length, WRITTEN));
        copyTo(0, first, 0, (int) Math.min(length, WRITTEN));
        String text = textOf(first);
        return length <= WRITTEN ? text
            : text.substring(0, text.length() - 1) + ", … " + (length - WRITTEN) + " more]";
    }

    /**
     * Gives the memory back to the heap. Closing again does nothing, nor does closing a slice.
     *
     * @throws OutOfMemoryError if the operating system refuses to take it back; closing again tries it again
     * @throws IllegalStateException if the heap finds that memory around the array's was overwritten
     */
    @Override
    public final void close() {
        if (!isSlice()) {
            elements.close();
        }
    }

    /** The index of the first element that has a key; -1 if none has. */
    final long firstIndex(long key) {
        long length = length();
        long found = elements.indexOf(range(0, length), length, key);
        return found < 0 ? found : found - offset;
    }

    /** The index of one of some elements that has a key; if none has, -1 less the index where it would have to be. */
    final long indexAmong(long from, long to, long key) {
        long found = elements.binarySearch(range(from, to), to - from, key);
        return found < 0 ? found + offset : found - offset;
    }

    /** The elements, by their indexes in the storage: see {@link #at}. */
    final Elements elements() {
        return elements;
    }

    /** The elements, for what makes the array longer. */
    final Elements growing() {
        requireNoSlice();
        return elements;
    }

    /** Where in the storage an element is. */
    final long at(long index) {
        try {
            return offset + Objects.checkIndex(index, bound()); // which the JIT makes one comparison of
        } catch (IndexOutOfBoundsException e) {
            elements.requireOpen();
            throw new IndexOutOfBoundsException("index " + index + ", " + lengths());
        }
    }

    /** Where in the storage a range begins. */
    final long range(long from, long to) {
        elements.requireOpen();
        if (from < 0 || from > to || to > bound()) {
            throw new IndexOutOfBoundsException("from index " + from + " to " + to + ", " + lengths());
        }
        return offset + from;
    }

    /** Makes room for an element before another one. */
    final void openGap(long index) {
        requirePosition(index);
        elements.openGap(index, 1);
    }

    private void requirePosition(long index) {
        requireNoSlice();
        elements.requireOpen();
        if (index < 0 || index > elements.length()) {
            throw new IndexOutOfBoundsException("index " + index + ", " + lengths());
        }
    }

    private long rangeOf(long index, long count) {
        elements.requireOpen();
        if (count < 0 || index < 0 || index > bound() - count) {
            throw new IndexOutOfBoundsException(count + " elements from index " + index + ", " + lengths());
        }
        return offset + index;
    }

    /** How many elements are there: fewer than a slice's length, or even less than 0, if its array was shortened. */
    private long bound() {
        return Math.min(count, elements.length() - offset);
    }

    private String lengths() {
        return !isSlice() ? "length " + elements.length()
            : "length " + count + (bound() == count ? "" : ", of which the array has " + Math.max(0, bound()));
    }

    private MemorySegment part(A array, int index, int count) {
        MemorySegment all = segmentOf(array);
        int shift = elements.type().shift;
        Objects.checkFromIndexSize(index, count, (int) (all.byteSize() >> shift));
        return all.asSlice((long) index << shift, (long) count << shift);
    }

    /** How many elements a segment consists of. */
    private long requireElements(MemorySegment segment) {
        int shift = elements.type().shift;
        if ((segment.byteSize() & (1 << shift) - 1) != 0) {
            throw new IllegalArgumentException(
                segment.byteSize() + " bytes are no whole elements, which have " + (1 << shift) + " each");
        }
        return segment.byteSize() >> shift;
    }

    private void requireNoSlice() {
        if (isSlice()) {
            throw new UnsupportedOperationException("a slice has a fixed length");
        }
    }

    private static int power(int base, int exponent) {
        int power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= base;
        }
        return power;
    }
}
