package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;

/**
 * The elements of an array one after the other, for streams and iterators: those that are there when it is first used.
 * They are given to code of somebody else's, which may change the array: before each one is read, it is made sure that
 * the memory is still the array's.
 */
abstract class ElementSpliterator {
    private static final int CHARACTERISTICS =
        Spliterator.ORDERED | Spliterator.SIZED | Spliterator.SUBSIZED | Spliterator.NONNULL;

    final Elements elements;
    private final OffHeapArray<?, ?> array;
    /** Where in the storage it goes on. */
    private long next;
    /** Where in the storage it ends; -1 until that is settled. */
    private long end = -1;
    private long expectedLength;
    private int expectedChanges;

    private ElementSpliterator(OffHeapArray<?, ?> array) {
        this.array = array;
        elements = array.elements();
        elements.requireOpen();
    }

    /** The first half of another one, which keeps the second. */
    private ElementSpliterator(ElementSpliterator whole) {
        this(whole.array);
        next = whole.next;
        end = whole.middle();
        expectedLength = whole.expectedLength;
        expectedChanges = whole.expectedChanges;
        whole.next = end;
    }

    public final long estimateSize() {
        bind();
        return end - next;
    }

    public final int characteristics() {
        return CHARACTERISTICS;
    }

    final boolean canSplit() {
        bind();
        return middle() > next;
    }

    /** Where the next element is, which counts as visited; -1 at the end. */
    final long advance() {
        return visitable() > 0 ? next++ : -1;
    }

    /** How many elements are left to be visited now; they count as visited then. */
    final long takeRest() {
        long count = visitable();
        next = end;
        return count;
    }

    /** Where in the storage it ends. */
    final long end() {
        return end;
    }

    /** To be called after the rest was visited. */
    final void requireUnchanged() {
        elements.requireUnchanged(expectedLength, expectedChanges);
    }

    private long visitable() {
        bind();
        if (next < end) {
            elements.requireOpen();
            elements.requireUnchanged(expectedLength, expectedChanges);
        }
        return end - next;
    }

    private long middle() {
        return next + (end - next) / 2;
    }

    private void bind() {
        if (end < 0) {
            expectedLength = elements.length();
            expectedChanges = elements.changes();
            long length = array.length();
            next = array.range(0, length);
            end = next + length;
        }
    }

    /** Bytes, shorts and ints. */
    static final class Ints extends ElementSpliterator implements Spliterator.OfInt {
        Ints(OffHeapArray<?, ?> array) {
            super(array);
        }

        private Ints(Ints whole) {
            super(whole);
        }

        @Override
        public Spliterator.OfInt trySplit() {
            return canSplit() ? new Ints(this) : null;
        }

        @Override
        public boolean tryAdvance(IntConsumer action) {
            Objects.requireNonNull(action, "action");
            long index = advance();
            if (index >= 0) {
                action.accept(switch (elements.type()) {
                    case BYTE -> elements.getByte(index);
                    case SHORT -> elements.getShort(index);
                    default -> elements.getInt(index);
                });
            }
            return index >= 0;
        }

        @Override
        public void forEachRemaining(IntConsumer action) {
            Objects.requireNonNull(action, "action");
            long count = takeRest();
            if (count == 0) {
                return;
            }
            Block block = elements.block();
            try {
                switch (elements.type()) {
                    case BYTE -> forEachByte(block, end() - count, end(), action);
                    case SHORT -> forEachShort(block, end() - count, end(), action);
                    default -> forEachInt(block, end() - count, end(), action);
                }
            } catch (IllegalStateException e) {
                throw elements.explained(e);
            } finally {
                Reference.reachabilityFence(block);
            }
            requireUnchanged();
        }

        private static void forEachByte(Block block, long from, long to, IntConsumer action) {
            MemorySegment bytes = block.bytes();
            for (long i = from; i < to; i++) {
                Elements.requireSame(block, bytes);
                action.accept(bytes.get(ValueLayout.JAVA_BYTE, i));
            }
        }

