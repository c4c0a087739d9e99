package dev.memalloc.benchmarks.collections;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermutationTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 1000, 1024, 65_537})
    void eachNumberComesOnce(int count) {
        for (long seed : new long[] {0, 1, 1_000_000}) {
            Permutation order = new Permutation(count, seed);
            assertThat(IntStream.range(0, count).map(order::at).sorted()).containsExactly(
                IntStream.range(0, count).boxed().toArray(Integer[]::new));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 100_000})
    void neighboursAreFarApartAndSeedsDiffer(int count) {
        Permutation one = new Permutation(count, 0);
        Permutation other = new Permutation(count, 1);
        assertThat(IntStream.range(1, count).filter(i -> Math.abs(one.at(i) - one.at(i - 1)) < 8).count())
            .isLessThan(count / 20);
        assertThat(IntStream.range(0, count).filter(i -> one.at(i) == other.at(i)).count()).isLessThan(count / 20);
    }
}
