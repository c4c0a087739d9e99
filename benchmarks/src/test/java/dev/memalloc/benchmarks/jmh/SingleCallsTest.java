package dev.memalloc.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.benchmarks.allocators.Opponent;
import dev.memalloc.benchmarks.allocators.RecordingAllocator;
import dev.memalloc.benchmarks.allocators.RecordingAllocator.Written;
import org.junit.jupiter.api.Test;

/** The bodies of the JMH benchmarks write to each block and free it; the recorder verifies that at each free. */
class SingleCallsTest {
    private final RecordingAllocator recorder =
        new RecordingAllocator(Opponent.named("memalloc").open(), Written.PAGES);
    private final SingleCalls.OneAllocator one = new SingleCalls.OneAllocator();
    private final SingleCalls calls = new SingleCalls();

    SingleCallsTest() {
        one.allocator = recorder;
    }

    @Test
    void pair() {
        SingleCalls.Size size = new SingleCalls.Size();
        size.bytes = 1024;
        calls.pair(one, size);
        assertFreed(1);
    }

    @Test
    void zeroedPair() {
        SingleCalls.ZeroedSize size = new SingleCalls.ZeroedSize();
        size.bytes = 1024;
        assertThat(calls.zeroedPair(one, size)).isZero();
        assertFreed(1);
    }

    @Test
    void replace() {
        SingleCalls.Live live = new SingleCalls.Live();
        live.fill(one);
        assertThat(recorder.blocksLive()).isEqualTo(10_000);
        for (int i = 0; i < 1000; i++) {
            calls.replace(live);
        }
        live.drain();
        assertFreed(11_000);
    }

    private void assertFreed(long blocks) {
        assertThat(recorder.frees()).isEqualTo(blocks);
        assertThat(recorder.blocksLive()).isZero();
    }
}
