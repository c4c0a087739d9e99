package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks are divided among shards, so that threads do not wait for each other. */
@Timeout(60)
class BlockShardsTest {
    private static final int COUNT = 1000;
    private static final int SIZE = 20_000;
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
    @CsvSource({"40, 18, 8, 8", "36, 18, 2, 2", "21, 18, 8, 2", "20, 18, 8, 1", "18, 17, 8, 1", "30, 30, 8, 1",
        "30, 28, 8, 1", "30, 27, 8, 2", "40, 40, 8, 1", "36, 18, 1, 1"})
    void eachHasRoomForSomeOfTheLargestBlocks(int rangeLog2, int thresholdLog2, int most, int shards) {
        HeapOptions options = HeapOptions.defaults()
            .withAddressRange(1L << rangeLog2).withMmapThreshold(1L << thresholdLog2);
        assertThat(Bulk.shardCount(options, most)).isEqualTo(shards);
    }

    @Test
    void threadsThatRunAtOnceAllocateApart() throws Exception {
        assumeThat(PROCESSORS).isGreaterThan(1);
        List<Long> ones = one.submit(() -> allocate(heap)).get();
        List<Long> others = other.submit(() -> allocate(heap)).get();
        assertThat(shards(heap, ones)).hasSize(1).doesNotContainAnyElementsOf(shards(heap, others));

        // What another thread frees goes back to where it is from.
        other.submit(() -> ones.forEach(heap::memfree)).get();
        assertThat(shards(heap, other.submit(() -> allocate(heap)).get())).isEqualTo(shards(heap, others));
        assertThat(one.submit(() -> allocate(heap)).get()).isEqualTo(ones);
    }

    @Test
    void whatIsFreedWhileItIsMovedLeavesNothingBehind() throws Exception {
        long large = 64 << 20;
        try (Heap moving = new Heap(HeapOptions.defaults().withMmapThreshold(4 * large))) {
            for (int i = 0; i < 10; i++) {
                long block = moving.memalloc(large);
                long guard = moving.memalloc(10_000);
                Future<?> resized = one.submit(() -> moving.memresize(block, 2 * large));
                Thread.sleep(i);
                try {
                    moving.memfree(block);
                    moving.memfree(guard);
                    moving.trim();
                    resized.get();
                    fail("it was resized and freed");
                } catch (IllegalArgumentException | IllegalStateException e) {
                    // Resized already: this is the second free.
                    moving.memfree(guard);
                    moving.memfree((long) resized.get());
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOfAny(
                        IllegalArgumentException.class, IllegalStateException.class);
                }
                assertThat(moving.stats().blocksLive()).isZero();
            }
            moving.check();
        }
    }

    @Test
    void whatNoSystemHasIsNotTakenFromTheBudget() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Future<?> asking = one.submit(() -> {
            while (!ended.get()) {
                assertThatThrownBy(() -> heap.memalloc(Long.MAX_VALUE - 8192)).isInstanceOf(OutOfMemoryError.class);
            }
        });
        for (int i = 0; i < 100_000; i++) {
            heap.memfree(heap.memalloc(SIZE));
        }
        ended.set(true);
        asking.get();
        assertThat(heap.stats().bytesPeak()).isLessThan(1L << 30);
    }

    @Test
    void whereOneIsFullTheOthersServe() {
        // The smallest range that is divided.
        long range = 4L << 30;
        int size = 250_000;
        try (Heap small = new Heap(HeapOptions.defaults().withAddressRange(range))) {
            List<Long> blocks = new ArrayList<>();
            assertThatThrownBy(() -> {
                while (true) {
                    blocks.add(small.memalloc(size));
                }
            }).isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("address range of " + range + " bytes is full");
            assertThat(shards(small, blocks)).hasSize(Math.min(2, PROCESSORS));
            assertThat(small.stats().bytesLive()).isGreaterThan(range * 97 / 100);
            small.check();
            // Growing where there is no room anywhere fails, and leaves all as it is.
            long block = blocks.getFirst();
            assertThatThrownBy(() -> small.memresize(block, size + 5000)).isInstanceOf(OutOfMemoryError.class);
            blocks.forEach(small::memfree);
            small.check();
            assertThat(small.stats().blocksLive()).isZero();
        }
    }

    @Test
    void whatOneHasTakenInAdvanceIsThereForAnother() throws Exception {
        long limit = 256L << 20;
        try (Heap limited = new Heap(HeapOptions.defaults().withLimit(limit))) {
            List<Long> ones = one.submit(() -> allocate(limited)).get();
            List<Long> others = other.submit(() -> allocate(limited)).get();
            one.submit(() -> ones.forEach(limited::memfree)).get();
            long rest = limit - limited.stats().bytesLive();
            long all = limited.memalloc(rest);
            assertThat(limited.stats().bytesLive()).isEqualTo(limit);
            // No byte is left: a block can shrink, and grow into what it has given back.
            long last = others.getLast();
            assertThat(limited.memresize(last, SIZE / 2)).isEqualTo(last);
            assertThat(other.submit(() -> limited.memresize(last, SIZE)).get()).isEqualTo(last);
            assertThatThrownBy(() -> limited.memresize(last, 2 * SIZE)).isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining(limit + " bytes live").hasMessageContaining("limit would be exceeded");
            limited.memfree(all);
            limited.check();
        }
    }

    @Test
    void figuresAgreeWhileThreadsRun() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Future<?> ones = one.submit(() -> walk(1, ended));
        Future<?> others = other.submit(() -> walk(2, ended));
        for (int i = 0; i < 2000; i++) {
            HeapStats stats = heap.stats();
            assertThat(stats.bytesLive() - stats.bytesMapped() + stats.bytesFree()).isEqualTo(stats.bytesCommitted());
            assertThat(stats.bytesFree()).isNotNegative();
            if (i % 100 == 0) {
                heap.check();
            }
        }
        ended.set(true);
        ones.get();
        others.get();
        assertThat(heap.stats().bytesLive()).isZero();
    }

    /** Blocks, mappings, and what is resized from one to the other. */
    private void walk(long seed, AtomicBoolean ended) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] blocks = new long[50];
        while (!ended.get()) {
            int i = random.nextInt(blocks.length);
            long size = random.nextLong(10_000, 600_000);
            if (blocks[i] == 0) {
                blocks[i] = heap.memalloc(size);
            } else if (random.nextBoolean()) {
                blocks[i] = heap.memresize(blocks[i], size);
            } else {
                heap.memfree(blocks[i]);
                blocks[i] = 0;
            }
        }
        for (long block : blocks) {
            heap.memfree(block);
        }
    }

    private static List<Long> allocate(Heap heap) {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            blocks.add(heap.memalloc(SIZE));
        }
        return blocks;
    }

    private static HashSet<Object> shards(Heap heap, List<Long> blocks) {
        HashSet<Object> shards = new HashSet<>();
        blocks.forEach(block -> shards.add(heap.bulk().lockOf(block)));
        return shards;
    }
}
