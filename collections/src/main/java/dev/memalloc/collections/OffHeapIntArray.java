package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ConcurrentModificationException;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.StringJoiner;
import java.util.function.IntConsumer;
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
 * <p>Ints are in the byte order of the machine. What the array is made or resized to is zero.
 *
 * <p><b>Cost.</b> An access costs what one to an {@code int[]} costs, and a little for the check that the memory is
 * still there. {@link #add} takes constant time on average: the array grows by half, a large one without copying, or,
 * where the heap has no memory for so much, by what is needed. {@link #resize} writes all elements that it adds.
 *
 * <p><b>Failure.</b> What cannot get its memory throws {@link OutOfMemoryError}, and the array is as it was. An index
 * outside of the array throws {@link IndexOutOfBoundsException} with the index and the length.
 *
 * <p><b>Threads.</b> One at a time, or several that only read and write elements of their own. Nobody watches that:
 * a thread that reads or writes while another one adds, resizes, trims or closes may reach memory that is not the
 * array's any more, which can damage other data or end the JVM.
 *
 * <p><b>Closing.</b> {@link #close()} gives the memory back; afterwards all other methods, but {@code equals} with
 * itself, throw {@link IllegalStateException}. So does every access once the heap was closed, by any
 * thread. An array that is not closed gives it back some time after it became unreachable. Streams and iterators keep
 * it reachable; segments do not.
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
public final class OffHeapIntArray implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final long LENGTH_MAX = Long.MAX_VALUE / Integer.BYTES;
    private static final long ROOM_MIN = 16;
    /** Bytes copied at once when filling: what stays in a processor's cache. */
    private static final long COPIED = 16 << 10;
    /** How many elements {@link #toString} writes out. */
    private static final long WRITTEN = 100;

    private final Heap heap;
    private final Storage storage;
    /** 0 once closed, so that the check of an index finds that out as well. */
    private long length;
    /** How often the length was changed or the block moved. */
    private int changes;
    private boolean closed;

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
        this.heap = Objects.requireNonNull(heap, "heap");
        storage = new Storage(heap);
        requireLength(length);
        storage.allocateZeroed(length * Integer.BYTES);
        this.length = length;
    }

    /**
     * How many elements there are.
     *
     * @return that number
     */
    public long length() {
        requireOpen();
        return length;
    }

    /**
     * How many bytes the array has taken from its heap, without the 8 that the heap adds to a block.
     *
     * @return that number
     */
    public long sizeInBytes() {
        requireOpen();
        return storage.size();
    }

    /**
     * Reads an element.
     *
     * @param index which one
     * @return its value
     */
    public int get(long index) {
        try {
            requireIndex(index);
            return storage.bytes().getAtIndex(INT, index);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes an element.
     *
     * @param index which one
     * @param value its value from now on
     */
    public void set(long index, int value) {
        try {
            requireIndex(index);
            storage.bytes().setAtIndex(INT, index, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Appends an element; the array is one longer then.
     *
     * @param value the element
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public void add(int value) {
        try {
            if (length == room()) {
                grow();
            }
            storage.bytes().setAtIndex(INT, length, value);
            length++;
            changes++;
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Makes the array longer, with zeros, or shorter. A shorter one keeps its memory for growing again: see
     * {@link #trimToSize}. A longer one takes just what it needs.
     *
     * @param newLength how many elements it shall have
     * @throws IllegalArgumentException if the length is negative
     * @throws OutOfMemoryError if the heap has no memory for it; nothing has changed then
     */
    public void resize(long newLength) {
        try {
            requireOpen();
            requireLength(newLength);
            if (newLength > room()) {
                storage.resize(newLength * Integer.BYTES);
            }
            if (newLength > length) {
                fill(bytes(length, newLength), 0);
            }
            length = newLength;
            changes++;
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Gives room for more elements than there are back to the heap.
     *
     * @throws OutOfMemoryError if the heap has no memory to move the array to; nothing has changed then
     */
    public void trimToSize() {
        try {
            requireOpen();
            if (length == 0) {
                storage.free();
            } else {
                storage.resize(length * Integer.BYTES);
            }
            changes++;
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Sets all elements.
     *
     * @param value their value from now on
     */
    public void fill(int value) {
        fill(0, length, value);
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
        try {
            requireRange(from, to);
            fill(bytes(from, to), value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Copies elements of an array into this one.
     *
     * @param source the other array
     * @param sourceIndex the first of its elements to copy
     * @param index where that goes to
     * @param count how many to copy
     * @throws IndexOutOfBoundsException if either array has no such elements; nothing has changed then
     */
    public void copyFrom(int[] source, int sourceIndex, long index, int count) {
        try {
            requireOpen();
            Objects.checkFromIndexSize(sourceIndex, count, source.length);
            requireRangeOf(index, count);
            MemorySegment.copy(source, sourceIndex, storage.bytes(), INT, index * Integer.BYTES, count);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Copies elements of this array into another one.
     *
     * @param index the first element to copy
     * @param target the other array
     * @param targetIndex where that goes to
     * @param count how many to copy
     * @throws IndexOutOfBoundsException if either array has no such elements; nothing has changed then
     */
    public void copyTo(long index, int[] target, int targetIndex, int count) {
        try {
            requireOpen();
            Objects.checkFromIndexSize(targetIndex, count, target.length);
            requireRangeOf(index, count);
            MemorySegment.copy(storage.bytes(), INT, index * Integer.BYTES, target, targetIndex, count);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * All elements in an array of Java.
     *
     * @return the new array
     * @throws OutOfMemoryError if there are more elements than such an array can have, or the Java heap can hold
     */
    public int[] toArray() {
        requireOpen();
        if (length > Integer.MAX_VALUE) {
            throw new OutOfMemoryError("no int[] has " + length + " elements");
        }
        int[] array = new int[(int) length];
        copyTo(0, array, 0, array.length);
        return array;
    }

    /**
     * The elements as a stream; as for a list, it is the elements that are there when the terminal operation begins.
     * It throws {@link ConcurrentModificationException} if it finds that the array was resized or moved meanwhile.
     *
     * @return the stream, sequential
     */
    public IntStream stream() {
        requireOpen();
        return StreamSupport.intStream(() -> new Elements(0, length(), changes),
            Spliterator.ORDERED | Spliterator.SIZED | Spliterator.SUBSIZED | Spliterator.NONNULL, false);
    }

    /**
     * An iterator over the elements. It throws {@link ConcurrentModificationException} once the array was resized or
     * moved.
     *
     * @return the iterator
     */
    public PrimitiveIterator.OfInt iterator() {
        requireOpen();
        return new PrimitiveIterator.OfInt() {
            private final int expected = changes;
            private long next;

            @Override
            public boolean hasNext() {
                requireOpen();
                return next < length;
            }

            @Override
            public int nextInt() {
                requireOpen();
                requireChanges(expected);
                if (next >= length) {
                    throw new NoSuchElementException();
                }
                return get(next++);
            }
        };
    }

    /**
     * The elements as a segment, to be handed to code that takes one: {@code 4 * length} bytes, in the byte order of
     * the machine. Nothing is copied.
     *
     * <p>It may be used until the next {@link #add}, {@link #resize}, {@link #trimToSize} or {@link #close}, and as
     * long as this array is reachable, which the segment does not see to. Beyond that nobody watches: what it reads
     * and writes then may belong to somebody else, or be no memory any more. Once the heap is closed, it throws.
     *
     * @return the segment
     */
    public MemorySegment segment() {
        requireOpen();
        return bytes(0, length);
    }

    /**
     * Whether the other object is an array of this class with the same elements in the same order, as for lists.
     *
     * @param object the other one
     * @return whether that is so
     */
    @Override
    public boolean equals(Object object) {
        if (object == this) {
            return true;
        }
        if (!(object instanceof OffHeapIntArray other)) {
            return false;
        }
        try {
            return length() == other.length() && segment().mismatch(other.segment()) == -1;
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(other);
        }
    }

    /**
     * The hash code of the elements, which {@link java.util.Arrays#hashCode(int[])} and a list of them have as well.
     * It changes with them, and takes time in proportion to the length.
     *
     * @return the hash code
     */
    @Override
    public int hashCode() {
        requireOpen();
        int hash = 1;
        for (long i = 0; i < length; i++) {
            hash = 31 * hash + get(i);
        }
        return hash;
    }

    /**
     * The first hundred elements, and how many there are beyond.
     *
     * @return such as {@code [1, 2, 3]}, or {@code [1, 2, 3, … 97 more]}
     */
    @Override
    public String toString() {
        requireOpen();
        StringJoiner joiner = new StringJoiner(", ", "[", "]");
        for (long i = 0; i < Math.min(length, WRITTEN); i++) {
            joiner.add(Integer.toString(get(i)));
        }
        if (length > WRITTEN) {
            joiner.add("… " + (length - WRITTEN) + " more");
        }
        return joiner.toString();
    }

    /**
     * Gives the memory back to the heap. Closing again does nothing.
     *
     * @throws OutOfMemoryError if the operating system refuses to take it back; closing again tries it again
     * @throws IllegalStateException if the heap finds that memory around the array's was overwritten
     */
    @Override
    public void close() {
        try {
            closed = true;
            length = 0;
            storage.free();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** How many elements there is memory for. */
    private long room() {
        return storage.size() / Integer.BYTES;
    }

    private void grow() {
        requireOpen();
        long room = room();
        storage.grow(Math.max(ROOM_MIN, room + room / 2) * Integer.BYTES, (length + 1) * Integer.BYTES);
    }

    private MemorySegment bytes(long from, long to) {
        return storage.bytes().asSlice(from * Integer.BYTES, (to - from) * Integer.BYTES);
    }

    /** Writes the value once, and then what is written already behind itself, twice as much each time. */
    private static void fill(MemorySegment range, int value) {
        long size = range.byteSize();
        if (size > 0) {
            range.set(INT, 0, value);
        }
        for (long done = Integer.BYTES; done < size;) {
            long step = Math.min(Math.min(done, COPIED), size - done);
            MemorySegment.copy(range, 0, range, done, step);
            done += step;
        }
    }

    /** What says why, if it is because of the heap. */
    private IllegalStateException explained(IllegalStateException e) {
        return !closed && Storage.isClosed(heap) ? new IllegalStateException("the array's heap is closed", e) : e;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the array is closed");
        }
    }

    private void requireChanges(int expected) {
        if (changes != expected) {
            throw new ConcurrentModificationException("the array was resized or moved");
        }
    }

    private void requireIndex(long index) {
        if (index < 0 || index >= length) {
            requireOpen();
            throw new IndexOutOfBoundsException("index " + index + ", length " + length);
        }
    }

    private void requireRange(long from, long to) {
        requireOpen();
        if (from < 0 || from > to || to > length) {
            throw new IndexOutOfBoundsException("from index " + from + " to " + to + ", length " + length);
        }
    }

    private void requireRangeOf(long index, int count) {
        if (index < 0 || index > length - count) {
            throw new IndexOutOfBoundsException(count + " elements from index " + index + ", length " + length);
        }
    }

    private static void requireLength(long length) {
        if (length < 0) {
            throw new IllegalArgumentException("a length must not be negative: " + length);
        }
        if (length > LENGTH_MAX) {
            throw new OutOfMemoryError(length + " ints are more bytes than a long can count");
        }
    }

    /** A range of the elements, for streams. */
    private final class Elements implements Spliterator.OfInt {
        private long next;
        private final long end;
        private final int expected;

        Elements(long next, long end, int expected) {
            this.next = next;
            this.end = end;
            this.expected = expected;
        }

        @Override
        public boolean tryAdvance(IntConsumer action) {
            Objects.requireNonNull(action, "action");
            if (next >= end) {
                return false;
            }
            requireChanges(expected);
            action.accept(get(next++));
            return true;
        }

        @Override
        public void forEachRemaining(IntConsumer action) {
            Objects.requireNonNull(action, "action");
            while (next < end) {
                requireChanges(expected);
                action.accept(get(next++));
            }
        }

        @Override
        public Spliterator.OfInt trySplit() {
            long from = next;
            long middle = from + (end - from) / 2;
            if (middle == from) {
                return null;
            }
            next = middle;
            return new Elements(from, middle, expected);
        }

        @Override
        public long estimateSize() {
            return end - next;
        }

        @Override
        public int characteristics() {
            return ORDERED | SIZED | SUBSIZED | NONNULL;
        }
    }
}
