package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Wherever the stack ends, an operation is done or is not done, and no lock is held: who checks the map needs all. */
class ConcurrentMapStackOverflowTest {
    private static final int RUNS = 40;
    private static final int STACK_SIZE = 200 << 10;

    @Test
    @Timeout(60)
    void whereverTheStackEndsTheMapIsWhole() throws InterruptedException {
        int overflows = 0;
        for (int run = 0; run < RUNS; run++) {
            try (Heap heap = new Heap()) {
                Descent descent = new Descent(heap, run);
                Thread thread = new Thread(null, descent, "descent", STACK_SIZE);
                thread.start();
                thread.join();
                assertThat(descent.failure).isNull();
                overflows += descent.overflows;
                descent.requireWhole();
                descent.map.close();
                CheckedHeap.requireAllFreed(heap);
            }
        }
        assertThat(overflows).isGreaterThanOrEqualTo(RUNS);
    }

    /** Puts and removes, each call deeper in the stack than the one before, again and again. */
    private static final class Descent implements Runnable {
        private final StripedStringMap map;
        private final Map<String, String> model = new HashMap<>();
        private final SplittableRandom random;
        private final int padding;
        private int overflows;
        private Throwable failure;
        private String key = "";
        private String before;
        private String after;

        Descent(Heap heap, int run) {
            map = run % 2 == 0
                ? new ConcurrentOffHeapStringMap(heap, List.of(new StringTable.Sizes(128, 60, 2000, 1 << 20)), 2)
                : OffHeapStringCache.builder().heap(heap).maximumBytes(100_000).expireAfterWrite(Duration.ofHours(1))
                    .build();
            random = new SplittableRandom(run);
            padding = run % 50;
        }

        @Override
        public void run() {
            for (int i = 0; i < 10; i++) {
                try {
                    pad(padding);
                } catch (StackOverflowError e) {
                    overflows++;
                } catch (RuntimeException e) {
                    failure = e;
                    return;
                }
                try {
                    settleModel();
                } catch (RuntimeException | AssertionError e) {
                    failure = e;
                    return;
                }
            }
        }

        private void pad(int calls) {
            if (calls > 0) {
                pad(calls - 1);
            } else {
                descend();
            }
        }

        private void descend() {
            settleModel();
            String nextKey = "key " + random.nextInt(300);
            String nextValue = random.nextInt(3) == 0 ? null : "v".repeat(random.nextInt(60));
            before = model.get(nextKey);
            after = nextValue;
            key = nextKey;
            if (after == null) {
                map.remove(key);
            } else if (random.nextBoolean()) {
                map.compute(key, (k, old) -> after);
            } else {
                map.put(key, after);
            }
            descend();
        }

        /** The last operation may have been done or not. */
        private void settleModel() {
            String now = map.get(key);
            if (!Objects.equals(now, before) && !Objects.equals(now, after)) {
                throw new IllegalStateException(key + ": " + now + " is neither " + before + " nor " + after);
            }
            if (now == null) {
                model.remove(key);
            } else {
                model.put(key, now);
            }
        }

        private void requireWhole() {
            map.check();
            assertThat(map.size()).isEqualTo(model.size());
            assertThat(map.equals(model)).isTrue();
        }
    }
}
