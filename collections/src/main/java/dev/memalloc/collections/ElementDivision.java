package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.SplittableRandom;

/**
 * Divides elements of 4 or 8 bytes, where they are, into parts each of whose keys are less than those of the next one,
 * and which have about as many elements.
 *
 * <p>Elements go through buffers, one for each part; a buffer that is full is written to the front of the range, whose
 * elements have been read by then, as a chunk of that part. Then the chunks change places, and in the end make room for
 * what the buffers have left:
 *
 * <pre>
 *  range  | chunk of 2 | chunk of 0 | chunk of 2 | chunk of 1 |   read   |     not read     |     distribute
 *         | chunk of 0 | chunk of 1 | chunk of 2 | chunk of 2 |          read               |     arrange
 *         | chunk of 0 | left of 0 | chunk of 1 | left of 1 | chunk of 2 | chunk of 2 | left |     spread
 * </pre>
 *
 * <p>(This is the division of Axtmann, Witt, Ferizovic and Sanders, "In-place parallel super scalar samplesort", ESA
 * 2017. To move each element to its place at once, so that it displaces the next one, takes two to six times as long.)
 */
final class ElementDivision {
    /** Bytes of the buffers. */
    private static final int BUFFERS_SIZE = 1 << 20;
    private static final int PARTS_BITS_MAX = 8;
    private static final int PARTS_BITS_MIN = 3;
    /** Elements in the sample, for each part. */
    private static final int SAMPLED = 16;

    private final Elements elements;
    private final ElementType type;
    /** Whether elements have 8 bytes, not 4. */
    private final boolean wide;
    private final long start;
    private final long count;
    /** Elements in a chunk, and in a buffer. */
    private final int chunk;
    /** The greatest key of each part but the last. */
    private final long[] bounds;
    /** How many chunks each part has. */
    private final long[] chunks;
    /** How many elements there are in each buffer. */
    private final int[] left;

    /** Into parts of {@code wanted} elements or fewer, if it can be. */
    ElementDivision(Elements elements, long start, long end, long wanted) {
        this.elements = elements;
        type = elements.type();
        wide = type.shift == 3;
        this.start = start;
        count = end - start;
        int bits = 2 + Long.SIZE - Long.numberOfLeadingZeros(count / wanted);
        int parts = 1 << Math.clamp(bits, PARTS_BITS_MIN, PARTS_BITS_MAX);
        chunk = (int) Math.min(count, (BUFFERS_SIZE >> type.shift) / parts);
        bounds = new long[parts - 1];
        chunks = new long[parts];
        left = new int[parts];
    }

    /** Returns where the parts end that are to be sorted, none of which has all elements; or nothing, if all are. */
    long[] run() {
        StackRoom.require();
        Block block = elements.block();
        try {
            MemorySegment bytes = elements.bytes(block, start, count);
            return isSorted(bytes) ? new long[0] : divide(bytes);
        } catch (IllegalStateException e) {
            throw elements.explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    private long[] divide(MemorySegment bytes) {
        chooseBounds(bytes);
        Storage scratch = elements.newStorage();
        try {
            scratch.allocateZeroed((long) chunk * (left.length + 1) << type.shift);
            MemorySegment buffers = scratch.block().bytes();
            distribute(bytes, buffers);
            arrange(bytes, buffers.asSlice((long) chunk * left.length << type.shift));
            return spread(bytes, buffers);
        } finally {
            scratch.free();
        }
    }

    private boolean isSorted(MemorySegment bytes) {
        long greatest = Long.MIN_VALUE;
        for (long i = 0; i < count; i++) {
            long key = type.key(bitsAt(bytes, i));
            if (key < greatest) {
                return false;
            }
            greatest = key;
        }
        return true;
    }

    /**
     * By a sample. A key that is the greatest of several parts is alone in one of them, since the part before ends just
     * below it: so no part has all elements, unless they are all the same.
     */
    private void chooseBounds(MemorySegment bytes) {
        SplittableRandom random = new SplittableRandom();
        long[] sample = new long[left.length * SAMPLED];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = type.key(bitsAt(bytes, random.nextLong(count)));
        }
        Arrays.sort(sample);
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = sample[(i + 1) * SAMPLED - 1];
            if (i > 0 && bounds[i - 1] == bounds[i] && bounds[i] > Long.MIN_VALUE) {
                bounds[i - 1]--;
            }
        }
    }

    private void distribute(MemorySegment bytes, MemorySegment buffers) {
        long written = 0;
        for (long i = 0; i < count; i++) {
            long bits = bitsAt(bytes, i);
            int part = part(bits);
            long buffer = (long) part * chunk;
            int size = left[part];
            setBitsAt(buffers, buffer + size, bits);
            left[part] = ++size;
            if (size == chunk) {
                copy(buffers, buffer, bytes, written, chunk);
                written += chunk;
                chunks[part]++;
                left[part] = 0;
            }
        }
    }

    /** Exchanges chunks until all of a part are behind those of the part before. */
    private void arrange(MemorySegment bytes, MemorySegment spare) {
        long[] nexts = new long[chunks.length];
        long[] ends = new long[chunks.length];
        long sum = 0;
        for (int part = 0; part < chunks.length; part++) {
            nexts[part] = sum;
            sum += chunks[part];
            ends[part] = sum;
        }
        for (int part = 0; part < ends.length; part++) {
            while (nexts[part] < ends[part]) {
                int target = part(bitsAt(bytes, nexts[part] * chunk));
                if (target == part) {
                    nexts[part]++;
                } else if (nexts[target] < ends[target]) {
                    exchange(bytes, nexts[part] * chunk, nexts[target]++ * chunk, spare);
                } else {
                    throw new ConcurrentModificationException("elements were changed while they were sorted");
                }
            }
        }
    }

    /** Moves chunks apart, the last ones first, and what was left between them; returns where the parts end then. */
    private long[] spread(MemorySegment bytes, MemorySegment buffers) {
        long[] ends = new long[left.length];
        long end = count;
        long from = Arrays.stream(chunks).sum() * chunk;
        for (int part = left.length - 1; part >= 0; part--) {
            ends[part] = start + end;
            end -= left[part];
            copy(buffers, (long) part * chunk, bytes, end, left[part]);
            end -= chunks[part] * chunk;
            from -= chunks[part] * chunk;
            copy(bytes, from, bytes, end, chunks[part] * chunk);
        }
        return ends;
    }

    private void exchange(MemorySegment bytes, long one, long other, MemorySegment spare) {
        copy(bytes, one, spare, 0, chunk);
        copy(bytes, other, bytes, one, chunk);
        copy(spare, 0, bytes, other, chunk);
    }

    private void copy(MemorySegment source, long index, MemorySegment target, long targetIndex, long size) {
        Elements.copy(source, index << type.shift, target, targetIndex << type.shift, size << type.shift);
    }

    /** The part of an element: how many bounds are less than its key. */
    private int part(long bits) {
        long key = type.key(bits);
        int part = 0;
        for (int step = left.length / 2; step > 0; step /= 2) {
            part += bounds[part + step - 1] < key ? step : 0;
        }
        return part;
    }

    private long bitsAt(MemorySegment bytes, long index) {
        return wide ? bytes.get(ValueLayout.JAVA_LONG, index << 3) : bytes.get(ValueLayout.JAVA_INT, index << 2);
    }

    private void setBitsAt(MemorySegment bytes, long index, long bits) {
        if (wide) {
            bytes.set(ValueLayout.JAVA_LONG, index << 3, bits);
        } else {
            bytes.set(ValueLayout.JAVA_INT, index << 2, (int) bits);
        }
    }
}
