package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Addresses that are no block's give as many exceptions, from memfree and from memresize. */
class RandomAddressTest {
    private static final int ADDRESSES = Integer.getInteger("random.addresses", 1_000_000);

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();

    @Test
    void everyOneIsRefused() {
        long seed = Long.getLong("walk.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Heap heap = checked.heap();
        Set<Long> live = new HashSet<>();
        Set<Long> all = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            long size = random.nextInt(20) == 0 ? 1_200_000 : random.nextLong(1, 3000);
            long address = heap.memalloc(size);
            heap.memoryset(address, random.nextInt(), size);
            all.add(address);
            if (random.nextBoolean() && live.size() > 1) {
                heap.memfree(address);
            } else {
                live.add(address);
            }
        }
        heap.trim();
        HeapStats before = heap.stats();
        long first = all.stream().mapToLong(address -> address).filter(a -> !isMapping(heap, a)).min().orElseThrow();
        int refusedFrees = 0;
        int refusedResizes = 0;
        for (int i = 0; i < ADDRESSES; i++) {
            long address = randomAddress(random, first, before.bytesCommitted(), all);
            if (address == 0 || live.contains(address)) {
                i--;
                continue;
            }
            refusedFrees += refuses(() -> heap.memfree(address)) ? 1 : 0;
            refusedResizes += refuses(() -> heap.memresize(address, 1 + (address & 4095))) ? 1 : 0;
        }
        assertThat(refusedFrees).as("seed %d", seed).isEqualTo(ADDRESSES);
        assertThat(refusedResizes).as("seed %d", seed).isEqualTo(ADDRESSES);
        assertThat(heap.stats()).as("seed %d", seed).isEqualTo(before);
    }

    /** Anywhere; in the address range; in the committed memory; aligned there; near a block, live or free. */
    private static long randomAddress(SplittableRandom random, long first, long committed, Set<Long> blocks) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextLong();
            case 1 -> first + random.nextLong(1L << 36);
            case 2 -> first + random.nextLong(committed);
            case 3 -> first + random.nextLong(committed) / 16 * 16;
            default -> blocks.iterator().next() + random.nextLong(-64, 64) * 8;
        };
    }

    private static boolean isMapping(Heap heap, long address) {
        return address % Os.PAGE_SIZE == 0;
    }

    private static boolean refuses(Runnable call) {
        try {
            call.run();
            return false;
        } catch (IllegalArgumentException | IllegalStateException e) {
            return true;
        }
    }
}
