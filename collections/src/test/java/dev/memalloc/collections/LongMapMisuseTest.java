package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A map of longs where the stack ends, where threads that must not use it do, and where nobody closes it. */
class LongMapMisuseTest {
    private static final LongTable.Sizes SMALL = new LongTable.Sizes(128, 60, 20_000);
    private static final int OVERFLOWS = 40;
    private static final int STACK_SIZE = 200 << 10;
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    @Test
    void whereverTheStackEndsTheMapIsWhole() throws InterruptedException {
        int overflows = 0;
        for (int run = 0; run < OVERFLOWS; run++) {
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
        assertThat(overflows).isGreaterThanOrEqualTo(OVERFLOWS);
    }

    /** Puts and removes, each call deeper in the stack than the one before, again and again. */
    private static final class Descent implements Runnable {
        private static final long ABSENT = -1;

        private final OffHeapLongLongMap map;
        private final Map<Long, Long> model = new HashMap<>();
        private final SplittableRandom random;
        private final int padding;
        private int overflows;
        private Throwable failure;
        private long key;
        private long before = ABSENT;
        private long after = ABSENT;

        Descent(Heap heap, int run) {
            map = new OffHeapLongLongMap(heap, SMALL, new LongHash());
            random = new SplittableRandom(run);
            padding = run % 50;
        }

        @Override
        public void run() {
            for (int i = 0; i < 10 && failure == null; i++) {
                try {
                    pad(padding);
                } catch (StackOverflowError e) {
                    overflows++;
                } catch (RuntimeException e) {
                    failure = e;
                }
                try {
                    settleModel();
                } catch (RuntimeException e) {
                    failure = e;
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
            long nextKey = random.nextInt(600);
            long nextValue = random.nextInt(3) == 0 ? ABSENT : random.nextInt(1000);
            before = model.getOrDefault(nextKey, ABSENT);
            after = nextValue;
            key = nextKey;
            if (after == ABSENT) {
                map.remove(key);
            } else {
                map.put(key, after);
            }
            descend();
        }

        /** The last operation may have been done or not. */
        private void settleModel() {
            long now = map.get(key, ABSENT);
            if (now != before && now != after) {
                throw new IllegalStateException(key + ": " + now + " is neither " + before + " nor " + after);
            }
            if (now == ABSENT) {
                model.remove(key);
            } else {
                model.put(key, now);
            }
        }

        private void requireWhole() {
            map.check();
            assertThat(map.size()).isEqualTo(model.size());
            map.forEach((key, value) -> assertThat(model).containsEntry(key, value));
        }
    }

    @Test
    void otherThreadsReadWhatTheyLikeAndHarmNobody() throws InterruptedException {
        try (Heap heap = new Heap()) {
            OffHeapLongLongMap map = new OffHeapLongLongMap(heap, SMALL, new LongHash());
            long[] others = new long[100];
            AtomicBoolean done = new AtomicBoolean();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            AtomicLong answers = new AtomicLong();
            Thread[] readers = new Thread[2];
            for (int i = 0; i < readers.length; i++) {
                readers[i] = Thread.ofPlatform().start(() -> read(map, done, failure, answers));
            }
            SplittableRandom random = Seed.random();
            for (int round = 0; round < 60; round++) {
                for (int i = 0; i < 2000; i++) {
                    map.put(random.nextInt(4000), 7);
                }
                for (int i = 0; i < others.length; i++) {
                    others[i] = heap.defalloc(200, 1);
                }
                for (int i = 0; i < 6000; i++) {
                    map.remove(random.nextInt(4000));
                }
                if (round % 7 == 0) {
                    map.compact();
                }
                map.check();
                if (round % 10 == 9) {
                    map.clear();
                }
                for (long other : others) {
                    assertThat(heap.segment(other).get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isZero();
                    heap.memfree(other);
                }
                heap.check();
            }
            map.close();
            done.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            assertThat(failure.get()).isNull();
            assertThat(answers.get()).isPositive();
            CheckedHeap.requireAllFreed(heap);
        }
    }

    private static void read(OffHeapLongLongMap map, AtomicBoolean done, AtomicReference<Throwable> failure,
            AtomicLong answers) {
        SplittableRandom random = new SplittableRandom();
        while (!done.get()) {
            try {
                for (int i = 0; i < 1000; i++) {
                    map.get(random.nextInt(4000), 0);
                    answers.incrementAndGet();
                }
                map.keys().sum();
                map.iterator().forEachRemaining(entry -> answers.addAndGet(entry.value() & 1));
            } catch (ConcurrentModificationException | IllegalStateException e) {
                answers.incrementAndGet();
            } catch (Throwable e) {
                failure.set(e);
                return;
            }
        }
    }

    @Test
    void aMapThatNobodyReachesIsFreedAndNotBefore() throws InterruptedException {
        try (Heap heap = new Heap()) {
            Iterator<OffHeapLongLongMap.Entry> iterator = filled(heap).iterator();
            for (int i = 0; i < 10; i++) {
                filled(heap);
            }
            for (int i = 0; i < 5; i++) {
                System.gc();
            }
            long sum = 0;
            while (iterator.hasNext()) {
                sum += iterator.next().key();
            }
            assertThat(sum).isEqualTo(49_995_000);
            iterator = null;
            long end = System.nanoTime() + PATIENCE_NANOS;
            while (heap.stats().blocksLive() > 0 && System.nanoTime() < end) {
                System.gc();
                Thread.sleep(1);
            }
            CheckedHeap.requireAllFreed(heap);
        }
    }

    private static OffHeapLongLongMap filled(Heap heap) {
        OffHeapLongLongMap map = new OffHeapLongLongMap(heap);
        for (int i = 0; i < 10_000; i++) {
            map.put(i, i);
        }
        return map;
    }

    /** In a JVM of its own, whose Java heap can be filled. */
    @Test
    void whereverTheJavaHeapIsFullNothingIsLost() throws IOException, InterruptedException {
        String classPath = String.join(":", "target/test-classes", "target/classes",
            System.getProperty("jdk.module.path"), System.getProperty("java.class.path"));
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx24m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", classPath,
            FullHeap.class.getName()).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isZero();
    }

    /** Puts and removes while there is next to no Java heap; then compares the map with what must be in it. */
    static final class FullHeap {
        private static final int KEYS = 3000;
        private static final int ROUNDS = 4;

        private FullHeap() {
        }

        public static void main(String[] arguments) {
            int failures = 0;
            round(0, 0); // so that all classes are there
            for (int round = 1; round <= ROUNDS; round++) {
                failures += round(round, 1 << 16);
            }
            if (failures < ROUNDS) {
                throw new AssertionError("the Java heap was full only " + failures + " times");
            }
        }

        private static int round(int seed, int eaten) {
            SplittableRandom random = new SplittableRandom(seed);
            long[] model = new long[KEYS];
            int failures = 0;
            try (Heap heap = new Heap();
                    OffHeapLongLongMap map = new OffHeapLongLongMap(heap, SMALL, new LongHash())) {
                for (int i = 0; i < seed * 100; i++) {
                    map.put(i, 1);
                    model[i] = 1;
                }
                Object[] chain = eat(eaten);
                for (int i = 0; i < 5000 && failures < 10; i++) {
                    int key = random.nextInt(KEYS);
                    long value = random.nextInt(3) == 0 ? 0 : i + 2;
                    boolean changed = false;
                    try {
                        if (value == 0) {
                            map.remove(key);
                        } else {
                            map.put(key, value);
                        }
                        changed = true;
                    } catch (OutOfMemoryError e) {
                        failures++;
                        for (int spared = 1 << random.nextInt(8); spared > 0 && chain != null; spared--) {
                            chain = (Object[]) chain[0];
                        }
                    }
                    model[key] = changed ? value : model[key];
                }
                chain = null;
                requireSame(map, model);
            }
            return failures;
        }

        /** What fills the Java heap: a chain of small objects. */
        private static Object[] eat(int sizeMax) {
            Object[] eaten = null;
            for (int size = sizeMax; size >= 1; size /= 4) {
                try {
                    while (true) {
                        eaten = new Object[] {eaten, new byte[size]};
                    }
                } catch (OutOfMemoryError e) {
                    continue; // with smaller ones
                }
            }
            return eaten;
        }

        private static void requireSame(OffHeapLongLongMap map, long[] model) {
            map.check();
            int size = 0;
            for (int i = 0; i < KEYS; i++) {
                if (map.get(i, 0) != model[i]) {
                    throw new AssertionError(i + ": " + map.get(i, 0) + " instead of " + model[i]);
                }
                size += model[i] == 0 ? 0 : 1;
            }
            if (map.size() != size) {
                throw new AssertionError(map.size() + " instead of " + size);
            }
        }
    }
}
