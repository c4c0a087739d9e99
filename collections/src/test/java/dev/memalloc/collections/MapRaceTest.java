package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Threads that use a map for one thread, against its rules: they may get old, wrong or no answers, and exceptions; the
 * JVM goes on, and the memory of others is as they left it.
 */
class MapRaceTest {
    private static final int THREADS = 4;
    private static final long NANOS = 3_000_000_000L;
    private static final int KEYS = 3000;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();
    private final SplittableRandom random = Seed.random();
    private final AtomicReference<OffHeapStringMap> map = new AtomicReference<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @Test
    void threadsThatBreakTheRulesHarmNobodyElse() throws InterruptedException {
        Canaries canaries = new Canaries(heap, 400);
        long end = System.nanoTime() + NANOS;
        map.set(fresh());
        List<Thread> threads = IntStream.range(0, THREADS)
            .mapToObj(i -> {
                SplittableRandom own = random.split();
                return Thread.ofPlatform().start(() -> breakRules(own, end));
            }).toList();
        while (System.nanoTime() < end) {
            canaries.verifyAndReplaceOne(random);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        map.getAndSet(null).close();
        if (failure.get() != null) {
            throw Seed.failure(0, failure.get());
        }
        canaries.free();
    }

    private OffHeapStringMap fresh() {
        return new OffHeapStringMap(heap, List.of(new StringTable.Sizes(128, 30, 4000, 1 << 20)));
    }

    private void breakRules(SplittableRandom own, long end) {
        try {
            while (System.nanoTime() < end && failure.get() == null) {
                try {
                    step(own);
                } catch (ConcurrentModificationException | IllegalStateException | NoSuchElementException e) {
                    // as promised
                }
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void step(SplittableRandom own) {
        OffHeapStringMap some = map.get();
        String key = "key " + own.nextInt(KEYS);
        switch (own.nextInt(40)) {
            case 0 -> some.remove(key);
            case 1 -> some.keySet().iterator().next();
            case 2 -> some.entrySet().removeIf(entry -> entry.getKey().hashCode() % 3 == 0);
            case 3 -> some.containsValue(key);
            case 4 -> some.getUtf8(key.getBytes(), 0, key.length());
            case 5 -> some.getAll(new String[] {key, "key 1", "key 2"}, new String[3]);
            case 6 -> rarely(own, some);
            case 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 -> some.put(key, "v".repeat(own.nextInt(60)));
            default -> some.get(key);
        }
    }

    private void rarely(SplittableRandom own, OffHeapStringMap some) {
        switch (own.nextInt(60)) {
            case 0 -> some.clear();
            case 1 -> some.compact();
            case 2 -> {
                EncodedString encoded = some.getEncoded("key 1");
                if (encoded != null) {
                    encoded.toString();
                }
            }
            case 3, 4 -> {
                if (map.compareAndSet(some, fresh())) {
                    some.close();
                }
            }
            default -> some.statistics();
        }
    }

    /** Blocks of the same heap, of which nobody else knows. */
    private static final class Canaries {
        private final Heap heap;
        private final long[] addresses;

        Canaries(Heap heap, int count) {
            this.heap = heap;
            addresses = new long[count];
        }

        void verifyAndReplaceOne(SplittableRandom random) {
            int i = random.nextInt(addresses.length);
            verify(i);
            heap.memfree(addresses[i]);
            addresses[i] = heap.memalloc(1L << random.nextInt(4, 14));
            heap.segment(addresses[i]).fill((byte) i);
        }

        void free() {
            for (int i = 0; i < addresses.length; i++) {
                verify(i);
                heap.memfree(addresses[i]);
            }
        }

        private void verify(int i) {
            if (addresses[i] != 0) {
                MemorySegment bytes = heap.segment(addresses[i]);
                MemorySegment expected = MemorySegment.ofArray(new byte[(int) bytes.byteSize()]).fill((byte) i);
                assertThat(bytes.mismatch(expected)).as("the first byte that somebody else has written").isEqualTo(-1);
            }
        }
    }
}
