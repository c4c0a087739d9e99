package dev.memalloc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.benchmarks.allocators.Opponent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Verdicts are what the allocators do. */
class MisuseTableTest {
    private final StringWriter log = new StringWriter();
    private final MisuseTable table = new MisuseTable(List.of(), new PrintWriter(log));

    @ParameterizedTest
    @CsvSource({
        "memalloc, DOUBLE_FREE, 4096, REFUSED",
        "memalloc, WRITE_AFTER_FREE, 4096, SILENT",
        "memalloc, INTERIOR_4096, 8, NONE",
        "memalloc-guarded, WRITE_AFTER_FREE, 4096, LATER",
        "glibc, DOUBLE_FREE, 4096, ABORT",
        "glibc, FREE_1_GIB_AWAY, 4096, CRASH"})
    void misuseHasItsVerdict(String allocator, Misuse misuse, long size, Verdict verdict) throws Exception {
        assertThat(MisuseTable.verdict(Opponent.named(allocator), misuse, size)).isEqualTo(verdict);
    }

    @Test
    void equalVerdictsAreSaidOnce() throws Exception {
        assertThat(MisuseTable.cell(List.of(Verdict.CRASH, Verdict.CRASH, Verdict.CRASH))).isEqualTo("crash");
        assertThat(MisuseTable.cell(List.of(Verdict.CRASH, Verdict.NONE, Verdict.CRASH))).isEqualTo("crash, -, crash");
        StringWriter out = new StringWriter();
        table.print(new PrintWriter(out));
        assertThat(out.toString()).contains("| double free |").contains("- overlap: one piece of memory");
        assertThat(log.toString()).isEmpty();
    }
}
