package dev.memalloc.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import dev.memalloc.HeapStats;
import dev.memalloc.Memory;
import dev.memalloc.benchmarks.jmh.ArenaCalls.Source;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bodies allocate from what they say, and leave nothing behind. */
class ArenaCallsTest {
    private static final int SIZE = 300_000;

    @ParameterizedTest
    @EnumSource
    void closedArenasLeaveNothing(Source source) {
        Heap heap = source.heap == null ? Memory.heap() : source.heap;
        HeapStats before = heap.stats();
        ArenaCalls calls = calls(source);
        calls.confined();
        calls.shared();
        assertThat(heap.stats().bytesLive()).isEqualTo(before.bytesLive());
        if (source.heap == null) {
            assertThat(heap.stats()).isEqualTo(before);
        } else {
            assertThat(heap.stats().bytesPeak()).isGreaterThanOrEqualTo(before.bytesLive() + 2 * SIZE);
        }
    }

    private static ArenaCalls calls(Source source) {
        ArenaCalls calls = new ArenaCalls();
        calls.source = source;
        calls.size = SIZE;
        calls.segments = 2;
        return calls;
    }
}
