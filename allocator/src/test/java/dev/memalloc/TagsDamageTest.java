package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is noted of blocks is out of reach of their users; if it is wrong all the same, no step follows it. */
class TagsDamageTest {
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
                live[slot] = random.nextBoolean() ? blocks.allocate(size) : blocks.allocateAligned(size, alignment);
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
        blocks.allocate(3);
        for (long alignment = 1; alignment <= 2 << 20; alignment *= 2) {
            int block = blocks.allocateAligned(5, alignment);
            assertThat(region.address(block) % alignment).isZero();
            assertThat(region.tags.size(block)).isEqualTo(5);
            new HeapCheck(region, freeLists).run();
        }
    }

    @Test
    void linksThatDoNotLinkBackAreNotFollowed() {
        int first = blocks.allocate(10);
        int guard = blocks.allocate(10);
        int second = blocks.allocate(10);
        blocks.allocate(10);
        blocks.free(first);
        blocks.free(second);
        int next = region.tags.next(second);
        assertThat(next).isEqualTo(first);
        for (int damage : new int[] {guard, second, region.end, Tags.NUMBER_MAX, -1, 1 << 30}) {
            region.tags.setNext(second, damage);
            assertThatThrownBy(() -> blocks.allocate(10)).hasMessageContaining("damaged heap");
            assertThatThrownBy(() -> blocks.free(guard)).hasMessageContaining("damaged heap");
            assertThatThrownBy(() -> new HeapCheck(region, freeLists).run()).isInstanceOf(IllegalStateException.class);
        }
        region.tags.setNext(second, next);
        new HeapCheck(region, freeLists).run();
        blocks.free(guard);
        new HeapCheck(region, freeLists).run();
    }

    @Test
    void anEndThatIsWrongIsNotBelieved() {
        int first = blocks.allocate(10);
        int second = blocks.allocate(10);
        blocks.allocate(10);
        blocks.free(first);
        region.tags.clear(second - 1);
        assertThatThrownBy(() -> new HeapCheck(region, freeLists).run()).hasMessageContaining("ends with its size");
        region.tags.setFree(first, 9);
        region.tags.setFree(first + 5, 5);
        assertThatThrownBy(() -> blocks.free(second)).hasMessageContaining("damaged heap");
        region.tags.setFree(first, 10);
    }
}
