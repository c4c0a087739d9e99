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
final class Elements extends ElementAccess {
    /** The fewest bytes that are taken for appending. */
    private static final long GROWN_MIN = 64;
    /** What has more bytes grows by a small part: growing a mapping does not copy. */
    private static final long GROWN_BY_HALF_MAX = 4 << 20;
    private static final long GROWN_PART = 32;
    /** Large arrays have a multiple of a huge page, which Linux can then map, and move as a whole. */
    private static final long HUGE_PAGE = 2 << 20;
    /** The most bytes that are copied at once: a thread reaches no safepoint meanwhile. */
    private static final long COPIED_MAX = 1 << 20;
    private static final int FILLED_MAX = 1 << 20;

    private final ElementType type;
    /** 0 once closed, so that the check of an index finds that out as well. */
    private long length;
    /** How often the elements or the block were changed but by appending: that changes the length. */
    private int changes;

    /** That many zeros. */
    Elements(ElementType type, Heap heap, long length) {
        super(heap);
        this.type = type;
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

    long sizeInBytes() {
        requireOpen();
        return storage.size();
    }

    /** Copies the elements from an index on over all of a segment. */
    void read(long index, MemorySegment target) {
        Block block = block();
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
        Block block = block();
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
        Block block = other.block();
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
        Block block = block();
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
        Block block = block();
        Block otherBlock = other.block();
        try {
            MemorySegment bytes = bytes(block, index, count);
            MemorySegment otherBytes = other.bytes(otherBlock, otherIndex, count);
            for (long i = 0; i < count; i++) {
                long differing = bytes.asSlice(i << type.shift).mismatch(otherBytes.asSlice(i << type.shift));
                if (differing < 0) {
                    return -1;
                }
                i += differing >> type.shift;
                if (!type.isFloating()
                        || type.key(type.bitsAt(bytes, i)) != type.key(type.bitsAt(otherBytes, i))) { // no two NaNs
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

    /** The first of some elements that has a key, or -1: see {@link ElementType#key(long)}. */
    long indexOf(long index, long count, long key) {
        Block block = block();
        try {
            MemorySegment bytes = bytes(block, index, count);
            for (long i = 0; i < count; i++) {
                if (type.key(type.bitsAt(bytes, i)) == key) {
                    return index + i;
                }
            }
            return -1;
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** One of some elements, which are sorted, that has a key; if there is none, -1 less where it would be inserted. */
    long binarySearch(long index, long count, long key) {
        Block block = block();
        try {
            MemorySegment bytes = block.bytes();
            long low = index;
            long high = index + count - 1;
            while (low <= high) {
                long middle = low + high >>> 1;
                long found = type.key(type.bitsAt(bytes, middle));
                if (found == key) {
                    return middle;
                }
                low = found < key ? middle + 1 : low;
                high = found < key ? high : middle - 1;
            }
            return -1 - low;
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
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

    /** Whether there is room for one more element. */
    boolean hasRoom() {
        return length + 1 << type.shift <= block().bytes().byteSize();
    }

    /** The element behind the last one, which was set, is the last one now. */
    void lengthen() {
        length++;
    }

    /** Makes room before an element for others, whose values are unspecified. */
    void openGap(long index, long count) {
        StackRoom.require();
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
        Block block = other.block();
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
        StackRoom.require();
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
        markClosed();
        length = 0;
        changes++;
        storage.free();
    }

    /** To be called before each use of {@code bytes} of a block after code that may have changed the array. */
    static void requireSame(Block block, MemorySegment bytes) {
        if (block.bytes() != bytes) {
            throw changed();
        }
    }

    /** To be called with what there was before. */
    void requireUnchanged(long lengthBefore, int changesBefore) {
        if (length != lengthBefore || changes != changesBefore) {
            throw changed();
        }
    }

    private static ConcurrentModificationException changed() {
        return new ConcurrentModificationException("the array was resized or moved");
    }

    /** Makes room behind the last element for others. */
    void makeRoom(long count) {
        requireOpen();
        if (count > type.lengthMax() - length) {
            throw new OutOfMemoryError(
                count + " " + type.noun() + "s more than " + length + " are more bytes than a long can count");
        }
        try {
            long size = storage.size();
            long needed = length + count << type.shift;
            if (needed > size) {
                storage.grow(Math.max(needed, grown(size)), needed);
                changes++;
            }
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    private static long grown(long size) {
        if (size <= GROWN_BY_HALF_MAX) {
            return Math.max(GROWN_MIN, size + size / 2);
        }
        return (size + size / GROWN_PART) / HUGE_PAGE * HUGE_PAGE + HUGE_PAGE;
    }

    private void requireLength(long length) {
        if (length < 0) {
            throw new IllegalArgumentException("a length must not be negative: " + length);
        }
        if (length > type.lengthMax()) {
            throw new OutOfMemoryError(length + " " + type.noun() + "s are more bytes than a long can count");
        }
    }

    /** Where in the block a segment is that is one of its bytes; -1 if it is of other memory. */
    private long ownOffset(MemorySegment segment) {
        Block block = block();
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
        Block block = block();
        try {
            copy(block.bytes(), from, block.bytes(), to, size);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** The ranges may overlap. */
    static void copy(MemorySegment source, long from, MemorySegment target, long to, long size) {
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
