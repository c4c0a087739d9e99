package dev.memalloc.benchmarks.allocators;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Test;

class ObjectTableTest {
    private final ObjectTable<Long> table = new ObjectTable<>();

    @Test
    void numbersAreDistinctAndNeverZero() {
        Set<Long> numbers = new HashSet<>();
        for (long i = 0; i < 1000; i++) {
            numbers.add(table.put(i, 10 * i));
        }
        assertThat(numbers).hasSize(1000).doesNotContain(0L);
        assertThat(numbers).allSatisfy(number ->
            assertThat(table.address(number)).isEqualTo(10 * table.remove(number)));
    }

    @Test
    void objectsPassFromThreadToThread() throws InterruptedException {
        BlockingQueue<Long> queue = new ArrayBlockingQueue<>(100);
        List<Long> wrong = new ArrayList<>();
        long count = 2L * ObjectTable.CAPACITY;
        Thread consumer = Thread.ofPlatform().start(() -> {
            for (long i = 0; i < count; i += 16) {
                try {
                    long number = queue.take();
                    if (table.remove(number) != i) {
                        wrong.add(i);
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            table.threadEnd();
        });
        for (long i = 0; i < count; i += 16) {
            queue.put(table.put(i, i));
        }
        consumer.join();
        assertThat(wrong).isEmpty();
    }

    @Test
    void endOfAThreadKeepsNoNumbers() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            Thread.ofPlatform().start(() -> {
                table.remove(table.put(1L, 1));
                table.threadEnd();
            }).join();
        }
        assertThat(table.put(1L, 1)).isLessThan(200);
    }
}
