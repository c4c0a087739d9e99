package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.internal.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random walks of several threads that hand blocks over, beside a model of what is live: each block has a number of its
 * own in its first and last bytes, so that blocks which overlap are found. The heap is checked while all threads wait.
 * {@code -Dstress.operations=} says how many operations.
 */
class StressTest {
    private static final long OPERATIONS = Long.getLong("stress.operations", 100_000_000);
    private static final int THREADS = 4;
    private static final int ROUNDS = 20;
    private static final int BLOCKS = 2000;
    private static final int EXCHANGED = 256;

    private final long seed = System.nanoTime();
    private final AtomicReferenceArray<Block> exchange = new AtomicReferenceArray<>(EXCHANGED);

    /** A live block, and the number that is in it. */
    private record Block(long address, long size, long number) {
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void blocksStayApartAndKeepTheirContents() throws Exception {
        try (Heap heap = new Heap(); ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            CyclicBarrier barrier = new CyclicBarrier(THREADS, heap::check);
            List<Future<?>> walks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                walks.add(threads.submit(() -> {
                    try {
                        new Walk(heap, thread).run(barrier);
                    } finally {
                        // Who fails lets the others fail as well, rather than wait.
                        barrier.reset();
                    }
                    return null;
                }));
            }
            Throwable failure = null;
            for (Future<?> walk : walks) {
                try {
                    walk.get();
                } catch (ExecutionException e) {
                    if (failure == null || failure instanceof BrokenBarrierException) {
                        failure = e.getCause();
                    }
                }
            }
            assertThat(failure).as("seed %d", seed).isNull();
            for (int i = 0; i < EXCHANGED; i++) {
                if (exchange.get(i) != null) {
                    heap.memfree(exchange.get(i).address);
                }
            }
            heap.check();
            assertThat(heap.stats().blocksLive()).as("seed %d", seed).isZero();
            assertThat(heap.stats().bytesLive()).as("seed %d", seed).isZero();
        }
    }

    /** What one thread does. */
    private final class Walk {
        private final Heap heap;
        private final SplittableRandom random;
        private final Block[] blocks = new Block[BLOCKS];
        private long number;

        Walk(Heap heap, int thread) {
            this.heap = heap;
            random = new SplittableRandom(seed + thread);
            number = (long) thread << 48;
        }

        void run(CyclicBarrier barrier) throws Exception {
            for (int round = 0; round < ROUNDS; round++) {
                for (long step = 0; step < OPERATIONS / ROUNDS / THREADS; step++) {
                    step(random.nextInt(BLOCKS));
                }
                heap.trim();
                barrier.await();
            }
            for (Block block : blocks) {
                if (block != null) {
                    verify(block);
                    heap.memfree(block.address);
                }
            }
            barrier.await();
        }

        private void step(int slot) {
            Block block = blocks[slot];
            if (block == null) {
                blocks[slot] = allocate(size());
                return;
            }
            verify(block);
            int what = random.nextInt(16);
            if (what < 9) {
                heap.memfree(block.address);
                blocks[slot] = null;
            } else if (what < 12) {
                blocks[slot] = resize(block, size());
            } else {
                blocks[slot] = exchange.getAndSet(random.nextInt(EXCHANGED), block);
            }
        }

        private Block allocate(long size) {
            int how = random.nextInt(16);
            if (how == 0) {
                long alignment = 1L << random.nextInt(4, 14);
                long address = heap.memalign(alignment, size);
                assertThat(address % alignment).as("seed %d", seed).isZero();
                return marked(address, size);
            }
            if (how == 1) {
                long address = heap.defalloc(size, 1);
                if (RawMemory.getByte(address) != 0 || RawMemory.getByte(address + size - 1) != 0) {
                    throw new AssertionError("seed " + seed + ": not zeroed: " + Damage.hex(address));
                }
                return marked(address, size);
            }
            return marked(heap.memalloc(size), size);
        }

        private Block resize(Block block, long size) {
            long address = heap.memresize(block.address, size);
            if (block.size >= 2 * Long.BYTES && size >= Long.BYTES && RawMemory.getLong(address) != block.number) {
                throw new AssertionError("seed " + seed + ": not kept: " + block);
            }
            return marked(address, size);
        }

        /** Mostly of up to 4 KiB, some up to 256 KiB, a few up to 32 MiB. */
        private long size() {
            int which = random.nextInt(1024);
            int bits = which == 0 ? random.nextInt(18, 25) : which < 32 ? random.nextInt(12, 18) : random.nextInt(12);
            return random.nextLong(1L << bits, 2L << bits);
        }

        private Block marked(long address, long size) {
            Block block = new Block(address, size, ++number);
            if (size >= Long.BYTES) {
                RawMemory.putLong(address, number);
                RawMemory.putLong(address + size - Long.BYTES, number);
            } else {
                for (int i = 0; i < size; i++) {
                    RawMemory.putByte(address + i, (byte) number);
                }
            }
            return block;
        }

        private void verify(Block block) {
            boolean whole = block.size >= 2 * Long.BYTES ? RawMemory.getLong(block.address) == block.number
                && RawMemory.getLong(block.address + block.size - Long.BYTES) == block.number
                : block.size >= Long.BYTES
                    ? RawMemory.getLong(block.address + block.size - Long.BYTES) == block.number
                    : RawMemory.getByte(block.address) == (byte) block.number
                        && RawMemory.getByte(block.address + block.size - 1) == (byte) block.number;
            if (!whole) {
                throw new AssertionError("seed " + seed + ": overwritten: " + block);
            }
        }
    }
}
