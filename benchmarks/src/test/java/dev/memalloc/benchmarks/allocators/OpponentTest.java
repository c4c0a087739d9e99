package dev.memalloc.benchmarks.allocators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.internal.RawMemory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class OpponentTest {
    /** Those that are there wherever the project is built; a JVM has one C library's only. */
    static final List<String> NAMES = List.of("memalloc", "glibc", "lwjgl-jemalloc", "lwjgl-rpmalloc", "arena",
        "arena-shared", "direct", "netty-pooled", "netty-adaptive");

    @ParameterizedTest
    @FieldSource("NAMES")
    void blocksHaveTheirOwnBytes(String name) {
        Allocator allocator = Opponent.named(name).open();
        assertThat(allocator.version()).isNotBlank();
        long one = allocator.allocate(100);
        long other = allocator.allocate(100);
        RawMemory.fill(allocator.address(one), 100, (byte) 1);
        RawMemory.fill(allocator.address(other), 100, (byte) 2);
        assertBytes(allocator, one, 100, 1);
        one = allocator.reallocate(one, 100, 100_000);
        assertBytes(allocator, one, 100, 1);
        RawMemory.fill(allocator.address(one), 100_000, (byte) 3);
        assertBytes(allocator, other, 100, 2);
        allocator.free(one);
        allocator.free(other);
        long zeroed = allocator.allocateZeroed(5000);
        assertBytes(allocator, zeroed, 5000, 0);
        allocator.free(zeroed);
        allocator.threadEnd();
    }

    @Test
    void oneLibraryPerJvm() {
        Opponent.named("glibc").open();
        assertThatThrownBy(() -> CAllocator.of(new CLibrary("libother.so", name -> Optional.empty())))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("libc.so.6");
    }

    @Test
    void functionOfAnotherLibraryIsRefused() {
        CLibrary pretender = new CLibrary("libpretender.so", CLibrary.glibc().symbols());
        assertThatThrownBy(() -> pretender.function("malloc", null))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("malloc of libpretender.so resolves into ")
            .hasMessageContaining("libc.so.6");
    }

    @Test
    void unknownNameListsTheKnown() {
        assertThatThrownBy(() -> Opponent.named("hoard"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("hoard")
            .hasMessageContaining("jemalloc, mimalloc, tcmalloc");
    }

    private static void assertBytes(Allocator allocator, long block, long size, int value) {
        for (long offset = 0; offset < size; offset++) {
            assertThat(RawMemory.getByte(allocator.address(block) + offset)).isEqualTo((byte) value);
        }
    }
}
