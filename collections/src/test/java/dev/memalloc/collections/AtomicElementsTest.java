package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Operations on one element that several threads do at once take effect one after the other. */
class AtomicElementsTest {
    private static final int THREADS = 3;
    private static final int TIMES = 30_000;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void intsAreAddedUp() throws InterruptedException {
        try (OffHeapIntArray array = new OffHeapIntArray(heap, 10)) {
            inAllThreads(i -> {
                array.getAndAdd(1, 1);
                array.addAndGet(2, 2);
                array.getAndUpdate(3, value -> value + 3);
                int value;
                do {
                    value = array.getVolatile(4);
                } while (!array.compareAndSet(4, value, value + 4));
            });
            assertThat(array.toArray()).containsExactly(0, THREADS * TIMES, 2 * THREADS * TIMES, 3 * THREADS * TIMES,
                4 * THREADS * TIMES, 0, 0, 0, 0, 0);
        }
    }

    @Test
    void longsAreAddedUp() throws InterruptedException {
        long much = 1L << 40;
        try (OffHeapLongArray array = new OffHeapLongArray(heap, 10)) {
            OffHeapLongArray slice = array.slice(1, 5);
            inAllThreads(i -> {
                slice.getAndAdd(0, much);
                slice.addAndGet(1, much);
                slice.getAndUpdate(2, value -> value + much);
                long value;
                do {
                    value = slice.getVolatile(3);
                } while (!slice.compareAndSet(3, value, value + much));
            });
            assertThat(slice.toArray()).containsOnly(THREADS * TIMES * much);
        }
    }

    @Test
    void whatEachReturns() {
        try (OffHeapIntArray ints = new OffHeapIntArray(heap, 1);
                OffHeapLongArray longs = new OffHeapLongArray(heap, 1)) {
            assertThat(ints.getAndSet(0, 5)).isZero();
            assertThat(ints.getAndAdd(0, 2)).isEqualTo(5);
            assertThat(ints.addAndGet(0, 3)).isEqualTo(10);
            assertThat(ints.getAndUpdate(0, value -> -value)).isEqualTo(10);
            assertThat(ints.compareAndSet(0, 10, 1)).isFalse();
            assertThat(ints.compareAndSet(0, -10, 1)).isTrue();
            assertThat(ints.get(0)).isEqualTo(1);
            assertThat(longs.getAndSet(0, 5L << 40)).isZero();
            assertThat(longs.getAndAdd(0, 2)).isEqualTo(5L << 40);
            assertThat(longs.addAndGet(0, -2)).isEqualTo(5L << 40);
            assertThat(longs.getAndUpdate(0, value -> value >> 40)).isEqualTo(5L << 40);
            assertThat(longs.compareAndSet(0, 4, 1)).isFalse();
            assertThat(longs.compareAndSet(0, 5, 1)).isTrue();
            assertThat(longs.get(0)).isEqualTo(1);
        }
    }

    @Test
    void floatingPointNumbersAreComparedByTheirBits() {
        try (OffHeapFloatArray floats = new OffHeapFloatArray(heap, 1);
                OffHeapDoubleArray doubles = new OffHeapDoubleArray(heap, 1)) {
            assertThat(floats.compareAndSet(0, -0f, 1)).isFalse();
            assertThat(floats.compareAndSet(0, 0f, Float.NaN)).isTrue();
            assertThat(floats.compareAndSet(0, Float.NaN, 2)).isTrue();
            assertThat(floats.getAndSet(0, 3)).isEqualTo(2);
            assertThat(floats.get(0)).isEqualTo(3);
            assertThat(doubles.compareAndSet(0, -0., 1)).isFalse();
            assertThat(doubles.compareAndSet(0, 0., Double.NaN)).isTrue();
            assertThat(doubles.compareAndSet(0, Double.NaN, 2)).isTrue();
            assertThat(doubles.getAndSet(0, 3)).isEqualTo(2);
            assertThat(doubles.get(0)).isEqualTo(3);
        }
    }

    private static void inAllThreads(IntConsumer action) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int j = 0; j < TIMES; j++) {
                    action.accept(j);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
