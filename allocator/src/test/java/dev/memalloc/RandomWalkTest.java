package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ten million random operations against a shadow model that knows the address, size and contents of each block.
 *
 * <p>Contents are written whole when a block is made or resized, and read whole before it is resized or freed;
 * two blocks that overlap spoil each other's. Along the way the checker runs, and the model's blocks are compared
 * pairwise for overlap and with the statistics. Another count and seed: {@code -Dwalk.operations=N},
 * {@code -Dwalk.seed=N}.
 */
@ParameterizedClass(name = "sizes times {0}")
@ValueSource(ints = {1, 20})
class RandomWalkTest {
    private static final long OPERATIONS = Long.getLong("walk.operations", 10_000_000);
    private static final long SEED = Long.getLong("walk.seed", System.nanoTime());
    private static final int SLOTS = 4000;
    private static final int CHECK_EVERY = 50_000;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final long[] addresses = new long[SLOTS];
    private final long[] sizes = new long[SLOTS];
    private final long[] ids = new long[SLOTS];
    private final int scale;
    private long nextId;

    RandomWalkTest(int scale) {
        this.scale = scale;
    }

    @Test
    void aRandomWalkFindsNothing() {
        try (Heap heap = new Heap(HeapOptions.defaults().withMmapThreshold(MAPPED))) {
            long operation = 0;
            try {
                for (; operation < OPERATIONS / scale; operation++) {
                    step(heap, random.nextInt(SLOTS));
                    if (operation % CHECK_EVERY == 0) {
                        heap.check();
                        compare(heap.stats());
                    }
                }
                for (int slot = 0; slot < SLOTS; slot++) {
                    free(heap, slot);
                }
                heap.check();
                assertThat(heap.stats().bytesLive()).isZero();
                assertThat(heap.stats().blocksLive()).isZero();
            } catch (Throwable e) {
                throw new AssertionError("operation " + operation + " of the walk with seed " + SEED, e);
            }
        }
    }

    private void step(Heap heap, int slot) {
        if (addresses[slot] == 0) {
            allocate(heap, slot);
        } else {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> resize(heap, slot);
                case 3 -> duplicate(heap, slot, random.nextInt(SLOTS));
                default -> free(heap, slot);
            }
        }
    }

    private void allocate(Heap heap, int slot) {
        long size = randomSize();
        boolean zeroed = random.nextInt(4) == 0;
        long address = zeroed ? heap.defalloc(size, 1) : heap.memalloc(size);
        if (zeroed) {
            MemorySegment bytes = heap.segment(address);
            assertThat(bytes.asSlice(0, size).mismatch(ZEROES.asSlice(0, size))).isEqualTo(-1);
        }
        put(heap, slot, address, size, 0);
    }

    private void resize(Heap heap, int slot) {
        verify(heap, slot);
        long size = randomSize();
        long kept = Math.min(size, sizes[slot]);
        long address = heap.memresize(addresses[slot], size);
        Pattern.verify(heap.segment(address), sizes[slot], kept, ids[slot]);
        put(heap, slot, address, size, 0);
    }

    private void duplicate(Heap heap, int from, int to) {
        if (addresses[to] == 0) {
            addresses[to] = heap.memdup(addresses[from], sizes[from]);
            sizes[to] = sizes[from];
            ids[to] = ids[from];
            assertThat(addresses[to] % 16).isZero();
        }
    }

    private void free(Heap heap, int slot) {
        if (addresses[slot] != 0) {
            verify(heap, slot);
            heap.memfree(addresses[slot]);
            addresses[slot] = 0;
        }
    }

    private void verify(Heap heap, int slot) {
        Pattern.verify(heap.segment(addresses[slot]), sizes[slot], sizes[slot], ids[slot]);
    }

    private void put(Heap heap, int slot, long address, long size, long from) {
        if (address % 16 != 0) {
            throw new AssertionError("not aligned: " + address);
        }
        addresses[slot] = address;
        sizes[slot] = size;
        ids[slot] = nextId++;
        Pattern.write(heap.segment(address), from, size, ids[slot]);
    }

    private void compare(HeapStats stats) {
        long live = 0;
        long bytes = 0;
        Integer[] byAddress = new Integer[SLOTS];
        Arrays.setAll(byAddress, i -> i);
        Arrays.sort(byAddress, (a, b) -> Long.compare(addresses[a], addresses[b]));
        long end = 0;
        for (int slot : byAddress) {
            if (addresses[slot] != 0) {
                assertThat(addresses[slot]).isGreaterThanOrEqualTo(end);
                end = addresses[slot] + sizes[slot];
                bytes += sizes[slot];
                live++;
            }
        }
        assertThat(stats.blocksLive()).isEqualTo(live);
        assertThat(stats.bytesLive()).isGreaterThanOrEqualTo(bytes);
        assertThat(stats.bytesLive() - bytes).isLessThanOrEqualTo(1024 * live + 4096 * stats.mappingsLive());
    }

    /** Mostly up to 512 bytes, one in a hundred up to 20,000, all times the scale; one in two thousand a mapping. */
    private long randomSize() {
        int kind = random.nextInt(2000);
        if (kind == 0) {
            return random.nextLong(MAPPED - 1000, MAX_SIZE);
        }
        return scale * (kind < 20 ? random.nextLong(1, 20_000) : random.nextLong(1, 1L << random.nextInt(1, 10)));
    }

    private static final long MAPPED = 128 << 10;
    private static final long MAX_SIZE = 400_000;
    private static final MemorySegment ZEROES = MemorySegment.ofArray(new byte[(int) MAX_SIZE]);
}
