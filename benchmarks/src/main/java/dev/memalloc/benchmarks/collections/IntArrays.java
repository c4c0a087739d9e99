package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Expected;
import dev.memalloc.collections.OffHeapIntArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/** The arrays of ints whose length is fixed. */
final class IntArrays {
    private static final Contestant<IntArray> JAVA = new Contestant<>("int-array", "int[], G1", int[].class,
        Contestant.ON_HEAP, Contestant.ANY_SIZE, Java::new);
    private static final Contestant<IntArray> OURS = new Contestant<>("memalloc", "OffHeapIntArray",
        OffHeapIntArray.class, Contestant.OFF_HEAP, Contestant.ANY_SIZE, OffHeap::new);

    /** For what is done to all elements at once. */
    static final List<Contestant<IntArray>> BULK = List.of(
        OURS,
        new Contestant<>("memalloc-stream", "the same, summed up by its stream", OffHeapIntArray.class,
            Contestant.OFF_HEAP, Contestant.ANY_SIZE, OffHeapStream::new),
        new Contestant<>("memalloc-segment", "the same, by its segment", OffHeapIntArray.class,
            Contestant.OFF_HEAP, Contestant.ANY_SIZE, OffHeapSegment::new),
        JAVA);
    /** For what is done here and there. */
    static final List<Contestant<IntArray>> RANDOM = List.of(
        OURS,
        JAVA,
        new Contestant<>("int-array-hugepages", "the same, heap in huge pages", int[].class,
            List.of("-Xmx6g", "-XX:+UseG1GC", "-XX:+UseTransparentHugePages"), Contestant.ANY_SIZE, Java::new));

    private IntArrays() {
    }

    private static final class Java implements IntArray {
        private final int[] array;

        Java(Expected expected) {
            array = new int[expected.elements()];
        }

        @Override
        public int get(long index) {
            return array[(int) index];
        }

        @Override
        public void set(long index, int value) {
            array[(int) index] = value;
        }

        @Override
        public long sum() {
            long sum = 0;
            for (int value : array) {
                sum += value;
            }
            return sum;
        }

        @Override
        public void fill(int value) {
            Arrays.fill(array, value);
        }

        @Override
        public void copyTo(int[] target) {
            System.arraycopy(array, 0, target, 0, target.length);
        }

        @Override
        public void copyFrom(int[] source) {
            System.arraycopy(source, 0, array, 0, source.length);
        }
    }

    private static class OffHeap implements IntArray {
        final OffHeapIntArray array;

        OffHeap(Expected expected) {
            array = new OffHeapIntArray(expected.elements());
        }

        @Override
        public final int get(long index) {
            return array.get(index);
        }

        @Override
        public final void set(long index, int value) {
            array.set(index, value);
        }

        @Override
        public long sum() {
            long sum = 0;
            for (long i = 0; i < array.length(); i++) {
                sum += array.get(i);
            }
            return sum;
        }

        @Override
        public void fill(int value) {
            array.fill(value);
        }

        @Override
        public void copyTo(int[] target) {
            array.copyTo(0, target, 0, target.length);
        }

        @Override
        public void copyFrom(int[] source) {
            array.copyFrom(source, 0, 0, source.length);
        }

        @Override
        public final void close() {
            array.close();
        }
    }

    private static final class OffHeapStream extends OffHeap {
        OffHeapStream(Expected expected) {
            super(expected);
        }

        @Override
        public long sum() {
            return array.stream().asLongStream().sum();
        }
    }

    private static final class OffHeapSegment extends OffHeap {
        OffHeapSegment(Expected expected) {
            super(expected);
        }

        @Override
        public long sum() {
            MemorySegment segment = array.segment();
            int length = Math.toIntExact(array.length());
            long sum = 0;
            for (int i = 0; i < length; i++) {
                sum += segment.getAtIndex(ValueLayout.JAVA_INT, i);
            }
            return sum;
        }

        @Override
        public void copyTo(int[] target) {
            MemorySegment.copy(array.segment(), ValueLayout.JAVA_INT, 0, target, 0, target.length);
        }

        @Override
        public void copyFrom(int[] source) {
            MemorySegment.copy(source, 0, array.segment(), ValueLayout.JAVA_INT, 0, source.length);
        }
    }
}
