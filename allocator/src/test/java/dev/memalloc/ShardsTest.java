package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Size classes are divided, so that threads do not use the same lines of the processor's caches. */
@Timeout(60)
class ShardsTest {
    private static final int SIZE = 64;
    private static final int COUNT = 10_000;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();
    private final ExecutorService one = Executors.newSingleThreadExecutor();
    private final ExecutorService other = Executors.newSingleThreadExecutor();

    @AfterEach
    void endThreads() {
        one.close();
        other.close();
    }

    @ParameterizedTest
    @CsvSource({"34, 1, 1", "34, 2, 2", "34, 3, 4", "34, 5, 8", "34, 200, 8", "27, 200, 4", "25, 200, 1"})
    void eachProcessorHasOneUpToEight(int shift, int processors, int shards) {
        assertThat(SlotLayout.of(shift, 0, 0, processors).shards()).isEqualTo(shards);
    }

    @ParameterizedTest
    @ValueSource(ints = {25, 26, 27, 28, 34})
    void theyFollowEachOtherInsideASpan(int shift) {
        SlotLayout layout = SlotLayout.of(shift, 0, 0, 8);
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            long end = 0;
            for (int shard = 0; shard < layout.shards(); shard++) {
                long first = (long) layout.firstSlot(n, shard) * SlotSizes.stride(n);
                assertThat(first).isGreaterThanOrEqualTo(end).matches(start -> start % 4096 == 0, "begins with a page");
                end = (long) layout.endSlot(n, shard) * SlotSizes.stride(n);
                assertThat(end - first).as("of 16 MiB at least").isGreaterThanOrEqualTo(16 << 20);
                assertThat(layout.shard(first)).isEqualTo(shard);
                assertThat(layout.shard(end - SlotSizes.stride(n))).isEqualTo(shard);
            }
            assertThat(end).isLessThanOrEqualTo(layout.spanSize());
        }
    }

    @Test
    void threadsThatRunAtOnceAllocateApart() throws Exception {
        assumeThat(PROCESSORS).isGreaterThan(1);
        List<Long> ones = allocate(one);
        List<Long> others = allocate(other);
        Set<Long> pages = pages(ones);
        assertThat(pages).doesNotContainAnyElementsOf(pages(others));

        // What the other thread has freed is not handed out to it, but goes back.
        free(other, ones);
        List<Long> more = allocate(other);
        assertThat(pages).doesNotContainAnyElementsOf(pages(more));
        assertThat(allocate(one)).containsAnyElementsOf(ones);
        assertThat(heap.stats().blocksLive()).isEqualTo(3 * COUNT);
    }

    @Test
    void aThreadGetsTheShardOfOneThatEnded() throws Exception {
        assumeThat(PROCESSORS).isGreaterThan(1);
        Set<Long> others = pages(allocate(other));
        Set<Long> ended = null;
        for (int i = 0; i < 20; i++) {
            List<Long> blocks = new ArrayList<>();
            Thread thread = Thread.ofPlatform().start(() -> {
                blocks.addAll(allocate());
                blocks.forEach(heap::memfree);
            });
            thread.join();
            assertThat(others).doesNotContainAnyElementsOf(pages(blocks));
            if (ended != null) {
                assertThat(ended).containsAnyElementsOf(pages(blocks));
            }
            ended = pages(blocks);
        }
        assertThat(heap.stats().blocksLive()).isEqualTo(COUNT);
    }

    @Test
    void whereOneIsFullTheOthersServe() {
        // The smallest range that is divided: 64 MiB for each class, of which a shard has less than half.
        HeapOptions options = HeapOptions.defaults().withAddressRange(64L << 26);
        try (Heap small = new Heap(options)) {
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < (40 << 20) / 8192; i++) {
                blocks.add(small.memalloc(8192));
            }
            assertThat(blocks.stream().map(block -> block >>> 25).distinct().count()).isGreaterThan(1);
            assertThat(new HashSet<>(blocks)).hasSize(blocks.size());
            small.check();
            blocks.forEach(small::memfree);
            small.check();
            assertThat(small.stats().blocksLive()).isZero();
        }
    }

    @Test
    void whereTheLimitLeavesRoomForOneCacheItGoesFromThreadToThread() throws Exception {
        ThreadCaches caches = ThreadCaches.of(64 << 20, 2);
        assertThat(caches.most()).isEqualTo(1);
        ThreadCache ones = one.submit(caches::ownOrNew).get();
        assertThat(ones).isNotNull().isSameAs(one.submit(caches::own).get());
        assertThat(other.submit(caches::ownOrNew).get()).isNull();
        assertThat(other.submit(caches::claim).get()).isNull();
        one.close();
        assertThat(other.submit(caches::ownOrNew).get()).as("seldom looked for").isNull();
        ThreadCache others = other.submit(caches::claim).get();
        assertThat(others).returns(ones.shard, cache -> cache.shard).isSameAs(other.submit(caches::ownOrNew).get());
    }

    @Test
    void slotsOfOtherShardsCountAsCached() throws Exception {
        List<Long> blocks = allocate(one);
        free(other, blocks);
        assertThat(heap.stats().blocksLive()).isZero();
        assertThat(heap.stats().bytesLive()).isZero();
        other.submit(heap::trim).get();
        one.submit(heap::trim).get();
        heap.check();
    }

    private List<Long> allocate() {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            blocks.add(heap.memalloc(SIZE));
        }
        return blocks;
    }

    private List<Long> allocate(ExecutorService thread) throws Exception {
        return thread.submit((Callable<List<Long>>) this::allocate).get();
    }

    private void free(ExecutorService thread, List<Long> blocks) throws Exception {
        thread.submit(() -> blocks.forEach(heap::memfree)).get();
    }

    private static Set<Long> pages(List<Long> blocks) {
        Set<Long> pages = new HashSet<>();
        blocks.forEach(block -> pages.add(block >>> 12));
        return pages;
    }
}
