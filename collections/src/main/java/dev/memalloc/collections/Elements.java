package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ConcurrentModificationException;

/**
 * The elements of an array, which its slices share: a storage, and how many of them are in it.
 *
 * <p>An index here counts from the start of the storage, and is compared with what the block has, not with the length:
 * whoever calls has done that. A method takes the block once and keeps it reachable, so that it reads and writes bytes
 * of the array alone, whatever other threads do to it meanwhile. What the thread that made the array does itself is not
 * held up by that: so while a block is in use, no code of somebody else's is called, or {@link #requireSame} after it.
 *
 * <pre>
 *  length &lt;&lt; type.shift  &lt;=  storage.size()
 * </pre>
 */
final class Elements {
    /** The fewest bytes that are taken for appending. */
    private static final long GROWN_MIN = 64;
    /** What has more bytes grows by a small part: growing a mapping does not copy. */
    private static final long GROWN_BY_HALF_MAX = 4 << 20;
    private static final long GROWN_BY_PART_MIN = GROWN_BY_HALF_MAX / 2;
    private static final long GROWN_PART = 32;
    /** The most bytes that are copied at once: a thread reaches no safepoint meanwhile. */
    private static final long COPIED_MAX = 1 << 20;
    private static final int FILLED_MAX = 1 << 20;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final ElementType type;
    private final Heap heap;
    private final Storage storage;
    /** 0 once closed, so that the check of an index finds that out as well. */
    private long length;
    /** How often the length was changed or the block moved. */
    private int changes;
    private boolean closed;

    /** That many zeros. */
    Elements(ElementType type, Heap heap, long length) {
        this.type = type;
        this.heap = heap;
        storage = new Storage(heap);
        requireLength(length);
        storage.allocateZeroed(length << type.shift);
        this.length = length;
    }

    ElementType type() {
        return type;
    }

    /** 0, once closed. */
    long length() {
        return length;
    }

    int changes() {
        return changes;
    }

    /** See {@link Storage#block}. */
    Block block() {
        return storage.block();
    }

    long sizeInBytes() {
        requireOpen();
        return storage.size();
    }

