package dev.memalloc.benchmarks.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.memalloc.benchmarks.allocators.Allocator;
import dev.memalloc.benchmarks.allocators.Opponent;
import dev.memalloc.benchmarks.allocators.RecordingAllocator;
import dev.memalloc.benchmarks.allocators.RecordingAllocator.Written;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadTest {
    private static final double SCALE = 0.01;
    private static final Effort LAPS = Effort.laps(4);
    private static final Allocator MEMALLOC = Opponent.named("memalloc").open();
    private static final Allocator GLIBC = Opponent.named("glibc").open();
    static final List<String> NAMES = Workloads.ALL.stream().map(Workload::name).toList();
    /** Which of a message's copies a proxy makes depends on who comes first. */
    static final List<String> NAMES_IN_ORDER = NAMES.stream().filter(name -> !name.equals("msgpass")).toList();

    @ParameterizedTest
    @FieldSource("NAMES")
    void oneThreadUsesAndFreesEveryBlock(String name) throws InterruptedException {
        usesAndFreesEveryBlock(name, 1);
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void threeThreadsUseAndFreeEveryBlock(String name) throws InterruptedException {
        usesAndFreesEveryBlock(name, Workloads.named(name).parallel() ? 3 : 1);
    }

    @ParameterizedTest
    @FieldSource("NAMES_IN_ORDER")
    void requestsAreTheSameForEachAllocator(String name) throws InterruptedException {
        assertThat(requests(name, MEMALLOC, 2)).isNotEmpty().isEqualTo(requests(name, GLIBC, 2));
    }

    @Test
    void producersSendTheSameMessagesForEachAllocator() throws InterruptedException {
        String producer = Thread.currentThread().getName() + "/0";
        assertThat(requests("msgpass", MEMALLOC, 1).get(producer))
            .isNotEmpty()
            .isEqualTo(requests("msgpass", GLIBC, 1).get(producer));
    }

    @ParameterizedTest
    @CsvSource({
        "pair64, 1, 1", "replace10k, 10_000, 1", "replace1m, 10_000, 0.01", "mixed, 5000, 1", "larson, 50, 0.01",
        "malloc-large, 5, 0.25", "grow-8, 2, 1", "burst, 20_648, 0.01", "latency, 10_000, 1",
        "glibc-simple, 1600, 1", "glibc-thread, 1024, 1"})
    void asManyBlocksAreLiveAsDocumented(String name, String expected, double scale) throws InterruptedException {
        RecordingAllocator recorder = new RecordingAllocator(GLIBC, written(name));
        Run.of(Workloads.named(name), recorder, 1, scale, Effort.laps(0), Effort.laps(1));
        assertThat(recorder.blocksPeak()).isEqualTo(Long.parseLong(expected.replace("_", "")));
    }

    @Test
    void parametersAreTheDocumentedOnes() {
        assertThat(Workloads.named("replace10k").blocksLive(1)).isEqualTo(10_000);
        assertThat(Workloads.named("replace1m").blocksLive(2)).isEqualTo(2_000_000);
        assertThat(Workloads.named("mixed").blocksLive(1)).isEqualTo(5_000);
        assertThat(Workloads.named("malloc-large").blocksLive(1)).isEqualTo(20);
        assertThat(Workloads.named("burst").rest()).hasSeconds(3);
    }

    @ParameterizedTest
    @CsvSource({"replace10k", "mixed", "larson", "burst", "xmalloc", "rptest", "sh8", "mstress"})
    void liveBytesAreCountedRight(String name) throws InterruptedException {
        RecordingAllocator recorder = new RecordingAllocator(GLIBC, written(name));
        Outcome outcome = Run.of(Workloads.named(name), recorder, 1, 0.1, Effort.laps(0), LAPS);
        assertThat(outcome.bytesLivePeak())
            .isCloseTo(recorder.bytesPeak(), within(3L * LiveBytes.EXACT_TO));
    }

    @Test
    void growthEndsAtOneGibibyte() throws InterruptedException {
        assertThat(Run.of(Workloads.named("grow"), MEMALLOC, 1, 1, Effort.laps(0), Effort.laps(1)))
            .returns(10L, Outcome::operations)
            .returns(1L << 30, Outcome::bytesLivePeak);
    }

    @Test
    void growthByHalfHasTwentySteps() throws InterruptedException {
        assertThat(Run.of(Workloads.named("grow-half"), MEMALLOC, 1, 1, Effort.laps(0), Effort.laps(1)).operations())
            .isEqualTo(20);
    }

    @Test
    void residentMemoryIsWhatTheWorkloadTouches() throws InterruptedException {
        Outcome outcome = Run.of(Workloads.named("malloc-large"), MEMALLOC, 1, 1, Effort.laps(0), Effort.laps(1));
        assertThat((double) outcome.bytesResidentPeak() / outcome.bytesLivePeak()).isBetween(0.9, 1.5);
    }

    @Test
    void latenciesAreOfEveryUndisturbedCall() throws InterruptedException {
        Outcome outcome = Run.of(Workloads.named("latency"), MEMALLOC, 2, 1, Effort.laps(50), Effort.laps(50));
        assertThat(outcome.operations()).isEqualTo(2 * 50 * 1000);
        assertThat(outcome.latencies().orElseThrow().getTotalCount()).isPositive().isLessThanOrEqualTo(100_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 200})
    void failureOfOneWorkerEndsTheRun(long otherMillis) {
        Workload failing = new Workload() {
            @Override
            public String name() {
                return "failing";
            }

            @Override
            public String about() {
                return "the second worker fails";
            }

            @Override
            public List<? extends Worker> workers(Load load) {
                return List.of(new Failing(false, otherMillis), new Failing(true, 0));
            }
        };
        assertThatThrownBy(() -> Run.of(failing, GLIBC, 2, 1, LAPS, LAPS)).hasRootCauseMessage("on purpose");
    }

    private record Failing(boolean fails, long lapMillis) implements Worker {
        @Override
        public long lap() throws InterruptedException {
            Thread.sleep(lapMillis);
            if (fails) {
                throw new IllegalStateException("on purpose");
            }
            return 1;
        }

        @Override
        public void drain() {
        }
    }

    private static void usesAndFreesEveryBlock(String name, int threads) throws InterruptedException {
        RecordingAllocator recorder = new RecordingAllocator(GLIBC, written(name));
        Outcome outcome = Run.of(Workloads.named(name), recorder, threads, SCALE, Effort.laps(2), LAPS);
        assertThat(recorder.frees()).isPositive();
        assertThat(recorder.blocksLive()).as("blocks that were not freed").isZero();
        assertThat(outcome.nanos()).isPositive();
    }

    private static Map<String, List<String>> requests(String name, Allocator allocator, int threads)
            throws InterruptedException {
        Workload workload = Workloads.named(name);
        RecordingAllocator recorder = new RecordingAllocator(allocator, written(name));
        Run.of(workload, recorder, workload.parallel() ? threads : 1, SCALE, Effort.laps(2), LAPS);
        return recorder.requests();
    }

    private static Written written(String name) {
        return switch (name) {
            case "xmalloc-mixed" -> Written.FIRST_128;
            case "rptest", "alloc-test", "glibc-simple", "glibc-thread" -> Written.ALL;
            default -> Written.PAGES;
        };
    }
}
