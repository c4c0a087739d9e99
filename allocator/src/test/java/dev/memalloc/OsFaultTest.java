package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every call to the operating system fails, one by one and at random: nothing changes, nothing is lost. */
class OsFaultTest {
    private static final int SLOTS = 200;

    @Test
    void everyCallOfTheOsCanFail() {
        assertThat(Arrays.stream(Os.class.getDeclaredMethods())
            .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
            .map(Method::getName))
            .containsExactlyInAnyOrder(
                Arrays.stream(FaultyOs.class.getDeclaredMethods())
                    .filter(OsFaultTest::isOverride)
                    .map(Method::getName).toArray(String[]::new));
    }

    @Test
    void aRefusedAddressRangeIsHalvedUntilItIsGranted() {
        // Leaves a range for the states, as any heap of that size does that other tests have closed.
        new Heap(HeapOptions.defaults().withAddressRange(HeapOptions.defaults().addressRange() >> 4)).close();
        FaultyOs os = new FaultyOs();
        os.failWhen(call -> call < 4);
        try (Heap heap = new Heap(HeapOptions.defaults(), os)) {
            assertThat(os.calls()).as("four refused, then slots and a region for each shard")
                .isEqualTo(5 + heap.slots().layout().shards());
            heap.memalloc(100);
            heap.check();
        }
    }

    @ParameterizedTest
    @CsvSource({"12, ENOMEM", "11, EAGAIN", "22, EINVAL"})
    void noAddressRangeAtAllIsOutOfMemory(int errno, String name) {
        FaultyOs os = new FaultyOs(errno);
        os.failWhen(call -> true);
        assertThatThrownBy(() -> new Heap(HeapOptions.defaults(), os)).isInstanceOf(OutOfMemoryError.class)
            .hasMessageContaining("mmap failed with errno " + errno + " (" + name + ")");
    }

    /** With guards at random, the calls are not the same each time, but about as many. */
    @ParameterizedTest(name = "errno {0}, guard interval {1}, {2} operations")
    @CsvSource({"12, 0, 150", "11, 0, 60", "12, 1, 60", "11, 5, 60"})
    void eachCallInTurnFailsOnce(int errno, int guardInterval, int operations) {
        long calls = walk(new FaultyOs(errno), guardInterval, operations, -1);
        assertThat(calls).isGreaterThan(operations / 3);
        for (long failing = 0; failing < calls; failing++) {
            walk(new FaultyOs(errno), guardInterval, operations, failing);
        }
    }