    byte getByte(long index) {
        Block block = storage.block();
        try {
            return block.bytes().get(BYTE, index);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    void setByte(long index, byte value) {
        Block block = storage.block();
        try {
            block.bytes().set(BYTE, index, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    short getShort(long index) {
        Block block = storage.block();
        try {
            return block.bytes().get(SHORT, index << 1);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    void setShort(long index, short value) {
        Block block = storage.block();
        try {
            block.bytes().set(SHORT, index << 1, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** An int, or the bits of a float. */
    int getInt(long index) {
        Block block = storage.block();
        try {
            return block.bytes().get(INT, index << 2);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    void setInt(long index, int value) {
        Block block = storage.block();
        try {
            block.bytes().set(INT, index << 2, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** A long, or the bits of a double. */
    long getLong(long index) {
        Block block = storage.block();
        try {
            return block.bytes().get(LONG, index << 3);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    void setLong(long index, long value) {
        Block block = storage.block();
        try {
            block.bytes().set(LONG, index << 3, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** Copies the elements from an index on over all of a segment. */
    void read(long index, MemorySegment target) {
        Block block = storage.block();
        try {
            copy(block.bytes(), index << type.shift, target, 0, target.byteSize());
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** Copies all of a segment over the elements from an index on. */
    void write(long index, MemorySegment source) {
        Block block = storage.block();
        try {
            copy(source, 0, block.bytes(), index << type.shift, source.byteSize());
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** Copies some elements of another array, of the same type, or of this one. */
    void write(long index, Elements other, long otherIndex, long count) {
        Block block = other.storage.block();
        try {
            write(index, other.bytes(block, otherIndex, count));
        } catch (IllegalStateException e) {
            throw other.explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** Sets some elements to one whose bits are given. */
    void fill(long index, long count, long bits) {
        Block block = storage.block();
        try {
            fill(bytes(block, index, count), type.pattern(bits));
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** The first of some elements that is not equal to its counterpart of another array of this type, or -1. */
    long mismatch(long index, Elements other, long otherIndex, long count) {
        Block block = storage.block();
        Block otherBlock = other.storage.block();
        try {
            MemorySegment bytes = bytes(block, index, count);
            MemorySegment otherBytes = other.bytes(otherBlock, otherIndex, count);
            for (long i = 0; i < count; i++) {
                long differing = bytes.asSlice(i << type.shift).mismatch(otherBytes.asSlice(i << type.shift));
                if (differing < 0) {
                    return -1;
                }
                i += differing >> type.shift;
                if (type.keyAt(bytes, i) != type.keyAt(otherBytes, i)) { // and not one NaN and another
                    return i;
                }
            }
            return -1;
        } catch (IllegalStateException e) {
            throw other.explained(explained(e));
        } finally {
            Reference.reachabilityFence(block);
            Reference.reachabilityFence(otherBlock);
        }
    }

    /** Some elements as a segment for users of the array, who may keep it for as long as they like. */
    MemorySegment view(long index, long count) {
        try {
            return storage.view().asSlice(index << type.shift, count << type.shift);
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    /** Some elements as they are in a block, for those who keep that reachable. */
    MemorySegment bytes(Block block, long index, long count) {
        return block.bytes().asSlice(index << type.shift, count << type.shift);
    }

    /** Where the next element is to be written that is appended: there is room for one. */
    long end() {
        long end = length;
        if (end + 1 << type.shift > storage.size()) {
            makeRoom(1);
        }
        return end;
    }

    /** One has been appended. */
    void lengthen() {
        length++;
        changes++;
    }

    /** Makes room before an element for others, whose values are unspecified. */
    void openGap(long index, long count) {
        makeRoom(count);
        long from = index << type.shift;
        move(from, from + (count << type.shift), (length << type.shift) - from);
        length += count;
        changes++;
    }

    /** Inserts all of a segment before an element. It may be some of this array's own. */
    void insert(long index, MemorySegment source) {
        long own = ownOffset(source);
        long size = source.byteSize();
        long start = index << type.shift;
        long rest = (length << type.shift) - start;
        openGap(index, size >> type.shift);
        try {
            if (own < 0) {
                write(index, source);
            } else { // what was before the gap is where it was; the rest is behind the gap
                long before = Math.clamp(start - own, 0, size);
                move(own, start, before);
                move(own + before + size, start + before, size - before);
            }
        } catch (RuntimeException | Error e) {
            move(start + size, start, rest);
            length -= size >> type.shift;
            throw e;
        }
    }

    /** Inserts some elements of another array, of the same type, or of this one. */
    void insert(long index, Elements other, long otherIndex, long count) {
        Block block = other.storage.block();
        try {
            insert(index, other.bytes(block, otherIndex, count));
        } catch (IllegalStateException e) {
            throw other.explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** Removes elements. */
    void remove(long index, long count) {
        long end = index + count << type.shift;
        move(end, index << type.shift, (length << type.shift) - end);
        length -= count;
        changes++;
    }

    /** See {@link OffHeapArray#resize}. */
    void resize(long newLength) {
        requireOpen();
        requireLength(newLength);
        try {
            boolean zeroed = storage.size() == 0;
            if (newLength << type.shift > storage.size()) {
                storage.resize(newLength << type.shift);
            }
            if (newLength > length && !zeroed) {
                fill(length, newLength - length, 0);
            }
            length = newLength;
            changes++;
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    /** See {@link OffHeapArray#ensureCapacity}. */
    void ensureCapacity(long capacity) {
        requireOpen();
        requireLength(capacity);
        try {
            if (capacity << type.shift > storage.size()) {
                storage.resize(capacity << type.shift);
                changes++;
            }
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    /** See {@link OffHeapArray#trimToSize}. */
    void trim() {
        requireOpen();
        try {
            if (length == 0) {
                storage.free();
            } else {
                storage.resize(length << type.shift);
            }
            changes++;
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    void close() {
        closed = true;
        length = 0;
        changes++;
        storage.free();
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the array is closed");
        }
    }

    /** To be called before each use of {@code bytes} of a block after code that may have changed the array. */
    static void requireSame(Block block, MemorySegment bytes) {
        if (block.bytes() != bytes) {
            throw changed();
        }
    }

    void requireChanges(int expected) {
        if (changes != expected) {
            throw changed();
        }
    }

    private static ConcurrentModificationException changed() {
        return new ConcurrentModificationException("the array was resized or moved");
    }

    /** What says why, if it is because of the heap. */
    IllegalStateException explained(IllegalStateException e) {
        return !closed && Storage.isClosed(heap) ? new IllegalStateException("the array's heap is closed", e) : e;
    }

    private void makeRoom(long count) {
        requireOpen();
        if (count > type.lengthMax() - length) {
            throw new OutOfMemoryError(type.words(length) + " and " + count + " are more bytes than a long can count");
        }
        try {
            long size = storage.size();
            long needed = length + count << type.shift;
            if (needed > size) {
                storage.grow(Math.max(needed, grown(size)), needed);
            }
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    private static long grown(long size) {
        long part = size <= GROWN_BY_HALF_MAX ? size / 2 : Math.max(GROWN_BY_PART_MIN, size / GROWN_PART);
        return Math.max(GROWN_MIN, size + part);
    }

    private void requireLength(long length) {
        if (length < 0) {
            throw new IllegalArgumentException("a length must not be negative: " + length);
        }
        if (length > type.lengthMax()) {
            throw new OutOfMemoryError(type.words(length) + " are more bytes than a long can count");
        }
    }

    /** Where in the block a segment is that is one of its bytes; -1 if it is of other memory. */
    private long ownOffset(MemorySegment segment) {
        Block block = storage.block();
        try {
            MemorySegment bytes = block.bytes();
            long offset = segment.address() - bytes.address();
            if (!segment.isNative() || offset < 0 || offset >= bytes.byteSize()) {
                return -1;
            }
            if (offset + segment.byteSize() > length << type.shift) {
                throw new IndexOutOfBoundsException("the segment has bytes behind the array's last element");
            }
            return offset;
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** Copies bytes within the block. */
    private void move(long from, long to, long size) {
        Block block = storage.block();
        try {
            copy(block.bytes(), from, block.bytes(), to, size);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** The ranges may overlap. */
    private static void copy(MemorySegment source, long from, MemorySegment target, long to, long size) {
        if (size <= COPIED_MAX) {
            MemorySegment.copy(source, from, target, to, size);
        } else if (source.address() + from >= target.address() + to) {
            for (long done = 0; done < size; done += COPIED_MAX) {
                MemorySegment.copy(source, from + done, target, to + done, Math.min(COPIED_MAX, size - done));
            }
        } else {
            for (long left = size; left > 0; left -= COPIED_MAX) {
                long step = Math.min(COPIED_MAX, left);
                MemorySegment.copy(source, from + left - step, target, to + left - step, step);
            }
        }
    }

    /** Fills by 8 bytes, in a loop that the JIT vectorizes. */
    private static void fill(MemorySegment range, long pattern) {
        long size = range.byteSize();
        for (long done = 0; done < size - Long.BYTES + 1; done += FILLED_MAX) {
            int step = (int) Math.min(FILLED_MAX, size - done) / Long.BYTES;
            for (int i = 0; i < step; i++) {
                range.set(ValueLayout.JAVA_LONG_UNALIGNED, done + (long) i * Long.BYTES, pattern);
            }
        }
        long rest = size % Long.BYTES;
        MemorySegment.copy(MemorySegment.ofArray(new long[] {pattern}), 0, range, size - rest, rest);
    }
}
