package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is not closed is freed once it is unreachable, and not before. */
class CleanerTest {
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void unreachableCollectionsAreFreed() {
        for (int i = 0; i < 20; i++) {
            fillAndForget(heap);
        }
        assertThat(heap.stats().blocksLive()).isPositive();
        requireFreed();
    }

    @Test
    void theCleanerSurvivesAClosedHeap() {
        for (int i = 0; i < 5; i++) {
            try (Heap closed = new Heap()) {
                fillAndForget(closed);
            }
        }
        fillAndForget(heap);
        requireFreed();
    }

    @Test
    void whatWasClosedIsNotFreedTwice() {
        OffHeapStringMap map = new OffHeapStringMap(heap);
        map.put("a", "b");
        map.close();
        map = null;
        long other = heap.memalloc(100);
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        heap.check();
        heap.memfree(other);
    }

    @Test
    void iteratorsStreamsAndViewsKeepTheirCollection() {
        Iterator<String> iterator = mapOf(1000).keySet().iterator();
        Iterator<OffHeapStringIntMap.Entry> counts = countsOf(1000).iterator();
        IntStream stream = arrayOf(1000).stream();
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        int seen = 0;
        while (iterator.hasNext()) {
            assertThat(iterator.next()).startsWith("key ");
            assertThat(counts.next().key()).startsWith("key ");
            seen++;
        }
        assertThat(seen).isEqualTo(1000);
        assertThat(stream.sum()).isEqualTo(999 * 1000 / 2);
        iterator = null;
        counts = null;
        stream = null;
        requireFreed();
    }

    /**
     * The last use of each collection is a call that takes long, which the cleaner must not overtake. The methods are
     * called often before, since only compiled code forgets what it does not need any more.
     */
    @Test
    void nothingIsFreedUnderARunningMethod() throws InterruptedException {
        try (OffHeapStringMap map = mapOf(500); OffHeapIntArray array = arrayOf(10_000)) {
            for (int i = 0; i < 2000; i++) {
                assertThat(map.containsValue("value x")).isFalse();
                array.fill(i);
            }
        }
        AtomicBoolean done = new AtomicBoolean();
        Thread collector = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                System.gc();
            }
        });
        try {
            long end = System.nanoTime() + 3_000_000_000L;
            while (System.nanoTime() < end) {
                assertThat(mapOf(60_000).containsValue("value x")).isFalse();
                new OffHeapIntArray(heap, 10_000_000).fill(7);
            }
        } finally {
            done.set(true);
            collector.join();
        }
        requireFreed();
    }

    private void requireFreed() {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (heap.stats().blocksLive() > 0 && System.nanoTime() < end) {
            System.gc();
            Thread.onSpinWait();
        }
        assertThat(heap.stats().blocksLive()).as("blocks live after %d s of collecting", PATIENCE_NANOS / 1_000_000_000)
            .isZero();
    }

    private static void fillAndForget(Heap heap) {
        OffHeapStringMap map = new OffHeapStringMap(heap, List.of(new StringTable.Sizes(128, 50, 10_000, 1 << 20)));
        OffHeapStringIntMap counts = new OffHeapStringIntMap(heap);
        OffHeapIntArray array = new OffHeapIntArray(heap, 100_000);
        for (int i = 0; i < 1000; i++) {
            map.put("key " + i, "value " + i);
            counts.put("key " + i, i);
            array.add(i);
        }
    }

    private OffHeapStringMap mapOf(int entries) {
        OffHeapStringMap map = new OffHeapStringMap(heap);
        for (int i = 0; i < entries; i++) {
            map.put("key " + i, "value " + i);
        }
        return map;
    }

    private OffHeapStringIntMap countsOf(int entries) {
        OffHeapStringIntMap map = new OffHeapStringIntMap(heap);
        for (int i = 0; i < entries; i++) {
            map.put("key " + i, i);
        }
        return map;
    }

    private OffHeapIntArray arrayOf(int length) {
        OffHeapIntArray array = new OffHeapIntArray(heap, length);
        for (int i = 0; i < length; i++) {
            array.set(i, i);
        }
        return array;
    }
}
