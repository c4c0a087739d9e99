package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Many small blocks, of which all but a few are freed: does their memory go back, and without being asked to? */
final class Burst implements Workload {
    /** As many blocks of 16 to 1,024 bytes as make 1 GiB. */
    private static final int BLOCKS = (1 << 30) / 520;
    private static final int KEPT_ONE_IN = 1000;
    private static final Sizes SIZES = Sizes.uniform(16, 1024);

    @Override
    public String name() {
        return "burst";
    }

    @Override
    public String about() {
        return "1 GiB of blocks of 16-1,024 B, then all but one in 1,000 freed; memory 3 s later";
    }

    @Override
    public long blocksLive() {
        return BLOCKS;
    }

    @Override
    public int lapsMax() {
        return 1;
    }

    @Override
    public Duration rest() {
        return Duration.ofSeconds(3);
    }

    @Override
    public List<? extends Worker> workers(Load load) {
        return IntStream.range(0, load.threads()).mapToObj(i -> new Bursts(load, i)).toList();
    }

    private static final class Bursts implements Worker {
        private final Allocator allocator;
        private final RandomSequence random;
        private final LiveBytes.Share live;
        private final long[] blocks;
        private final int[] sizes;

        Bursts(Load load, int index) {
            allocator = load.allocator();
            random = new RandomSequence(index);
            live = load.live().share();
            blocks = new long[load.scaled(BLOCKS / load.threads())];
            sizes = new int[blocks.length];
        }

        @Override
        public long lap() {
            drain();
            for (int i = 0; i < blocks.length; i++) {
                sizes[i] = SIZES.next(random);
                blocks[i] = allocator.allocate(sizes[i]);
                Touch.pages(allocator.address(blocks[i]), sizes[i]);
                live.add(sizes[i]);
            }
            long freed = 0;
            for (int i = 0; i < blocks.length; i++) {
                if (i % KEPT_ONE_IN != 0) {
                    free(i);
                    freed++;
                }
            }
            return blocks.length + freed;
        }

        @Override
        public void drain() {
            for (int i = 0; i < blocks.length; i++) {
                if (blocks[i] != 0) {
                    free(i);
                }
            }
        }

        private void free(int i) {
            allocator.free(blocks[i]);
            live.add(-sizes[i]);
            blocks[i] = 0;
        }
    }
}
