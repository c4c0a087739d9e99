package dev.memalloc.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With guards for all, no address is used twice in a row; without, all are. */
class GuardedCallsTest {
    @ParameterizedTest
    @ValueSource(ints = {64, 16384})
    void guardsAreOnWhereTheyAreSaidToBe(int bytes) {
        assertThat(secondIsTheFirst(0, bytes)).isTrue();
        assertThat(secondIsTheFirst(1, bytes)).isFalse();
    }

    private static boolean secondIsTheFirst(int interval, int bytes) {
        GuardedCalls calls = new GuardedCalls();
        calls.interval = interval;
        calls.bytes = bytes;
        calls.open();
        calls.allocateAndFree();
        boolean same = calls.allocateAndFree() == calls.allocateAndFree();
        calls.close();
        return same;
    }
}
