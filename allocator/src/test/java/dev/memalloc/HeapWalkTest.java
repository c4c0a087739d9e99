package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every live block can be looked at. */
class HeapWalkTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void allLiveBlocksAndNoOthersAreShown(int guardInterval) {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        try (Heap heap = new Heap(HeapOptions.defaults().withGuardInterval(guardInterval))) {
            Map<Long, Long> expected = new HashMap<>();
            for (int i = 0; i < 20_000; i++) {
                long size = (long) Math.pow(2, random.nextDouble(0, i % 100 == 0 ? 21 : 12));
                long block = heap.memalloc(size);
                expected.put(block, heap.usableSize(block));
                if (random.nextInt(3) == 0) {
                    long freed = expected.keySet().iterator().next();
                    heap.memfree(freed);
                    expected.remove(freed);
                }
            }
            Map<Long, Long> found = new HashMap<>();
            heap.forEachLive(block -> {
                assertThat(found.put(block.address(), block.size())).as("shown twice").isNull();
                if (guardInterval == 1) {
                    assertThat(block.origin()).extracting(StackTraceElement::getMethodName)
                        .first().isEqualTo("allLiveBlocksAndNoOthersAreShown");
                }
            });
            assertThat(found).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @Test
    void whatStaysIsShownWhileThreadsRun() throws Exception {
        try (Heap heap = new Heap(); ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Long> staying = new ArrayList<>();
            AtomicBoolean ended = new AtomicBoolean();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                staying.add(heap.memalloc(1 + i * 100L));
            }
            for (int i = 0; i < 3; i++) {
                SplittableRandom random = new SplittableRandom(i);
                all.add(threads.submit(() -> {
                    while (!ended.get()) {
                        long block = heap.memalloc(random.nextInt(1, 300_000));
                        long other = heap.memalloc(random.nextInt(1, 300_000));
                        heap.memfree(block);
                        heap.memfree(other);
                    }
                }));
            }
            for (int i = 0; i < 50; i++) {
                List<Long> found = new ArrayList<>();
                heap.forEachLive(block -> found.add(block.address()));
                assertThat(found).containsAll(staying).doesNotHaveDuplicates();
            }
            ended.set(true);
            for (Future<?> each : all) {
                each.get();
            }
        }
    }
}