    @ParameterizedTest(name = "errno {0}, guard interval {1}, {2} operations")
    @CsvSource({"12, 0, 10000", "11, 0, 2000", "22, 0, 2000", "11, 1, 2000", "12, 5, 2000"})
    void callsFailAtRandom(int errno, int guardInterval, int operations) {
        long seed = System.nanoTime();
        FaultyOs os = new FaultyOs(errno);
        Heap heap = new Heap(HeapOptions.defaults().withMmapThreshold(10_000).withGuardInterval(guardInterval), os);
        SplittableRandom faults = new SplittableRandom(seed);
        os.failWhen(call -> faults.nextInt(4) == 0);
        try {
            walk(heap, new SplittableRandom(seed + 1), operations);
            os.failNever();
            assertThat(walk(heap, new SplittableRandom(seed + 2), operations / 10)).isZero();
            heap.close();
        } catch (Throwable e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @Test
    void closingGoesOnWhereItFailed() {
        FaultyOs os = new FaultyOs();
        Heap heap = new Heap(HeapOptions.defaults(), os);
        for (int i = 0; i < 10; i++) {
            heap.memalloc(2_000_000);
        }
        os.failWhen(call -> call == 4 || call == 8);
        assertThatThrownBy(heap::close).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(heap::close).isInstanceOf(OutOfMemoryError.class);
        heap.close();
        assertThatThrownBy(() -> heap.memalloc(1)).hasMessage("the heap is closed");
    }

    @Test
    void purgingGoesOnAfterARefusedUnmap() {
        FaultyOs os = new FaultyOs();
        Heap heap = new Heap(HeapOptions.defaults(), os);
        long[] mappings = new long[4];
        for (int i = 0; i < mappings.length; i++) {
            mappings[i] = heap.memalloc(2_000_000L + 100_000L * i);
        }
        for (long mapping : mappings) {
            heap.memfree(mapping);
        }
        heap.purge();
        os.failWhen(call -> call == 1);
        assertThatThrownBy(heap::trim).isInstanceOf(OutOfMemoryError.class);
        os.failNever();
        heap.purge();
        heap.purge();
        assertThat(heap.stats().bytesSpare()).isZero();
        heap.check();
        heap.close();
    }

    /** The same operations each time, with one failing call to the system; returns how many calls there were. */
    private static long walk(FaultyOs os, int guardInterval, int operations, long failing) {
        HeapOptions options = HeapOptions.defaults().withMmapThreshold(30_000).withHugePageThreshold(60_000)
            .withGuardInterval(guardInterval);
        Heap heap = new Heap(options, os);
        os.failWhen(call -> call == failing);
        int failures = walk(heap, new SplittableRandom(1), operations);
        // Where memory was refused, spares are given back and it is asked for again: not each fault is a failure.
        assertThat(failures).isBetween(0, failing < 0 ? 0 : 1);
        long calls = os.calls();
        os.failNever();
        heap.close();
        return calls;
    }

    private static int walk(Heap heap, SplittableRandom random, int operations) {
        long[] addresses = new long[SLOTS];
        long[] sizes = new long[SLOTS];
        int failures = 0;
        for (int i = 0; i < operations; i++) {
            int slot = random.nextInt(SLOTS);
            long size = random.nextInt(3) == 0 ? 0 : random.nextLong(1, 200_000);
            HeapStats before = heap.stats();
            try {
                long moved = heap.memresize(addresses[slot], size);
                if (addresses[slot] != 0 && size != 0) {
                    Pattern.verify(heap.segment(moved), sizes[slot], Math.min(size, sizes[slot]), slot);
                }
                addresses[slot] = moved;
                sizes[slot] = size;
                if (size != 0) {
                    Pattern.write(heap, moved, size, slot);
                }
            } catch (OutOfMemoryError e) {
                failures++;
                assertThat(e).hasMessageContaining("failing on purpose").hasMessageContaining("bytes asked for")
                    .hasCauseInstanceOf(OsException.class);
                requireUnchanged(heap, before);
                if (addresses[slot] != 0) {
                    Pattern.verify(heap, addresses[slot], sizes[slot], slot);
                }
            }
            if (i % 10 == 0) {
                failures += trim(heap);
                heap.check();
            }
        }
        heap.check();
        for (int slot = 0; slot < SLOTS; slot++) {
            while (addresses[slot] != 0) {
                Pattern.verify(heap, addresses[slot], sizes[slot], slot);
                try {
                    heap.memfree(addresses[slot]);
                    addresses[slot] = 0;
                } catch (OutOfMemoryError e) {
                    failures++;
                }
            }
        }
        heap.check();
        if (!heap.guards().areOff()) {
            heap.guards().endQuarantine();
            heap.check();
        }
        assertThat(heap.stats().blocksLive()).isZero();
        assertThat(heap.stats().bytesLive()).isZero();
        return failures;
    }

    /** Where memory is refused, the quarantine ends, and its blocks are live no more. */
    private static void requireUnchanged(Heap heap, HeapStats before) {
        HeapStats now = heap.stats();
        if (heap.guards().areOff()) {
            assertThat(now.blocksLive()).isEqualTo(before.blocksLive());
            assertThat(now.bytesLive()).isEqualTo(before.bytesLive());
        } else {
            assertThat(now.blocksLive()).isLessThanOrEqualTo(before.blocksLive());
            assertThat(now.bytesLive()).isLessThanOrEqualTo(before.bytesLive());
        }
    }

    private static int trim(Heap heap) {
        try {
            heap.trim();
            return 0;
        } catch (OutOfMemoryError e) {
            return 1;
        }
    }

    private static boolean isOverride(Method method) {
        return Arrays.stream(Os.class.getDeclaredMethods())
            .anyMatch(other -> other.getName().equals(method.getName())
                && Arrays.equals(other.getParameterTypes(), method.getParameterTypes()));
    }
}
