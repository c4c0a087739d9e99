package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What guards find that nothing else does. */
class GuardsTest {
    private static final HeapOptions ALL = HeapOptions.defaults().withGuardInterval(1);

    /** Slots, blocks and mappings, with room behind their last byte and without. */
    @Nested
    @ParameterizedClass(name = "{0} bytes")
    @ValueSource(longs = {1, 13, 16, 100, 5000, 8192, 100_000, 262_144, 3_000_001})
    class OfASize {
        private final long size;
        private final Heap heap = new Heap(ALL);
        private final long block;

        OfASize(long size) {
            this.size = size;
            heap.memalloc(size);
            block = heap.memalloc(size);
            heap.memalloc(size);
        }

        @AfterEach
        void checkAndClose() {
            heap.check();
            heap.close();
        }

        @Test
        void allOfItCanBeUsed() {
            assertThat(block % 16).isZero();
            assertThat(heap.usableSize(block)).isEqualTo(size);
            assertThat(heap.segment(block).byteSize()).isEqualTo(size);
            heap.memoryset(block, 1, size);
            heap.check();
            heap.memfree(block);
        }

        @Test
        void aWriteBehindItIsFoundWhenItIsFreed() {
            for (long distance : new long[] {0, 7, 15}) {
                long other = heap.memalloc(size);
                RawMemory.putByte(other + size + distance, (byte) 0);
                assertThatThrownBy(() -> heap.memfree(other)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll(Damage.hex(other), Holders.count(distance + 1, "byte") + " behind its end")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSizeBetween(1, 3));
                // It is freed.
                assertThatThrownBy(() -> heap.memfree(other)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("was freed already");
            }
        }

        @Test
        void aWriteBeforeItIsFoundWhenItIsFreed() {
            for (long distance : new long[] {1, 8, 16}) {
                long other = heap.memalloc(size);
                RawMemory.putByte(other - distance, (byte) 0);
                assertThatThrownBy(() -> heap.memfree(other)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(Holders.count(distance, "byte") + " before its start");
            }
        }

        @Test
        void aWriteBeyondItIsFoundByACheckAndAResize() {
            RawMemory.putByte(block + size, (byte) 0);
            assertThatThrownBy(heap::check).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1 byte behind its end");
            // Told once.
            heap.check();
            long other = heap.memalloc(size);
            RawMemory.putByte(other + size, (byte) 0);
            assertThatThrownBy(() -> heap.memresize(other, 2 * size)).isInstanceOf(IllegalStateException.class);
            assertThat(heap.usableSize(other)).isEqualTo(size);
        }

        @Test
        void aWriteAfterItWasFreedIsFound() {
            heap.memfree(block);
            long distance = Math.min(size / 2, 1000);
            RawMemory.putByte(block + distance, (byte) 0);
            assertThatThrownBy(heap::check).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("at offset " + distance + ", after it was freed");
            long other = heap.memalloc(size);
            heap.memfree(other);
            RawMemory.putByte(other, (byte) 0);
            assertThatThrownBy(heap::trim).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("at offset 0, after it was freed");
        }

        @Test
        void whoFreesItAgainIsToldWhoDidBefore() {
            heap.memfree(block);
            assertThatThrownBy(() -> heap.memfree(block)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was freed already")
                .satisfies(e -> assertThat(e.getSuppressed()).extracting(Throwable::getMessage)
                    .satisfiesExactly(
                        allocated -> assertThat(allocated).startsWith("allocated by thread"),
                        freed -> assertThat(freed).startsWith("freed by thread")))
                .satisfies(e -> assertThat(e.getSuppressed()[1].getStackTrace()).extracting(
                    StackTraceElement::getMethodName).contains("whoFreesItAgainIsToldWhoDidBefore"));
        }

        @Test
        void otherAddressesInItAreRefused() {
            for (long distance : new long[] {-16, -1, 1, size - 1, size, size + 15}) {
                if (distance != 0) {
                    assertThatThrownBy(() -> heap.memfree(block + distance))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(Math.abs(distance) + " bytes");
                }
            }
            assertThat(heap.usableSize(block)).isEqualTo(size);
        }

        @Test
        void itIsMovedWhenItIsResized() {
            heap.memoryset(block, 7, size);
            long moved = heap.memresize(block, size + 5);
            assertThat(moved).isNotEqualTo(block);
            assertThat(RawMemory.getByte(moved + size - 1)).isEqualTo((byte) 7);
            assertThatThrownBy(() -> heap.memresize(block, size)).isInstanceOf(IllegalStateException.class);
            assertThat(heap.usableSize(moved)).isEqualTo(size + 5);
        }

        @Test
        void zeroedAndAlignedOnesAreGuardedToo() {
            long zeroed = heap.defalloc(size, 1);
            assertThat(heap.usableSize(zeroed)).isEqualTo(size);
            assertThat(heap.segment(zeroed).asSlice(0, size).toArray(ValueLayout.JAVA_BYTE))
                .containsOnly(0);
            long aligned = heap.memalign(4096, size);
            assertThat(aligned % 4096).isZero();
            assertThat(heap.usableSize(aligned)).isEqualTo(size);
            long copy = heap.memdup(zeroed, size);
            assertThat(heap.usableSize(copy)).isEqualTo(size);
        }
    }

    @Test
    void addressesAreNotUsedAgainForAWhile() {
        try (Heap heap = new Heap(ALL)) {
            Set<Long> addresses = new HashSet<>();
            for (int i = 0; i < 4000; i++) {
                long block = heap.memalloc(100);
                assertThat(addresses.add(block)).isTrue();
                heap.memfree(block);
            }
            assertThat(heap.stats().blocksLive()).as("in quarantine").isEqualTo(4000);
            heap.trim();
            assertThat(heap.stats().blocksLive()).isZero();
            heap.check();
        }
    }

    @Test
    void theQuarantineMakesRoomAtTheLimit() {
        try (Heap heap = new Heap(ALL.withLimit(64 << 20))) {
            for (int i = 0; i < 1000; i++) {
                heap.memfree(heap.memalloc(3_000_000));
            }
            heap.memfree(heap.memalloc(60 << 20));
            heap.check();
        }
    }

    @Test
    void damageOfSeveralBlocksIsToldAtOnce() {
        try (Heap heap = new Heap(ALL)) {
            long[] blocks = {heap.memalloc(100), heap.memalloc(100)};
            for (long block : blocks) {
                heap.memfree(block);
                RawMemory.putByte(block, (byte) 0);
            }
            assertThatThrownBy(heap::trim).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(Damage.hex(blocks[0]))
                .satisfies(e -> assertThat(e.getSuppressed()).extracting(Throwable::getMessage)
                    .anyMatch(message -> message.contains("damaged") && message.contains(Damage.hex(blocks[1]))));
        }
    }

    @Test
    void theQuarantineMakesRoomForBlocksThatAreNotGuarded() {
        long limit = 64 << 20;
        try (Heap heap = new Heap(HeapOptions.defaults().withGuardInterval(10).withLimit(limit))) {
            for (int i = 0; i < 10_000; i++) {
                heap.memfree(heap.memalloc(100_000));
            }
            long[] taken = new long[1];
            assertThatThrownBy(() -> {
                while (true) {
                    heap.memalloc(100_000);
                    taken[0] += 100_000;
                }
            }).isInstanceOf(OutOfMemoryError.class);
            // Each takes whole KiB, and a tenth of them guards.
            assertThat(taken[0]).isGreaterThan(limit / 100 * 97);
        }
    }

    @Test
    void theBlocksBesideADamagedOneAreNamed() {
        try (Heap heap = new Heap(ALL)) {
            long[] blocks = new long[9];
            Arrays.setAll(blocks, i -> heap.memalloc(40));
            Arrays.sort(blocks);
            RawMemory.putByte(blocks[4] - 1, (byte) 0);
            assertThatThrownBy(() -> heap.memfree(blocks[4])).isInstanceOf(IllegalStateException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).extracting(Throwable::getMessage)
                    .anyMatch(m -> m.startsWith("the block before it: " + Damage.hex(blocks[3]) + ", 40 bytes, live"))
                    .anyMatch(m -> m.startsWith("the block behind it: " + Damage.hex(blocks[5]) + ", 40 bytes, live")));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 4001, 20_003, 70_001})
    void segmentsOfArenasAreGuarded(int size) {
        try (Heap heap = new Heap(ALL)) {
            HeapArena arena = HeapArena.ofConfined(heap);
            MemorySegment segment = arena.allocate(size);
            arena.allocate(size, 64);
            heap.check();
            RawMemory.putByte(segment.address() + size, (byte) 1);
            assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1 byte behind its end");
            heap.trim();
            assertThat(heap.stats().bytesLive()).isZero();
        }
    }

    @Test
    void aFreeTellsOfItsOwnBlockOnly() {
        try (Heap heap = new Heap(ALL, new Os())) {
            long damaged = heap.memalloc(40);
            heap.memfree(damaged);
            RawMemory.putByte(damaged + 4, (byte) 0);
            for (int i = 0; i < 5000; i++) {
                heap.memfree(heap.memalloc(40));
            }
            assertThatThrownBy(heap::check).isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(Damage.hex(damaged), "at offset 4, after it was freed");
        }
    }

    @Test
    void aLargeBlockLeavesTheQuarantineToOthers() {
        try (Heap heap = new Heap(ALL.withLimit(16 << 20))) {
            long small = heap.memalloc(40);
            heap.memfree(small);
            heap.memfree(heap.memalloc(8 << 20));
            assertThatThrownBy(() -> heap.memfree(small)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was freed already");
        }
    }

    @Test
    void aBlockThatShrinksNeedsNoRoom() {
        try (Heap heap = new Heap(ALL.withLimit(16 << 20))) {
            long block = heap.memalloc(10 << 20);
            heap.memoryset(block, 7, 10 << 20);
            long shrunk = heap.memresize(block, 9 << 20);
            assertThat(heap.usableSize(shrunk)).isGreaterThanOrEqualTo(9 << 20);
            assertThat(RawMemory.getByte(shrunk + (9 << 20) - 1)).isEqualTo((byte) 7);
            heap.memfree(shrunk);
        }
    }

    @Test
    void allDamageIsToldAtOnce() {
        try (Heap heap = new Heap(ALL)) {
            long first = heap.memalloc(40);
            long second = heap.memalloc(50_000);
            RawMemory.putByte(first - 2, (byte) 0);
            RawMemory.putByte(second + 50_000, (byte) 0);
            assertThatThrownBy(heap::check).isInstanceOf(IllegalStateException.class)
                .satisfies(e -> assertThat(Stream.concat(Stream.of(e), Stream.of(e.getSuppressed())))
                    .extracting(Throwable::getMessage)
                    .anyMatch(m -> m.contains("2 bytes before its start"))
                    .anyMatch(m -> m.contains("1 byte behind its end")));
            heap.check();
        }
    }

    @Test
    void whoIsRefusedMemoryIsToldWhereItWasAllocated() {
        try (Heap heap = new Heap(ALL.withLimit(1 << 20))) {
            for (int i = 0; i < 10; i++) {
                heap.memalloc(90_000);
            }
            heap.memalloc(16);
            assertThatThrownBy(() -> heap.memalloc(500_000)).isInstanceOf(OutOfMemoryError.class)
                .hasMessageStartingWith("500000 bytes and 32 of guards: ")
                .satisfies(e -> assertThat(e.getSuppressed()).extracting(Throwable::getMessage)
                    .satisfiesExactly(
                        most -> assertThat(most).startsWith("guarded: 10 blocks, 900000 bytes together, allocated by"),
                        other -> assertThat(other).startsWith("guarded: 1 block, 16 bytes together")))
                .satisfies(e -> assertThat(e.getSuppressed()[0].getStackTrace()).extracting(
                    StackTraceElement::getMethodName).contains("whoIsRefusedMemoryIsToldWhereItWasAllocated"));
        }
    }

    @Test
    void whatWasNeverFreedIsReported() {
        try (Heap heap = new Heap(ALL)) {
            assertThat(heap.guards().origins().leaks()).isEmpty();
            for (int i = 0; i < 10; i++) {
                heap.memalloc(1000);
            }
            heap.memfree(heap.memalloc(50));
            heap.memalloc(17);
            assertThat(heap.guards().origins().leaks())
                .startsWith("never freed, of those that were guarded: 11 blocks, 10017 bytes together")
                .contains("10 blocks, 10000 bytes together, allocated by thread")
                .contains("1 block, 17 bytes together")
                .contains("GuardsTest.whatWasNeverFreedIsReported");
        }
    }

    @Test
    void aSampleIsGuarded() {
        try (Heap heap = new Heap(HeapOptions.defaults().withGuardInterval(100))) {
            for (long size : new long[] {64, 20_000}) {
                List<Long> blocks = new ArrayList<>();
                int before = heap.guards().live().size();
                for (int i = 0; i < 100_000; i++) {
                    blocks.add(heap.memalloc(size));
                    if (i % 2 == 0) {
                        heap.memfree(blocks.removeLast());
                    }
                }
                // 50,000 of which each hundredth, with a standard deviation of less than 22.
                assertThat(heap.guards().live().size() - before).isBetween(350, 650);
                blocks.forEach(heap::memfree);
                assertThat(heap.guards().live()).isEmpty();
            }
            heap.trim();
            heap.check();
            assertThat(heap.stats().blocksLive()).isZero();
        }
    }

    @Test
    void threadsHandGuardedBlocksOver() throws Exception {
        long seed = System.nanoTime();
        try (Heap heap = new Heap(HeapOptions.defaults().withGuardInterval(2));
             ExecutorService threads = Executors.newFixedThreadPool(4)) {
            long[] shared = new long[64];
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                all.add(threads.submit(() -> {
                    for (int step = 0; step < 20_000; step++) {
                        int slot = random.nextInt(shared.length);
                        long block = random.nextInt(8) == 0 ? 0 : heap.memalloc(random.nextInt(1, 30_000));
                        long other;
                        synchronized (shared) {
                            other = shared[slot];
                            shared[slot] = block;
                        }
                        heap.memfree(other);
                        if (step % 5000 == 0) {
                            heap.check();
                        }
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            Arrays.stream(shared).forEach(heap::memfree);
            heap.trim();
            assertThat(heap.stats().blocksLive()).as("seed %d", seed).isZero();
            heap.check();
        }
    }
}
