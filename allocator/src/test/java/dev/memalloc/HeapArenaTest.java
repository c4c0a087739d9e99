package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of arenas, asked of the JDK's and of a heap's alike; and where a heap's have their memory from. */
@Timeout(120)
class HeapArenaTest {
    /** Each kind, the JDK's first, as the measure. */
    enum Kind {
        JDK_CONFINED(heap -> Arena.ofConfined()),
        HEAP_CONFINED(HeapArena::ofConfined),
        JDK_SHARED(heap -> Arena.ofShared()),
        HEAP_SHARED(HeapArena::ofShared),
        JDK_AUTO(heap -> Arena.ofAuto()),
        HEAP_AUTO(HeapArena::ofAuto);

        private final Function<Heap, Arena> maker;

        Kind(Function<Heap, Arena> maker) {
            this.maker = maker;
        }

        Arena open(Heap heap) {
            return maker.apply(heap);
        }

        boolean isConfined() {
            return this == JDK_CONFINED || this == HEAP_CONFINED;
        }

        boolean isAuto() {
            return this == JDK_AUTO || this == HEAP_AUTO;
        }
    }

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @ParameterizedTest
    @EnumSource
    void segmentsAreZeroAlignedAndApart(Kind kind) {
        dirty();
        SplittableRandom random = new SplittableRandom(1);
        Arena arena = kind.open(heap);
        List<MemorySegment> segments = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            long size = random.nextLong(0, 1L << random.nextInt(1, 18));
            long alignment = 1L << random.nextInt(i % 50 == 0 ? 23 : 8);
            MemorySegment segment = arena.allocate(size, alignment);
            assertThat(segment.byteSize()).isEqualTo(size);
            assertThat(segment.address() % alignment).isZero();
            assertThat(segment.address()).isNotZero();
            assertThat(segment.isNative()).isTrue();
            assertThat(segment.isReadOnly()).isFalse();
            assertThat(segment.scope()).isEqualTo(arena.scope());
            assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) size])))
                .as("%d bytes at a multiple of %d", size, alignment).isEqualTo(-1);
            Pattern.write(segment, 0, size, i);
            segments.add(segment);
        }
        for (int i = 0; i < segments.size(); i++) {
            Pattern.verify(segments.get(i), segments.get(i).byteSize(), segments.get(i).byteSize(), i);
        }
        if (!kind.isAuto()) {
            arena.close();
            assertThat(heap.stats().bytesLive()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void segmentsOfNoBytesHaveAddressesOfTheirOwn(Kind kind) {
        Arena arena = kind.open(heap);
        assertThat(arena.allocate(0).address()).isNotZero().isNotEqualTo(arena.allocate(0).address());
        close(kind, arena);
    }

    @ParameterizedTest
    @EnumSource
    void segmentsOfAnySizeCanHoldLongs(Kind kind) {
        Arena arena = kind.open(heap);
        arena.allocate(3);
        arena.allocate(8).set(ValueLayout.JAVA_LONG, 0, 1);
        assertThat(arena.allocateFrom("Suomi").getString(0)).isEqualTo("Suomi");
        assertThat(arena.allocateFrom(ValueLayout.JAVA_INT, 1, 2, 3).toArray(ValueLayout.JAVA_INT))
            .containsExactly(1, 2, 3);
        close(kind, arena);
    }

    @ParameterizedTest
    @EnumSource
    void argumentsThatCannotBeAreRefused(Kind kind) {
        Arena arena = kind.open(heap);
        assertThatThrownBy(() -> arena.allocate(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.allocate(10, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.allocate(10, -8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.allocate(10, 24)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.allocate(1L << 62)).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> arena.allocate(1L << 62, 1L << 62)).isInstanceOf(OutOfMemoryError.class);
        assertThat(arena.allocate(10).byteSize()).as("it goes on").isEqualTo(10);
        close(kind, arena);
        assertThat(heap.stats().bytesLive() == 0 || kind == Kind.HEAP_AUTO).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK_CONFINED", "HEAP_CONFINED", "JDK_SHARED", "HEAP_SHARED"})
    void afterCloseNothingGoes(Kind kind) {
        Arena arena = kind.open(heap);
        MemorySegment segment = arena.allocate(100);
        assertThat(arena.scope().isAlive()).isTrue();
        arena.close();
        assertThat(arena.scope().isAlive()).isFalse();
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class)
            .hasMessage("Already closed");
        assertThatThrownBy(() -> arena.allocate(10)).isInstanceOf(IllegalStateException.class)
            .hasMessage("Already closed");
        assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class).hasMessage("Already closed");
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK_AUTO", "HEAP_AUTO"})
    void automaticOnesCannotBeClosed(Kind kind) {
        Arena arena = kind.open(heap);
        MemorySegment segment = arena.allocate(100);
        assertThatThrownBy(arena::close).isInstanceOf(UnsupportedOperationException.class);
        segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    }

    @ParameterizedTest
    @EnumSource
    void anotherThreadMayUseOnlyWhatIsNotConfined(Kind kind) throws Exception {
        Arena arena = kind.open(heap);
        MemorySegment segment = arena.allocate(100);
        List<Callable<?>> uses = List.of(
            () -> segment.get(ValueLayout.JAVA_BYTE, 0), () -> arena.allocate(10), () -> arena.allocate(100_000));
        for (Callable<?> use : uses) {
            if (kind.isConfined()) {
                assertThatThrownBy(() -> elsewhere(use)).isInstanceOf(WrongThreadException.class);
            } else {
                elsewhere(use);
            }
        }
        assertThat(arena.scope().isAlive()).isTrue();
        if (kind.isConfined()) {
            assertThatThrownBy(() -> elsewhere(() -> close(kind, arena))).isInstanceOf(WrongThreadException.class);
            segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            close(kind, arena);
            // And the same once there is nothing left to free.
            assertThatThrownBy(() -> elsewhere(() -> close(kind, arena))).isInstanceOf(WrongThreadException.class);
        } else {
            elsewhere(() -> close(kind, arena));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK_CONFINED", "HEAP_CONFINED", "JDK_SHARED", "HEAP_SHARED"})
    void anothersCleanupThatThrowsIsHeardAndAllIsFreed(Kind kind) {
        Arena arena = kind.open(heap);
        arena.allocate(100);
        arena.allocate(5000);
        AtomicInteger cleanups = new AtomicInteger();
        RawMemory.all(arena, all -> {
            cleanups.incrementAndGet();
            throw new IllegalArgumentException("on purpose");
        });
        assertThatThrownBy(arena::close).isInstanceOf(IllegalArgumentException.class).hasMessage("on purpose");
        assertThat(cleanups).hasValue(1);
        assertThat(arena.scope().isAlive()).isFalse();
        assertThat(heap.stats().bytesLive()).isZero();
        assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK_CONFINED", "HEAP_CONFINED", "JDK_SHARED", "HEAP_SHARED"})
    void anErrorInAnothersCleanupIsHeardAndAllIsFreed(Kind kind) {
        Arena arena = kind.open(heap);
        arena.allocate(100);
        arena.allocate(5000);
        RawMemory.all(arena, all -> {
            throw new LinkageError("on purpose");
        });
        assertThatThrownBy(arena::close).isInstanceOf(LinkageError.class).hasMessage("on purpose");
        assertThat(arena.scope().isAlive()).isFalse();
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"HEAP_CONFINED", "HEAP_SHARED"})
    void closedByACleanupItKeepsItsMemoryForTheOtherCleanups(Kind kind) {
        Arena arena = kind.open(heap);
        arena.allocate(100);
        long live = heap.stats().bytesLive();
        List<Long> seen = new ArrayList<>();
        RawMemory.all(arena, all -> seen.add(heap.stats().bytesLive()));
        RawMemory.all(arena, all ->
            assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class).hasMessage("Already closed"));
        RawMemory.all(arena, all -> seen.add(heap.stats().bytesLive()));
        arena.close();
        assertThat(seen).as("before and after").containsExactly(live, live);
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @Test
    void threadsThatCloseASharedOneAtOnceLeaveNothing() throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 1000; round++) {
                Arena arena = HeapArena.ofShared(heap);
                arena.allocate(100);
                AtomicInteger closed = new AtomicInteger();
                Callable<Void> close = () -> {
                    try {
                        arena.close();
                        closed.incrementAndGet();
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessage("Already closed");
                    }
                    return null;
                };
                for (Future<Void> future : executor.invokeAll(List.of(close, close))) {
                    future.get();
                }
                assertThat(closed).hasValue(1);
                assertThat(heap.stats().bytesLive()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HEAP_CONFINED", "HEAP_SHARED"})
    void whatAnErrorKeptFromBeingFreedIsFreedByClosingAgain(Kind kind) {
        FaultyOs os = new FaultyOs();
        Heap limited = new Heap(HeapOptions.defaults().withLimit(8 << 20), os);
        Arena arena = kind.open(limited);
        arena.allocate(1 << 20);
        arena.allocate(100_000);
        arena.allocate(100);
        limited.memfree(limited.memalloc(2 << 20));
        // More is spare than the limit allows; so the first block that is freed has something unmapped.
        os.failWhen(call -> call > 0);
        long kept = limited.memalloc(5 << 20);
        os.failWhen(call -> {
            throw new StackOverflowError("on purpose");
        });
        assertThatThrownBy(arena::close).isInstanceOf(StackOverflowError.class).hasMessage("on purpose");
        os.failNever();
        assertThat(limited.stats().blocksLive()).as("all but the first").isEqualTo(3);
        assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class).hasMessage("Already closed");
        assertThat(limited.stats().blocksLive()).isEqualTo(1);
        assertThat(limited.stats().bytesLive()).isEqualTo(limited.usableSize(kept));
        limited.check();
        os.failNever();
        limited.close();
        assertThat(os.calls()).as("no arena has any of it").isPositive();
    }

    @ParameterizedTest
    @EnumSource(names = {"HEAP_CONFINED", "HEAP_SHARED"})
    void anErrorInItsFirstRequestLosesNothing(Kind kind) {
        FaultyOs os = new FaultyOs();
        Heap faulty = new Heap(HeapOptions.defaults(), os);
        Arena arena = kind.open(faulty);
        os.failWhen(call -> {
            throw new StackOverflowError("on purpose");
        });
        assertThatThrownBy(() -> arena.allocate(1 << 20)).isInstanceOf(StackOverflowError.class);
        os.failNever();
        MemorySegment segment = arena.allocate(100);
        long calls = os.calls();
        faulty.close();
        assertThat(os.calls()).as("the arena has some of it").isEqualTo(calls);
        segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        os.failNever();
        arena.close();
        assertThat(os.calls()).as("no arena has any of it").isPositive();
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK_SHARED", "HEAP_SHARED"})
    void aSharedOneIsClosedWhileOthersReadAndAllocate(Kind kind) throws Exception {
        for (int round = 0; round < 200; round++) {
            Arena arena = kind.open(heap);
            MemorySegment segment = arena.allocate(1000);
            try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
                List<Future<?>> futures = new ArrayList<>();
                for (int t = 0; t < 3; t++) {
                    futures.add(executor.submit(() -> useUntilClosed(arena, segment)));
                }
                Thread.yield();
                while (arena.scope().isAlive()) {
                    try {
                        arena.close();
                    } catch (IllegalStateException e) {
                        // In use by another thread at this moment.
                    }
                }
                for (Future<?> future : futures) {
                    future.get();
                }
            }
            assertThat(heap.stats().bytesLive()).isZero();
        }
    }

    private static void useUntilClosed(Arena arena, MemorySegment segment) {
        try {
            for (int i = 0; ; i++) {
                segment.fill((byte) i);
                arena.allocate(i % 3000 + 1).fill((byte) i);
            }
        } catch (IllegalStateException e) {
            assertThat(arena.scope().isAlive()).isFalse();
        }
    }

    @Test
    void threadsOfASharedOneGetSegmentsOfTheirOwn() throws Exception {
        try (Arena arena = HeapArena.ofShared(heap);
             ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> futures = new ArrayList<>();
            for (int t = 0; t < 20; t++) {
                long id = t;
                futures.add(all.submit(() -> {
                    List<MemorySegment> own = new ArrayList<>();
                    for (int i = 0; i < 1000; i++) {
                        own.add(arena.allocate(1 + i % 200));
                        Pattern.write(own.getLast(), 0, own.getLast().byteSize(), id);
                    }
                    own.forEach(segment -> Pattern.verify(segment, segment.byteSize(), segment.byteSize(), id));
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @Test
    void virtualThreadsHaveConfinedOnes() throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> futures = new ArrayList<>();
            for (int t = 0; t < 500; t++) {
                long id = t;
                futures.add(executor.submit(() -> {
                    try (Arena arena = HeapArena.ofConfined(heap)) {
                        MemorySegment segment = arena.allocate(700);
                        Pattern.write(segment, 0, 700, id);
                        Thread.sleep(1);
                        arena.allocate(3000);
                        Pattern.verify(segment, 700, 700, id);
                    }
                    return null;
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
        assertThat(heap.stats().bytesLive()).isZero();
    }

    @Test
    void whatIsUninitializedIsNotZeroed() {
        long dirty = heap.memalloc(1024);
        heap.memoryset(dirty, 0xAB, 1024);
        heap.memfree(dirty);
        try (HeapArena arena = HeapArena.ofConfined(heap)) {
            MemorySegment segment = arena.allocateUninitialized(100, 1);
            assertThat(segment.get(ValueLayout.JAVA_BYTE, 50)).as("as the slot was left").isEqualTo((byte) 0xAB);
            SegmentAllocator uninitialized = arena::allocateUninitialized;
            assertThat(uninitialized.allocateFrom("Suomi").getString(0)).isEqualTo("Suomi");
            assertThat(arena.allocate(100).get(ValueLayout.JAVA_BYTE, 50)).isZero();
        }
    }

    @Test
    void manySegmentsTakeFewBlocks() {
        try (Arena arena = HeapArena.ofConfined(heap)) {
            for (int i = 0; i < 10_000; i++) {
                arena.allocate(64);
            }
            assertThat(heap.stats().blocksLive()).isLessThan(20);
            assertThat(heap.stats().bytesLive()).isBetween(640_000L, 800_000L);
        }
        assertThat(heap.stats().blocksLive()).isZero();
    }

    @Test
    void aSingleSegmentOfAnAutomaticOneTakesNoMoreThanItNeeds() {
        MemorySegment segment = HeapArena.ofAuto(heap).allocate(64);
        assertThat(heap.stats().bytesLive()).isEqualTo(64);
        assertThat(segment.scope().isAlive()).isTrue();
    }

    @Test
    void anEmptyOneTakesNothing() {
        try (Arena arena = HeapArena.ofConfined(heap)) {
            assertThat(arena.scope().isAlive()).isTrue();
            assertThat(heap.stats().blocksLive()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HEAP_CONFINED", "HEAP_SHARED"})
    void atTheLimitNothingIsLostAndItGoesOn(Kind kind) {
        try (Heap limited = new Heap(HeapOptions.defaults().withLimit(256 << 10), new Os())) {
            Arena arena = kind.open(limited);
            List<MemorySegment> segments = new ArrayList<>();
            assertThatThrownBy(() -> {
                while (true) {
                    segments.add(arena.allocate(1000));
                    Pattern.write(segments.getLast(), 0, 1000, segments.size());
                }
            }).isInstanceOf(OutOfMemoryError.class).hasMessageContaining("limit 262144 bytes");
            assertThat(segments.size()).as("smaller blocks where a chunk does not fit").isGreaterThan(240);
            assertThatThrownBy(() -> arena.allocate(100_000)).isInstanceOf(OutOfMemoryError.class);
            assertThatThrownBy(() -> arena.allocate(100_000, 4096)).isInstanceOf(OutOfMemoryError.class);
            for (int i = 0; i < segments.size(); i++) {
                Pattern.verify(segments.get(i), 1000, 1000, i + 1);
            }
            limited.check();
            arena.close();
            assertThat(limited.stats().bytesLive()).isZero();
        }
    }

    @Test
    void faultsOfTheSystemLoseNothing() {
        FaultyOs os = new FaultyOs();
        SplittableRandom faults = new SplittableRandom(3);
        try (Heap faulty = new Heap(HeapOptions.defaults(), os)) {
            os.failWhen(call -> faults.nextInt(3) == 0);
            int failures = 0;
            for (int round = 0; round < 300; round++) {
                try (Arena arena = HeapArena.ofConfined(faulty)) {
                    for (int i = 0; i < 10; i++) {
                        long size = 1L << faults.nextInt(20);
                        try {
                            Pattern.write(arena.allocate(size, 1L << faults.nextInt(23)), 0, size, i);
                        } catch (OutOfMemoryError e) {
                            failures++;
                        }
                    }
                }
                assertThat(faulty.stats().bytesLive()).isZero();
                faulty.check();
            }
            assertThat(failures).isPositive();
            os.failNever();
        }
    }

    @Test
    void aBlockThatWasFreedByItsAddressIsToldOfAndTheRestIsFreed() {
        Arena arena = HeapArena.ofConfined(heap);
        MemorySegment first = arena.allocate(2000);
        arena.allocate(3000);
        arena.allocate(10);
        heap.memfree(first.address());
        assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("already");
        assertThat(arena.scope().isAlive()).isFalse();
        assertThat(heap.stats().bytesLive()).isZero();
    }

    /** Nobody could end a confined scope from elsewhere; so the memory stays until the arena ends it. */
    @ParameterizedTest
    @EnumSource(names = {"HEAP_CONFINED", "HEAP_SHARED"})
    void aHeapThatIsClosedFirstKeepsItsMemoryForTheArena(Kind kind) {
        FaultyOs os = new FaultyOs();
        Heap closing = new Heap(HeapOptions.defaults(), os);
        Arena arena = kind.open(closing);
        Arena other = kind.open(closing);
        List<MemorySegment> segments = List.of(arena.allocate(100), arena.allocate(5000), arena.allocate(500_000));
        other.allocate(100);
        for (int i = 0; i < segments.size(); i++) {
            Pattern.write(segments.get(i), 0, segments.get(i).byteSize(), i);
        }
        long calls = os.calls();
        closing.close();
        assertThat(os.calls()).as("nothing is unmapped").isEqualTo(calls);
        assertThatThrownBy(() -> closing.memalloc(10)).hasMessageContaining("closed");
        assertThatThrownBy(() -> closing.memfree(segments.get(2).address())).hasMessage("the heap is closed");
        assertThatThrownBy(() -> arena.allocate(50_000)).isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < segments.size(); i++) {
            Pattern.verify(segments.get(i), segments.get(i).byteSize(), segments.get(i).byteSize(), i);
        }
        arena.close();
        assertThatThrownBy(() -> segments.get(0).get(ValueLayout.JAVA_BYTE, 0))
            .isInstanceOf(IllegalStateException.class);
        assertThat(os.calls()).as("there is the other").isEqualTo(calls);
        os.failWhen(call -> call == 0);
        other.close();
        os.failNever();
        closing.close();
        assertThat(os.calls()).as("what the system refused is done by closing again").isPositive();
        long done = os.calls();
        closing.close();
        assertThat(os.calls()).as("and then nothing is left").isEqualTo(done);
    }

    @Test
    void aHeapIsClosedWhileOthersOpenAndCloseArenas() throws Exception {
        for (int round = 0; round < 200; round++) {
            Heap closing = new Heap();
            try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
                List<Future<?>> futures = new ArrayList<>();
                for (int t = 0; t < 3; t++) {
                    long id = t;
                    futures.add(executor.submit(() -> openUntilClosed(closing, id)));
                }
                Thread.yield();
                boolean open = true;
                while (open) {
                    try {
                        closing.close();
                        open = false;
                    } catch (IllegalStateException e) {
                        Thread.onSpinWait();
                    }
                }
                for (Future<?> future : futures) {
                    future.get();
                }
            }
        }
    }

    private static void openUntilClosed(Heap heap, long id) {
        try {
            while (true) {
                try (Arena arena = HeapArena.ofConfined(heap)) {
                    MemorySegment small = arena.allocate(200);
                    MemorySegment large = arena.allocate(5000);
                    Pattern.write(small, 0, 200, id);
                    Pattern.write(large, 0, 5000, id);
                    Pattern.verify(small, 200, 200, id);
                    Pattern.verify(large, 5000, 5000, id);
                }
            }
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageMatching("(?i).*closed");
        }
    }

    @Test
    void theCollectorFreesAutomaticOnes() throws InterruptedException {
        MemorySegment kept = HeapArena.ofAuto(heap).allocate(64);
        for (int i = 0; i < 1000; i++) {
            HeapArena.ofAuto(heap).allocate(5000);
        }
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (heap.stats().blocksLive() > 1) {
            assertThat(System.nanoTime()).as("%d blocks are live", heap.stats().blocksLive()).isLessThan(deadline);
            System.gc();
            Thread.sleep(10);
        }
        kept.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        assertThat(heap.stats().bytesLive()).isEqualTo(64);
    }

    @Test
    void automaticOnesWaitForTheCollectorAtTheLimit() {
        Heap limited = new Heap(HeapOptions.defaults().withLimit(16 << 20));
        for (int i = 0; i < 100; i++) {
            HeapArena.ofAuto(limited).allocate(4 << 20).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
        MemorySegment kept = HeapArena.ofAuto(limited).allocate(4 << 20);
        Arena arena = HeapArena.ofAuto(limited);
        assertThatThrownBy(() -> arena.allocate(13 << 20)).isInstanceOf(OutOfMemoryError.class);
        kept.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        limited.close();
    }

    @Test
    void automaticOnesWaitForTheCollectorAlsoWhenInterrupted() {
        Heap limited = new Heap(HeapOptions.defaults().withLimit(16 << 20));
        Thread.currentThread().interrupt();
        try {
            for (int i = 0; i < 100; i++) {
                HeapArena.ofAuto(limited).allocate(4 << 20).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            }
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        limited.close();
    }

    @Test
    void automaticOnesDoNotWaitForWhatCannotFit() {
        Heap limited = new Heap(HeapOptions.defaults().withLimit(16 << 20));
        Arena arena = HeapArena.ofAuto(limited);
        long begin = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> arena.allocate(17 << 20)).isInstanceOf(OutOfMemoryError.class);
            assertThatThrownBy(() -> arena.allocate(10 << 20, 8 << 20)).isInstanceOf(OutOfMemoryError.class);
        }
        assertThat(System.nanoTime() - begin).as("40 waits take 20 s").isLessThan(10_000_000_000L);
        limited.close();
    }

    @Test
    void whatAnArenaHasMayBeUsedUpAfterItsHeapIsClosed() {
        Heap closing = new Heap();
        try (Arena arena = HeapArena.ofConfined(closing)) {
            arena.allocate(100);
            closing.close();
            arena.allocate(100).fill((byte) 1);
            assertThatThrownBy(() -> arena.allocate(5000)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void noHeapIsNone() {
        assertThatThrownBy(() -> HeapArena.ofConfined(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> HeapArena.ofShared(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> HeapArena.ofAuto(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void theProcessHeapServesThemByDefault() {
        try (Arena confined = HeapArena.ofConfined(); Arena shared = HeapArena.ofShared()) {
            for (Arena arena : List.of(confined, shared, HeapArena.ofAuto())) {
                long address = arena.allocate(5000).address();
                assertThat(Memory.usableSize(address)).isGreaterThanOrEqualTo(5000);
            }
        }
    }

    /** Leaves memory behind that is not zero. */
    private void dirty() {
        List<Long> blocks = new ArrayList<>();
        for (long size = 16; size <= 1 << 18; size *= 2) {
            for (int i = 0; i < 10; i++) {
                blocks.add(heap.memoryset(heap.memalloc(size), 0xFF, size));
            }
        }
        blocks.forEach(heap::memfree);
    }

    private static Void close(Kind kind, Arena arena) {
        if (!kind.isAuto()) {
            arena.close();
        }
        return null;
    }

    private static <T> T elsewhere(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        Thread.ofPlatform().start(task).join();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
