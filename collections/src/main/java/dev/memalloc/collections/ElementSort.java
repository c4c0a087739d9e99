package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;

/**
 * Sorts elements of an array where they are.
 *
 * <p>A range that is not large is copied to the Java heap, sorted there by {@link java.util.Arrays}, and copied back.
 * A larger one is divided before, by {@link ElementDivision}, into parts each of whose keys are less than the next
 * one's; as long as parts are large, they are divided again. Bytes and shorts are counted instead.
 *
 * <p>Each step takes the block of the array anew, and does not have it while it waits for another thread: that might
 * run anybody's code meanwhile.
 */
final class ElementSort<A> {
    /** The most bytes of elements that are sorted on the Java heap. */
    private static final int PIECE_MAX = 4 << 20;
    /** The fewest elements that are worth a task for another thread. */
    private static final int TASK_MIN = 4096;

    private final OffHeapArray<A, ?> array;
    private final Elements elements;
    private final ElementType type;
    private final boolean parallel;
    /** The most elements that are sorted on the Java heap. */
    private final int pieceMax;
    private final long start;
    private final long end;
    /** Java arrays that no task uses just now. */
    private final Queue<A> pieces = new ConcurrentLinkedQueue<>();

    ElementSort(OffHeapArray<A, ?> array, long start, long end, boolean parallel) {
        this(array, start, end, parallel, PIECE_MAX >> array.elements().type().shift);
    }

    /** For tests: with small pieces. */
    ElementSort(OffHeapArray<A, ?> array, long start, long end, boolean parallel, int pieceMax) {
        this.array = array;
        elements = array.elements();
        type = elements.type();
        this.start = start;
        this.end = end;
        this.parallel = parallel;
        long share = (end - start) / (4L * ForkJoinPool.getCommonPoolParallelism() + 1);
        this.pieceMax = parallel ? Math.clamp(share, Math.min(TASK_MIN, pieceMax), pieceMax) : pieceMax;
    }

    void run() {
        StackRoom.require();
        if (end - start > pieceMax && type.shift < 2) {
            sortByCounting();
        } else {
            pieces.add(array.newOnHeap((int) Math.min(end - start, pieceMax))); // before anything is changed
            sort(start, end);
        }
    }

    private void sort(long from, long to) {
        if (to - from <= pieceMax) {
            sortOnHeap(from, (int) (to - from));
            return;
        }
        long[] ends = new ElementDivision(elements, from, to, pieceMax).run();
        List<ForkJoinTask<?>> tasks = new ArrayList<>();
        try {
            long partStart = from;
            for (long partEnd : ends) {
                sortPart(partStart, partEnd, tasks);
                partStart = partEnd;
            }
        } finally {
            tasks.reversed().forEach(ForkJoinTask::quietlyJoin);
        }
        tasks.forEach(ForkJoinTask::join);
    }

    private void sortPart(long from, long to, List<ForkJoinTask<?>> tasks) {
        if (to - from < 2) {
            return;
        }
        if (parallel) {
            tasks.add(ForkJoinTask.adapt(() -> sort(from, to)).fork());
        } else {
            sort(from, to);
        }
    }

    private void sortOnHeap(long from, int size) {
        A piece = pieces.poll();
        if (piece == null) {
            piece = array.newOnHeap(pieceMax);
        }
        MemorySegment copy = array.segmentOf(piece).asSlice(0, (long) size << type.shift);
        elements.read(from, copy);
        array.sortOnHeap(piece, size);
        elements.write(from, copy);
        pieces.add(piece);
    }

    /** For types of so few values that each can be counted. */
    private void sortByCounting() {
        int values = 1 << (Byte.SIZE << type.shift);
        long[] counts = new long[values];
        Block block = elements.block();
        try {
            MemorySegment bytes = block.bytes();
            for (long i = start; i < end; i++) {
                int value = type.shift == 0 ? bytes.get(ValueLayout.JAVA_BYTE, i)
                    : bytes.get(ValueLayout.JAVA_SHORT, i << 1);
                counts[value + values / 2]++;
            }
        } catch (IllegalStateException e) {
            throw elements.explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
        long next = start;
        for (int value = 0; value < values; value++) {
            if (counts[value] > 0) {
                elements.fill(next, counts[value], value - values / 2);
                next += counts[value];
            }
        }
    }
}
