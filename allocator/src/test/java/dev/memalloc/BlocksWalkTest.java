package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Blocks alone, without what uses them: whole at every step, and the checker sees what is not. */
class BlocksWalkTest {
    private final Region region = Region.reserve(new Os(), 64 << 20);
    private final FreeLists freeLists = new FreeLists(region);
    private final Blocks blocks = new Blocks(region, freeLists);

    @AfterEach
    void release() {
        region.release();
    }

    @Test
    void blocksAreWholeAtEveryStepOfAWalk() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        int[] live = new int[200];
        for (int i = 0; i < 50_000; i++) {
            int slot = random.nextInt(live.length);
            int size = random.nextInt(1, 1 << random.nextInt(1, 9));
            if (live[slot] == 0) {
                long alignment = 1L << random.nextInt(4, 19);
                live[slot] = blocks.allocate(size, random.nextBoolean() ? 1 : alignment);
                assertThat(live[slot]).isNotZero();
            } else if (random.nextBoolean()) {
                blocks.resize(live[slot], size);
            } else {
                blocks.free(live[slot]);
                live[slot] = 0;
            }
            if (i % 100 == 0) {
                new HeapCheck(region, freeLists).run();
            }
        }
        for (int block : live) {
            if (block != 0) {
                blocks.free(block);
            }
        }
        assertThat(region.top()).as("seed %d", seed).isOne();
    }

    @Test
    void alignedBlocksAreAlignedAndLeaveWhatIsBeforeThemFree() {
        blocks.allocate(3, 1);
        for (long alignment = 1; alignment <= 2 << 20; alignment *= 2) {
            int block = blocks.allocate(5, alignment);
            assertThat(region.address(block) % alignment).isZero();
            assertThat(region.tags.size(block)).isEqualTo(5);
            new HeapCheck(region, freeLists).run();
        }
    }

    @Test
    void theCheckerSeesAWrongTag() {
        int first = blocks.allocate(10, 1);
        int second = blocks.allocate(10, 1);
        int third = blocks.allocate(10, 1);
        blocks.allocate(10, 1);
        blocks.free(first);
        blocks.free(third);
        Tags tags = region.tags;
        sees(() -> tags.setNext(third, second), () -> tags.setNext(third, first), "a list");
        sees(() -> tags.setPrevious(first, 0), () -> tags.setPrevious(first, third), "links back");
        sees(() -> tags.clear(second - 1), () -> tags.setFree(first, 10), "ends with its size");
        tags.setPrevious(first, third);
        sees(() -> tags.setLive(second, 9), () -> tags.setLive(second, 10), "begins where the one before it ends");
        sees(() -> tags.setLive(second + 5, 5), () -> tags.clear(second + 5), "no block begins in another");
        sees(() -> tags.setLive(second, 1 << 20), () -> tags.setLive(second, 10), "within the region");
    }

    private void sees(Runnable damage, Runnable repair, String what) {
        damage.run();
        assertThatThrownBy(() -> new HeapCheck(region, freeLists).run()).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(what);
        repair.run();
        new HeapCheck(region, freeLists).run();
    }
}
