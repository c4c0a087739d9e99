package dev.memalloc.benchmarks.collections;

import dev.memalloc.collections.OffHeapIntArray;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntBigArrayBigList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** The lists of ints that grow. */
final class IntLists {
    static final List<Contestant<IntList>> ALL = List.of(
        new Contestant<>("memalloc", "OffHeapIntArray", OffHeapIntArray.class, Contestant.OFF_HEAP,
            Contestant.ANY_SIZE, expected -> new OffHeap()),
        new Contestant<>("int-array", "int[] that is copied to one twice as long, G1", int[].class,
            Contestant.ON_HEAP, Contestant.ANY_SIZE, expected -> new Doubling()),
        new Contestant<>("fastutil-list", "fastutil's IntArrayList, G1", IntArrayList.class,
            Contestant.ON_HEAP, Contestant.ANY_SIZE, expected -> new FastutilList()),
        new Contestant<>("fastutil-biglist", "fastutil's IntBigArrayBigList, G1", IntBigArrayBigList.class,
            Contestant.ON_HEAP, Contestant.ANY_SIZE, expected -> new FastutilBigList()));

    private IntLists() {
    }

    private static final class OffHeap implements IntList {
        private final OffHeapIntArray array = new OffHeapIntArray();

        @Override
        public void add(int value) {
            array.add(value);
        }

        @Override
        public int get(long index) {
            return array.get(index);
        }

        @Override
        public long size() {
            return array.length();
        }

        @Override
        public OptionalLong bytes() {
            return OptionalLong.of(array.sizeInBytes());
        }

        @Override
        public void close() {
            array.close();
        }
    }

    private static final class Doubling implements IntList {
        private int[] array = new int[16];
        private int size;

        @Override
        public void add(int value) {
            if (size == array.length) {
                array = Arrays.copyOf(array, 2 * size);
            }
            array[size++] = value;
        }

        @Override
        public int get(long index) {
            return array[(int) index];
        }

        @Override
        public long size() {
            return size;
        }
    }

    private static final class FastutilList implements IntList {
        private final IntArrayList list = new IntArrayList();

        @Override
        public void add(int value) {
            list.add(value);
        }

        @Override
        public int get(long index) {
            return list.getInt((int) index);
        }

        @Override
        public long size() {
            return list.size();
        }
    }

    private static final class FastutilBigList implements IntList {
        private final IntBigArrayBigList list = new IntBigArrayBigList();

        @Override
        public void add(int value) {
            list.add(value);
        }

        @Override
        public int get(long index) {
            return list.getInt(index);
        }

        @Override
        public long size() {
            return list.size64();
        }
    }
}
