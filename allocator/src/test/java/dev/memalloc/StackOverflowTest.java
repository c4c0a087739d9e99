package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wherever the stack ends in a call of the heap, the heap is whole, and so are all blocks. */
class StackOverflowTest {
    @ParameterizedTest
    @ValueSource(strings = {"-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1", "-Xint"})
    void whereverTheStackEndsTheHeapIsWhole(String mode) throws Exception {
        ChildJvm.run(Descents.class, List.of(mode), mode.equals("-Xint") ? "3000" : "12000").silent(0);
    }

    @Test
    void damageIsToldWhereverTheStackEnds() {
        try (Heap heap = new Heap(HeapOptions.defaults().withGuardInterval(1))) {
            for (int i = 0; i < 200; i++) {
                long block = heap.memalloc(100);
                RawMemory.putByte(block + 100, (byte) 0);
                List<IllegalStateException> told = new ArrayList<>();
                freeWhereTheStackEnds(heap, block, told);
                assertThat(told).hasSize(1);
                assertThat(told.getFirst()).hasMessageContaining("1 byte behind its end");
            }
            heap.trim();
            assertThat(heap.stats().bytesLive()).isZero();
        }
    }

    /** Frees where the stack ends, and then one frame before it, until it is freed. */
    private static void freeWhereTheStackEnds(Heap heap, long block, List<IllegalStateException> told) {
        try {
            freeWhereTheStackEnds(heap, block, told);
        } catch (StackOverflowError e) {
            // This frame is the one before.
        }
        if (told.isEmpty()) {
            try {
                heap.memfree(block);
            } catch (IllegalStateException e) {
                told.add(e);
            }
        }
    }

    /** Calls the heap near the end of the stack, again and again: so many times the stack must have ended there. */
    static final class Descents implements Runnable {
        private static final int STACK_SIZE = 256 << 10;
        private static final int BLOCKS = 300;
        private static final int OVERFLOWS_A_HEAP = 1000;
        private static final int OPERATIONS = 5;
        private static final int TRIM = OPERATIONS;

        private final Heap heap;
        private final SplittableRandom random;
        private final long[] addresses = new long[BLOCKS];
        private final long[] sizes = new long[BLOCKS];
        private int depth = 500;
        private int overflows;
        private int steps;
        private boolean reached;
        private int block;
        private int operation;
        private long size;
        private Throwable failure;

        private Descents(Heap heap, long seed) {
            this.heap = heap;
            random = new SplittableRandom(seed);
        }

        public static void main(String[] arguments) throws InterruptedException {
            long seed = System.nanoTime();
            int wanted = Integer.parseInt(arguments[0]);
            initializeClasses();
            for (int overflows = 0; overflows < wanted; overflows += OVERFLOWS_A_HEAP) {
                try (Heap heap = new Heap(HeapOptions.defaults().withMmapThreshold(100_000))) {
                    Descents descents = new Descents(heap, seed + overflows);
                    Thread thread = new Thread(null, descents, "descents", STACK_SIZE);
                    thread.start();
                    thread.join();
                    if (descents.failure == null) {
                        descents.requireWhole();
                    }
                    if (descents.failure != null) {
                        throw new AssertionError("seed " + (seed + overflows), descents.failure);
                    }
                }
            }
        }

        /** A class of the JDK whose initializer meets the end of the stack cannot be used any more, by anyone. */
        private static void initializeClasses() {
            try (Heap heap = new Heap(HeapOptions.defaults().withMmapThreshold(100_000))) {
                Descents descents = new Descents(heap, 1);
                for (int i = 0; i < 2_000; i++) {
                    descents.depth = 1;
                    descents.step();
                }
                descents.requireWhole();
            }
        }

        @Override
        public void run() {
            try {
                while (overflows < OVERFLOWS_A_HEAP) {
                    step();
                }
            } catch (Throwable e) {
                failure = e;
            }
        }

