package dev.memalloc.benchmarks.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.benchmarks.collections.Entries.Cursor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntriesTest {
    static Stream<Entries> kinds() {
        return Stream.of(new MadeEntries(1000), Constants.of(
            new String[] {"java.base/A", "java.base/B"},
            new String[] {"", "Code", "sourceFile", "日本", "ÿ", "\uD800", "()V", "Ā"},
            new int[] {0, 0, 0, 1, 1, 1, 1, 1}));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void keysDifferAndAbsentOnesAreNoKeys(Entries entries) {
        Map<String, String> all = map(entries.inOrder(), entries.count());
        assertThat(all).hasSize(entries.count());
        Cursor cursor = entries.inOrder();
        for (int i = 0; i < entries.count(); i++) {
            cursor.advance();
            assertThat(all).doesNotContainKey(cursor.absentKey());
            assertThat(cursor.key()).isNotSameAs(cursor.key());
            assertThat(cursor.value()).endsWith(Character.toString(cursor.lastOfValue()));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shuffledAreTheSameInAnotherOrderAgainAndAgain(Entries entries) {
        Map<String, String> all = map(entries.inOrder(), entries.count());
        Cursor cursor = entries.shuffled(0);
        Cursor same = entries.shuffled(0);
        for (int pass = 0; pass < 3; pass++) {
            Map<String, String> shuffled = map(cursor, entries.count());
            assertThat(shuffled).isEqualTo(all);
            assertThat(List.copyOf(shuffled.keySet())).isNotEqualTo(List.copyOf(all.keySet()))
                .isEqualTo(List.copyOf(map(same, entries.count()).keySet()));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void someAreAmongAll(Entries entries) {
        Entries some = entries.some(4);
        assertThat(some.count()).isEqualTo(4);
        assertThat(map(entries.inOrder(), entries.count()))
            .containsAllEntriesOf(map(some.inOrder(), 4));
    }

    @Test
    void madeOnesHaveTheSizesThatAreSaid() {
        Cursor cursor = new MadeEntries(43).inOrder();
        for (int i = 0; i < 43; i++) {
            cursor.advance();
        }
        assertThat(cursor.key()).isEqualTo("key-00000042");
        assertThat(cursor.value()).isEqualTo("value-0000000042").hasSize(16);
        assertThat(new MadeEntries(43).expected()).isEqualTo(new Contestant.Expected(43, 12, 16));
        assertThatThrownBy(() -> new MadeEntries(60_000_000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void eachPassOfMadeOnesHasAnotherOrder() {
        Cursor cursor = new MadeEntries(1000).shuffled(0);
        List<List<String>> passes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            passes.add(List.copyOf(map(cursor, 1000).keySet()));
        }
        assertThat(passes).doesNotHaveDuplicates();
    }

    @Test
    void constantsAreThoseOfTheClassFiles(@TempDir Path directory) throws IOException {
        Constants.prepare(
            FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.logging/java/util"), directory);
        Constants all = Constants.read(directory, Integer.MAX_VALUE);
        assertThat(map(all.inOrder(), all.count())).hasSizeGreaterThan(1000)
            .containsEntry("Code", "java.logging/java/util/logging/ConsoleHandler")
            .containsEntry("getFilter", "java.logging/java/util/logging/Handler");
        assertThat(map(Constants.read(directory, 10).inOrder(), 10)).hasSize(10);
        assertThat(all.expected().elements()).isEqualTo(all.count());
        assertThat(all.expected().keyBytes()).isBetween(5.0, 100.0);
    }

    private static Map<String, String> map(Cursor cursor, int count) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            cursor.advance();
            map.put(cursor.key(), cursor.value());
        }
        return map;
    }
}
