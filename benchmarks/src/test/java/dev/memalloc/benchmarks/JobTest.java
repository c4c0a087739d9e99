package dev.memalloc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.benchmarks.workloads.Workloads;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobTest {
    @Test
    void threadsAreGivenForAllOrForOne() {
        assertThat(names(List.of("pair64", "larson@4"), List.of(1, 2)))
            .containsExactly("pair64@1", "pair64@2", "larson@4");
    }

    @Test
    void workloadOfOneThreadIsRunOnce() {
        assertThat(names(List.of("mleak"), List.of(1, 2, 4))).containsExactly("mleak@1");
    }

    @Test
    void setsHaveNames() {
        assertThat(names(List.of("headline"), List.of(1))).hasSize(10).contains("larson@2", "burst@1");
        assertThat(names(List.of("all"), List.of(1))).hasSize(Workloads.ALL.size());
    }

    @Test
    void unknownWorkloadListsTheKnown() {
        assertThatThrownBy(() -> names(List.of("pair"), List.of(1))).hasMessageContaining("pair64, replace10k");
    }

    private static List<String> names(List<String> names, List<Integer> threads) {
        return Job.named(names, threads).stream().map(job -> job.workload().name() + "@" + job.threads()).toList();
    }
}