        /** One call, deeper in the stack if the one before was not too deep. */
        private void step() {
            block = random.nextInt(BLOCKS);
            operation = random.nextInt(50) == 0 ? TRIM : random.nextInt(OPERATIONS);
            size = size();
            reached = false;
            long before = addresses[block];
            if (before != 0) {
                requireIntact(block);
            }
            try {
                descend(depth);
                depth += random.nextInt(12);
                stamp(block);
            } catch (StackOverflowError e) {
                depth -= 1 + random.nextInt(reached ? 20 : 100);
                overflows += reached ? 1 : 0;
                if (before != 0) {
                    settle();
                }
            }
            if (++steps % 500 == 0) {
                heap.check();
            }
        }

        private long size() {
            return switch (random.nextInt(4)) {
                case 0 -> random.nextLong(16, 8193);
                case 1 -> random.nextLong(8193, 20_000);
                case 2 -> random.nextLong(8193, 100_000);
                default -> random.nextLong(16, 200_000);
            };
        }

        private void descend(int calls) {
            if (calls > 0) {
                descend(calls - 1);
                return;
            }
            reached = true;
            long address = addresses[block];
            if (operation == TRIM) {
                heap.trim();
            } else if (operation == 0 && address != 0) {
                addresses[block] = heap.memresize(address, size);
                sizes[block] = size;
            } else if (address != 0) {
                heap.memfree(address);
                addresses[block] = 0;
            } else {
                addresses[block] = allocate();
                sizes[block] = size;
            }
        }

        private long allocate() {
            return switch (operation) {
                case 1 -> heap.defalloc(size, 1);
                case 2 -> heap.memalign(1 << size % 15, size);
                default -> heap.memalloc(size);
            };
        }

        /** What was freed when the stack ended may be free or not. */
        private void settle() {
            try {
                heap.usableSize(addresses[block]);
            } catch (IllegalStateException | IllegalArgumentException e) {
                addresses[block] = 0;
                return;
            }
            requireIntact(block);
        }

        private void stamp(int index) {
            if (addresses[index] != 0) {
                MemorySegment bytes = heap.segment(addresses[index]);
                bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, id(index));
                bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, sizes[index] - 8, id(index));
            }
        }

        private void requireIntact(int index) {
            MemorySegment bytes = heap.segment(addresses[index]);
            require(bytes.byteSize() >= sizes[index], index, "is too small");
            require(bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) == id(index), index, "has another's beginning");
            require(bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, sizes[index] - 8) == id(index), index,
                "has another's end");
        }

        private long id(int index) {
            return addresses[index] * 31 + index;
        }

        private static void require(boolean holds, int index, String what) {
            if (!holds) {
                throw new IllegalStateException("block " + index + " " + what);
            }
        }

        /** No more than slots may be lost: all else is live if and only if it is held. */
        private void requireWhole() {
            heap.check();
            Map<Long, Long> live = new HashMap<>();
            heap.forEachLive(each -> live.put(each.address(), each.size()));
            List<long[]> held = new ArrayList<>();
            for (int i = 0; i < BLOCKS; i++) {
                if (addresses[i] != 0) {
                    requireIntact(i);
                    held.add(new long[] {addresses[i], live.remove(addresses[i])});
                }
            }
            held.sort((a, b) -> Long.compare(a[0], b[0]));
            for (int i = 1; i < held.size(); i++) {
                require(held.get(i - 1)[0] + held.get(i - 1)[1] <= held.get(i)[0], i, "overlaps another");
            }
            live.values().removeIf(bytes -> bytes <= SlotSizes.SIZE_MAX);
            require(live.isEmpty(), live.size(), "in number are live, and nobody's");
            Arrays.stream(addresses).forEach(heap::memfree);
            heap.check();
            heap.memfree(heap.memalloc(50_000));
            heap.forEachLive(each -> require(each.size() <= SlotSizes.SIZE_MAX, 0, "is left"));
        }
    }
}
