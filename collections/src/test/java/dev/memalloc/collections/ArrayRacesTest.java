package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Threads that read and write arrays, while another one changes their lengths, closes them and makes others, neither
 * crash nor reach what is not theirs: canaries, which are made of what the arrays have just given back, keep their
 * contents.
 */
class ArrayRacesTest {
    private static final long NANOS = 3_000_000_000L;
    private static final int USERS = 2;
    private static final int LENGTH_MAX = 100_000;
    private static final int CANARIES = 6;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    /** How often something was done, and how often it was refused. */
    private final List<AtomicLong> outcomes = List.of(new AtomicLong(), new AtomicLong());
    private volatile OffHeapIntArray ints;
    private volatile OffHeapDoubleArray doubles;

    @Test
    void usersAndChangesAtTheSameTimeDoNoHarm() throws InterruptedException {
        long end = System.nanoTime() + NANOS;
        ints = new OffHeapIntArray(heap, 100);
        doubles = new OffHeapDoubleArray(heap, 100);
        Changer changer = new Changer();
        List<Thread> threads = new ArrayList<>();
        threads.add(start(changer::step, end));
        for (int i = 0; i < USERS; i++) {
            threads.add(start(new User(i)::step, end));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        changer.closeAll();
        assertThat(failures).isEmpty();
        assertThat(outcomes).allMatch(count -> count.get() > 100);
    }

    private Thread start(Runnable step, long end) {
        return Thread.ofPlatform().start(() -> {
            try {
                while (System.nanoTime() < end && failures.isEmpty()) {
                    step.run();
                }
            } catch (Throwable e) {
                failures.add(e);
            }
        });
    }

    /** The one thread that changes lengths. The canaries are arrays that nobody else knows, full of their lengths. */
    private final class Changer {
        private final Deque<OffHeapIntArray> canaries = new ArrayDeque<>();
        private final SplittableRandom random = new SplittableRandom(1);

        void step() {
            OffHeapArray<?, ?> array = random.nextBoolean() ? ints : doubles;
            int length = random.nextInt(random.nextBoolean() ? 1000 : LENGTH_MAX);
            switch (random.nextInt(8)) {
                case 0 -> array.resize(length);
                case 1 -> {
                    array.trimToSize();
                    array.ensureCapacity(length);
                }
                case 2 -> array.removeRange(array.length() / 3, array.length() / 2);
                case 3 -> {
                    ints.insertAll(ints.length() / 2, new int[100], 0, 100);
                    doubles.addAll(doubles, 0L, Math.min(doubles.length(), 1000));
                }
                case 4 -> {
                    for (int i = 0; i < 1000; i++) {
                        ints.add(i);
                        doubles.add(i);
                    }
                }
                default -> replace(array, length);
            }
            if (ints.length() > LENGTH_MAX || doubles.length() > LENGTH_MAX) {
                ints.clear();
                doubles.clear();
            }
        }

        private void replace(OffHeapArray<?, ?> array, int length) {
            long size = array.sizeInBytes();
            if (canaries.size() == CANARIES) {
                closeCanary();
            }
            array.close();
            OffHeapIntArray canary = new OffHeapIntArray(heap, Math.max(1, size / Integer.BYTES));
            canary.fill((int) canary.length());
            canaries.add(canary);
            if (array == ints) {
                ints = new OffHeapIntArray(heap, length);
            } else {
                doubles = new OffHeapDoubleArray(heap, length);
            }
        }

        private void closeCanary() {
            try (OffHeapIntArray canary = canaries.remove()) {
                int expected = (int) canary.length();
                for (long i = 0; i < expected; i++) {
                    if (canary.get(i) != expected) {
                        throw new AssertionError("element " + i + " of " + expected + " is " + canary.get(i));
                    }
                }
            }
        }

        void closeAll() {
            while (!canaries.isEmpty()) {
                closeCanary();
            }
            ints.close();
            doubles.close();
        }
    }

    /** What it writes is no canary's. What it reads may be anything. */
    private final class User {
        private final SplittableRandom random;
        private MemorySegment segment = MemorySegment.NULL;

        User(long seed) {
            random = new SplittableRandom(seed);
        }

        void step() {
            try {
                long read = use(ints, doubles);
                outcomes.get(0).addAndGet(read == Long.MIN_VALUE ? 2 : 1); // so that it is read
            } catch (IndexOutOfBoundsException | ConcurrentModificationException | IllegalStateException e) {
                outcomes.get(1).incrementAndGet();
            }
        }

        private long use(OffHeapIntArray array, OffHeapDoubleArray other) {
            long length = array.length();
            long index = length == 0 ? 0 : random.nextLong(length);
            switch (random.nextInt(16)) {
                case 0, 1 -> array.fill(-1);
                case 2 -> other.fill(-1);
                case 3 -> array.copyFrom(new int[100], 0, index, 100);
                case 4 -> array.copyTo(index, new int[100], 0, 100);
                case 5 -> {
                    return array.stream().sum();
                }
                case 6 -> {
                    return array.stream().parallel().filter(i -> i == 5).count();
                }
                case 7 -> array.slice(0, length / 2).sort();
                case 8 -> new ElementSort<>(other, 0, other.length(), random.nextBoolean(), 1000).run();
                case 9 -> {
                    segment.fill((byte) -1);
                    segment = other.segment();
                }
                case 10 -> {
                    return array.hashCode() + other.toString().length();
                }
                case 11 -> array.copyFrom(array, 0L, length / 2, length / 2);
                case 12 -> {
                    return array.indexOf(5) + other.binarySearch(5);
                }
                case 13 -> {
                    return other.iterator().hasNext() ? 1 : 0;
                }
                default -> {
                    for (int i = 0; i < 1000; i++) {
                        array.set(index, -1);
                        array.getAndAdd(index, 1);
                        array.setVolatile(length - 1, -1);
                        other.set(other.length() - 1, array.get(index));
                    }
                }
            }
            return 0;
        }
    }
}