        private static void forEachShort(Block block, long from, long to, IntConsumer action) {
            MemorySegment bytes = block.bytes();
            for (long i = from; i < to; i++) {
                Elements.requireSame(block, bytes);
                action.accept(bytes.get(ValueLayout.JAVA_SHORT, i << 1));
            }
        }

        private static void forEachInt(Block block, long from, long to, IntConsumer action) {
            MemorySegment bytes = block.bytes();
            for (long i = from; i < to; i++) {
                Elements.requireSame(block, bytes);
                action.accept(bytes.get(ValueLayout.JAVA_INT, i << 2));
            }
        }
    }

    /** Longs. */
    static final class Longs extends ElementSpliterator implements Spliterator.OfLong {
        Longs(OffHeapArray<?, ?> array) {
            super(array);
        }

        private Longs(Longs whole) {
            super(whole);
        }

        @Override
        public Spliterator.OfLong trySplit() {
            return canSplit() ? new Longs(this) : null;
        }

        @Override
        public boolean tryAdvance(LongConsumer action) {
            Objects.requireNonNull(action, "action");
            long index = advance();
            if (index >= 0) {
                action.accept(elements.getLong(index));
            }
            return index >= 0;
        }

        @Override
        public void forEachRemaining(LongConsumer action) {
            Objects.requireNonNull(action, "action");
            long count = takeRest();
            if (count == 0) {
                return;
            }
            Block block = elements.block();
            try {
                MemorySegment bytes = block.bytes();
                for (long i = end() - count; i < end(); i++) {
                    Elements.requireSame(block, bytes);
                    action.accept(bytes.get(ValueLayout.JAVA_LONG, i << 3));
                }
            } catch (IllegalStateException e) {
                throw elements.explained(e);
            } finally {
                Reference.reachabilityFence(block);
            }
            requireUnchanged();
        }
    }

    /** Floats and doubles. */
    static final class Doubles extends ElementSpliterator implements Spliterator.OfDouble {
        Doubles(OffHeapArray<?, ?> array) {
            super(array);
        }

        private Doubles(Doubles whole) {
            super(whole);
        }

        @Override
        public Spliterator.OfDouble trySplit() {
            return canSplit() ? new Doubles(this) : null;
        }

        @Override
        public boolean tryAdvance(DoubleConsumer action) {
            Objects.requireNonNull(action, "action");
            long index = advance();
            if (index >= 0) {
                action.accept(elements.type() == ElementType.FLOAT ? Float.intBitsToFloat(elements.getInt(index))
                    : Double.longBitsToDouble(elements.getLong(index)));
            }
            return index >= 0;
        }

        @Override
        public void forEachRemaining(DoubleConsumer action) {
            Objects.requireNonNull(action, "action");
            long count = takeRest();
            if (count == 0) {
                return;
            }
            Block block = elements.block();
            try {
                if (elements.type() == ElementType.FLOAT) {
                    forEachFloat(block, end() - count, end(), action);
                } else {
                    forEachDouble(block, end() - count, end(), action);
                }
            } catch (IllegalStateException e) {
                throw elements.explained(e);
            } finally {
                Reference.reachabilityFence(block);
            }
            requireUnchanged();
        }

        private static void forEachFloat(Block block, long from, long to, DoubleConsumer action) {
            MemorySegment bytes = block.bytes();
            for (long i = from; i < to; i++) {
                Elements.requireSame(block, bytes);
                action.accept(bytes.get(ValueLayout.JAVA_FLOAT, i << 2));
            }
        }

        private static void forEachDouble(Block block, long from, long to, DoubleConsumer action) {
            MemorySegment bytes = block.bytes();
            for (long i = from; i < to; i++) {
                Elements.requireSame(block, bytes);
                action.accept(bytes.get(ValueLayout.JAVA_DOUBLE, i << 3));
            }
        }
    }
}
