package dev.memalloc.benchmarks.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SizesTest {
    private static final int DRAWS = 200_000;

    @Test
    void uniform() {
        int[] sizes = draw(Sizes.uniform(16, 1024));
        assertThat(sizes).contains(16, 1024);
        assertBounds(sizes, 16, 1024);
        assertThat(mean(sizes)).isCloseTo(520, within(5.0));
    }

    @Test
    void logUniformHasAsManyInEachDoubling() {
        int[] sizes = draw(Sizes.logUniform(16, 200_000));
        assertBounds(sizes, 16, 200_000);
        assertThat(share(sizes, 64, 128)).isCloseTo(share(sizes, 65_536, 131_072), within(0.01));
        assertThat(mean(sizes)).isCloseTo((200_000 - 16) / Math.log(200_000 / 16.0), within(500.0));
    }

    @Test
    void inverseSquareHasHalfAsManyInEachDoubling() {
        int[] sizes = draw(Sizes.inverseSquare(4, 32_768));
        assertBounds(sizes, 4, 32_768);
        assertThat(share(sizes, 4, 8)).isCloseTo(2 * share(sizes, 8, 16), within(0.01));
    }

    @Test
    void fallingHasThreeQuartersInTheLowerHalf() {
        int[] sizes = draw(Sizes.falling(8, 16_000));
        assertBounds(sizes, 8, 16_000);
        assertThat(share(sizes, 8, 8004)).isCloseTo(0.75, within(0.01));
    }

    @Test
    void halvingPowers() {
        int[] sizes = draw(Sizes.halvingPowers());
        assertBounds(sizes, 1, 1023);
        assertThat(share(sizes, 1, 2)).isCloseTo(0.5, within(0.01));
        assertThat(share(sizes, 4, 8)).isCloseTo(0.125, within(0.01));
    }

    private static int[] draw(Sizes sizes) {
        RandomSequence random = new RandomSequence(0);
        return IntStream.range(0, DRAWS).map(i -> sizes.next(random)).toArray();
    }

    private static void assertBounds(int[] sizes, int min, int max) {
        assertThat(IntStream.of(sizes).summaryStatistics())
            .satisfies(all -> assertThat(all.getMin()).isGreaterThanOrEqualTo(min))
            .satisfies(all -> assertThat(all.getMax()).isLessThanOrEqualTo(max));
    }

    private static double mean(int[] sizes) {
        return IntStream.of(sizes).average().orElseThrow();
    }

    /** What part of the sizes is at least {@code from} and less than {@code to}. */
    private static double share(int[] sizes, int from, int to) {
        return (double) IntStream.of(sizes).filter(size -> size >= from && size < to).count() / sizes.length;
    }
}
