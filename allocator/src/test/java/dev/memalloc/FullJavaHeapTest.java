package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wherever the Java heap is full in a call, that call is done or is not done, and the heap is whole. */
@Timeout(120)
class FullJavaHeapTest {
    @ParameterizedTest(name = "guard interval {0}")
    @ValueSource(ints = {0, 3})
    void theHeapIsWhole(int guardInterval) throws Exception {
        ChildJvm.run(Calls.class, List.of("-Xmx10m"), Integer.toString(guardInterval)).ended(0);
    }

    @Test
    void aHeapIsClosedThatHasFilledTheJavaHeap() throws Exception {
        ChildJvm.run(Closing.class, List.of("-Xmx10m")).ended(0);
    }

    /** Fills the Java heap with what is known of guarded blocks; they go when their heap is closed. */
    static final class Closing {
        private Closing() {
        }

        public static void main(String[] arguments) {
            Heap heap = new Heap(HeapOptions.defaults().withGuardInterval(1));
            try {
                while (true) {
                    heap.memalloc(16);
                }
            } catch (OutOfMemoryError e) {
                heap.close();
            }
        }
    }

    /** Calls new heaps while there is next to no Java heap, at another place each time. */
    static final class Calls {
        private static final int ROUNDS = 4;
        private static final int FAILURES = 4;
        private static final int OPERATIONS = 30;

        private final Heap heap;
        private final SplittableRandom random;
        private final long[] addresses = new long[400];
        private final long[] sizes = new long[addresses.length];
        private Object[] chain;
        private int failures;

        private Calls(Heap heap, SplittableRandom random) {
            this.heap = heap;
            this.random = random;
        }

        public static void main(String[] arguments) {
            long seed = System.nanoTime();
            int guardInterval = Integer.parseInt(arguments[0]);
            int failures = 0;
            for (int round = 0; round < ROUNDS; round++) {
                try {
                    failures += round(new SplittableRandom(seed + round), guardInterval, round > 0);
                } catch (RuntimeException e) {
                    throw new AssertionError("seed " + (seed + round), e);
                }
            }
            if (failures < ROUNDS / 2) {
                throw new AssertionError("the Java heap was full only " + failures + " times");
            }
        }

        private static int round(SplittableRandom random, int guardInterval, boolean full) {
            HeapOptions options = HeapOptions.defaults().withMmapThreshold(60_000).withHugePageThreshold(100_000)
                .withGuardInterval(guardInterval);
            try (Heap heap = new Heap(options, new Os())) {
                Calls calls = new Calls(heap, random);
                calls.run(full);
                return calls.failures;
            }
        }

        private void run(boolean full) {
            // Each collection of a full Java heap takes some milliseconds, so there cannot be many operations then.
            int until = random.nextInt(200);
            for (int i = 0; i < until + OPERATIONS && failures < FAILURES; i++) {
                if (full && i == until) {
                    eat();
                }
                step();
            }
            chain = null;
            requireWhole();
        }

        private void step() {
            int block = random.nextInt(addresses.length);
            long size = random.nextInt(4) == 0 ? 0 : random.nextLong(16, random.nextBoolean() ? 8193 : 200_000);
            try {
                long address = addresses[block];
                if (address != 0) {
                    require(heap.segment(address), block);
                }
                long moved = heap.memresize(address, size);
                addresses[block] = moved;
                sizes[block] = size;
            } catch (OutOfMemoryError e) {
                failures++;
                // Now and then there is a bit again.
                for (int spared = 1 << random.nextInt(4); spared > 0 && chain != null; spared--) {
                    chain = (Object[]) chain[0];
                }
                if (addresses[block] != 0 && size == 0) {
                    addresses[block] = isLive(block) ? addresses[block] : 0;
                }
            }
            stamp(block);
        }

        /** The free may have been done, if it was the quarantine that had no room. */
        private boolean isLive(int block) {
            Object[] kept = chain;
            chain = null;
            try {
                heap.usableSize(addresses[block]);
                return true;
            } catch (IllegalStateException | IllegalArgumentException e) {
                return false;
            } finally {
                chain = kept;
            }
        }

        private void stamp(int block) {
            if (addresses[block] != 0) {
                RawMemory.putLong(addresses[block], id(block));
                RawMemory.putLong(addresses[block] + sizes[block] - 8, id(block));
            }
        }

        private void require(MemorySegment bytes, int block) {
            if (bytes.byteSize() < sizes[block]
                    || RawMemory.getLong(addresses[block]) != id(block)
                    || RawMemory.getLong(addresses[block] + sizes[block] - 8) != id(block)) {
                throw new IllegalStateException("block " + block + " is not intact");
            }
        }

        private long id(int block) {
            return addresses[block] * 31 + block;
        }

        private void requireWhole() {
            heap.check();
            List<Long> held = new ArrayList<>();
            for (int i = 0; i < addresses.length; i++) {
                if (addresses[i] != 0) {
                    require(heap.segment(addresses[i]), i);
                    held.add(addresses[i]);
                }
            }
            heap.forEachLive(each -> {
                if (!held.contains(each.address()) && each.size() > SlotSizes.SIZE_MAX && heap.guards().areOff()) {
                    throw new IllegalStateException("a block of " + each.size() + " bytes is nobody's");
                }
            });
            held.forEach(heap::memfree);
            heap.trim();
            heap.check();
            heap.memfree(heap.memalloc(1_000_000));
        }

        /** Takes the Java heap but for a few KiB: the last bytes would take a collection each. */
        private void eat() {
            int size = 1 << 20;
            while (size >= 2048) {
                try {
                    chain = new Object[] {chain, new byte[size]};
                } catch (OutOfMemoryError e) {
                    size /= 2;
                }
            }
        }
    }
}
