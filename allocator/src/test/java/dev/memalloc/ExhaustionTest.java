package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operating system really refuses, in a JVM of its own: each call works or throws, and the heap is whole. */
@Timeout(120)
class ExhaustionTest {
    private static final Path MAX_MAP_COUNT = Path.of("/proc/sys/vm/max_map_count");
    private static final long MAP_COUNT_TESTED = 300_000;

    @Test
    void theProcessHasAsManyMappingsAsItMay() throws Exception {
        assumeTrue(Files.isReadable(MAX_MAP_COUNT));
        long mappings = Long.parseLong(Files.readAllLines(MAX_MAP_COUNT).getFirst());
        assumeTrue(mappings <= MAP_COUNT_TESTED);
        ChildJvm.run(List.of("env", "MALLOC_ARENA_MAX=1", "MALLOC_MMAP_THRESHOLD_=1000000000"), Mappings.class,
            List.of("-Xms64m", "-XX:+AlwaysPreTouch"), Long.toString(mappings)).silent(0);
    }

    @Test
    void theProcessHasAsMuchAddressSpaceAsItMay() throws Exception {
        long kibibytes = 6L << 20;
        ChildJvm.Result result = ChildJvm.run(List.of("sh", "-c", "ulimit -v " + kibibytes + "; exec \"$@\"", "sh"),
            AddressSpace.class, List.of("-XX:ReservedCodeCacheSize=16m", "-XX:CompressedClassSpaceSize=16m"));
        assertThat(result.silent(0).out()).isEqualTo("done\n");
    }

    /** Allocates mappings that the kernel cannot join, since there is a page between them, until it refuses. */
    static final class Mappings {
        private static final int SIZE = 8192;

        private Mappings() {
        }

        public static void main(String[] arguments) {
            long seed = System.nanoTime();
            try {
                // So that the JVM itself needs no more mappings when there are none left.
                run(new SplittableRandom(seed), 2000);
                int mappings = Integer.parseInt(arguments[0]) / 8 * 9;
                int refusals = run(new SplittableRandom(seed), mappings);
                Required.require(refusals > 20, refusals + " calls were refused with " + mappings + " mappings");
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed, e);
            }
        }

        /** Returns how often the kernel refused. */
        private static int run(SplittableRandom random, int most) {
            try (Heap heap = new Heap(HeapOptions.defaults().withMmapThreshold(SIZE))) {
                long[] addresses = new long[most];
                int refusals = fill(heap, addresses);
                heap.check();
                refusals += change(heap, addresses, random);
                free(heap, addresses);
                heap.check();
                heap.trim();
                Required.require(heap.stats().bytesLive() == 0, heap.stats().toString());
                Required.require(heap.stats().bytesSpare() == 0, heap.stats().toString());
                for (int i = 0; i < 1000; i++) {
                    addresses[i] = heap.memalloc(SIZE + random.nextInt(SIZE * 100));
                    Pattern.write(heap, addresses[i], SIZE, i);
                }
                for (int i = 0; i < 1000; i++) {
                    Pattern.verify(heap, addresses[i], SIZE, i);
                }
                free(heap, addresses);
                heap.check();
                return refusals;
            }
        }

        /** Returns how often the kernel refused to take a page out of what it has joined. */
        private static int fill(Heap heap, long[] addresses) {
            int refusals = 0;
            for (int i = 0; i < addresses.length; i++) {
                addresses[i] = heap.memresize(heap.memalloc(3 * Os.PAGE_SIZE), SIZE);
                if (i % 2000 == 0) {
                    refusals += attempt(heap::trim);
                }
            }
            return refusals;
        }

        private static int change(Heap heap, long[] addresses, SplittableRandom random) {
            int refusals = 0;
            for (int i = 0; i < 3000; i++) {
                int block = addresses.length - 1 - random.nextInt(addresses.length / 4);
                long size = random.nextInt(5) == 0 ? 0 : random.nextLong(SIZE + 1, 20 * SIZE);
                refusals += attempt(() -> addresses[block] = heap.memresize(addresses[block], size));
                if (addresses[block] != 0) {
                    heap.memoryset(addresses[block], i, Math.min(SIZE, heap.usableSize(addresses[block])));
                }
                if (random.nextInt(100) == 0) {
                    refusals += attempt(heap::trim);
                }
                // What other parts of the heap ask for may be refused as well.
                refusals += attempt(() -> heap.memfree(heap.memalloc(1 + random.nextInt(SIZE))));
            }
            heap.check();
            return refusals;
        }

        private static int attempt(Runnable call) {
            try {
                call.run();
                return 0;
            } catch (OutOfMemoryError e) {
                Required.require(e.getCause() instanceof OsException, e.toString());
                Required.require(e.getMessage().contains("(ENOMEM)"), e.toString());
                return 1;
            }
        }

        private static void free(Heap heap, long[] addresses) {
            for (int i = 0; i < addresses.length; i++) {
                heap.memfree(addresses[i]);
                addresses[i] = 0;
            }
        }
    }

    /** Opens a heap where there is too little address space for its usual ranges, and takes all there is. */
    static final class AddressSpace {
        private AddressSpace() {
        }

        public static void main(String[] arguments) {
            try (Heap heap = new Heap()) {
                long[] addresses = new long[20_000];
                for (long size : new long[] {100, 5000, 50_000, 1_000_000, 100_000_000}) {
                    int count = fill(heap, addresses, size);
                    heap.check();
                    for (int i = 0; i < count; i++) {
                        heap.memfree(addresses[i]);
                    }
                    heap.trim();
                    heap.check();
                    Required.require(heap.stats().bytesLive() == 0, heap.stats().toString());
                    Required.require(size < 1_000_000 || count < addresses.length, "there is room for all of " + size);
                }
            }
            try {
                for (int i = 0; i < 1000; i++) {
                    Heap kept = new Heap();
                    kept.memfree(kept.memalloc(1000));
                }
                throw new IllegalStateException("there is room for 1000 heaps");
            } catch (OutOfMemoryError e) {
                Required.require(e.getMessage().contains("(ENOMEM)"), e.toString());
            }
            System.out.println("done");
        }

        /** Returns how many there was room for. */
        private static int fill(Heap heap, long[] addresses, long size) {
            for (int i = 0; i < addresses.length; i++) {
                try {
                    addresses[i] = heap.memalloc(size);
                } catch (OutOfMemoryError e) {
                    Required.require(e.getMessage().contains(size + " bytes asked for")
                        && (e.getMessage().contains("(ENOMEM)") || e.getMessage().contains("is full")), e.toString());
                    return i;
                }
            }
            return addresses.length;
        }
    }

    /** Apart from the test's class, whose fields need more of the JDK than there is memory for. */
    private static final class Required {
        private Required() {
        }

        static void require(boolean holds, String what) {
            if (!holds) {
                throw new IllegalStateException(what);
            }
        }
    }
}
