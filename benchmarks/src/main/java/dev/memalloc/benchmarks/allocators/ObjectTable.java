package dev.memalloc.benchmarks.allocators;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Numbers for the Java objects that some opponents hand out in place of an address, and where their bytes are.
 *
 * <p>Each thread has some free numbers of its own, and gets and gives more in batches, so that threads rarely meet
 * here. Who hands a number to another thread orders what is in the table between them.
 *
 * @param <T> the type of the objects
 */
final class ObjectTable<T> {
    /** The most objects at once; number 0 is none. */
    static final int CAPACITY = 1 << 22;
    private static final int BATCH = 32;

    private final Object[] objects = new Object[CAPACITY];
    private final long[] addresses = new long[CAPACITY];
    private final ThreadLocal<Numbers> free = ThreadLocal.withInitial(Numbers::new);
    private final Deque<int[]> batches = new ArrayDeque<>();
    private int used = BATCH;

    /** Puts an object in, and returns its number. */
    long put(T object, long address) {
        int number = free.get().pop();
        objects[number] = object;
        addresses[number] = address;
        return number;
    }

    /** Replaces an object, which keeps its number. */
    void replace(long number, T object, long address) {
        objects[(int) number] = object;
        addresses[(int) number] = address;
    }

    @SuppressWarnings("unchecked") // only put and replace write objects
    T get(long number) {
        return (T) objects[(int) number];
    }

    long address(long number) {
        return addresses[(int) number];
    }

    /** Takes an object out; its number may be used again. */
    T remove(long number) {
        T object = get(number);
        objects[(int) number] = null;
        free.get().push((int) number);
        return object;
    }

    /** To be called by a thread that does not use the table any more. */
    void threadEnd() {
        free.get().giveAll();
        free.remove();
    }

    private synchronized int[] takeBatch() {
        int[] batch = batches.poll();
        if (batch != null) {
            return batch;
        }
        if (used == CAPACITY) {
            throw new OutOfMemoryError("more than " + CAPACITY + " blocks are live");
        }
        batch = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            batch[i] = used++;
        }
        return batch;
    }

    private synchronized void giveBatch(int[] batch) {
        batches.push(batch);
    }

    /** The free numbers of a thread: at most two batches. */
    private final class Numbers {
        private final int[] numbers = new int[2 * BATCH];
        private int count;

        int pop() {
            if (count == 0) {
                int[] batch = takeBatch();
                System.arraycopy(batch, 0, numbers, 0, batch.length);
                count = batch.length;
            }
            return numbers[--count];
        }

        void push(int number) {
            if (count == numbers.length) {
                give(BATCH);
            }
            numbers[count++] = number;
        }

        void give(int number) {
            count -= number;
            giveBatch(Arrays.copyOfRange(numbers, count, count + number));
        }

        void giveAll() {
            if (count > 0) {
                give(count);
            }
        }
    }
}
