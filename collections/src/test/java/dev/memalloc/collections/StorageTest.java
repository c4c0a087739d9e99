package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ConcurrentModificationException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Memory goes back at once where nobody else can be using it, and only after a collection where somebody can. */
class StorageTest {
    private static final int SMALL = 1000;
    private static final int LARGE = 1 << 20;

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void memoryOfOneThreadGoesBackAtOnce() {
        Storage storage = new Storage(heap);
        storage.allocateZeroed(SMALL);
        storage.resize(100 * SMALL);
        storage.resize(SMALL);
        storage.resize(LARGE);
        assertThat(heap.stats().blocksLive()).isOne();
        storage.free();
        assertThat(heap.stats().blocksLive()).isZero();
    }

    @Test
    void memoryThatAnotherThreadHasReachedStaysWhileItIsReferredTo() throws InterruptedException {
        Storage storage = new Storage(heap);
        storage.allocateZeroed(SMALL);
        Block block = blockOfAnotherThread(storage);
        block.bytes().set(ValueLayout.JAVA_INT, 0, 42);
        storage.resize(100 * SMALL);
        assertThat(storage.block()).isNotSameAs(block);
        assertThat(storage.block().bytes().get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
        storage.free();
        Retired.collect();
        block.bytes().set(ValueLayout.JAVA_INT, 0, 43);
        assertThat(heap.stats().blocksLive()).isOne();
        Reference.reachabilityFence(block);
    }

    @Test
    void aSharedMappingGivesItsMemoryBackAtOnce() throws InterruptedException {
        Storage storage = new Storage(heap);
        storage.allocateZeroed(LARGE);
        Block block = blockOfAnotherThread(storage);
        storage.free();
        assertThat(heap.stats().bytesLive()).isZero();
        assertThat(block.bytes().get(ValueLayout.JAVA_INT, LARGE / 2)).isZero();
        Reference.reachabilityFence(block);
    }

    @Test
    void aSharedStorageCanBecomeSmaller() {
        Storage storage = new Storage(heap, true);
        storage.allocateZeroed(LARGE);
        storage.block().bytes().set(ValueLayout.JAVA_INT, 0, 42);
        storage.resize(SMALL);
        assertThat(storage.size()).isBetween((long) SMALL, 2L * SMALL);
        assertThat(storage.block().bytes().get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
        storage.free();
    }

    @Test
    void aViewCanBeKeptForEver() {
        Storage storage = new Storage(heap);
        storage.allocateZeroed(SMALL);
        MemorySegment view = storage.view().asSlice(8, 8);
        storage.resize(LARGE);
        storage.free();
        Retired.collect();
        long other = heap.memalloc(SMALL);
        heap.segment(other).fill((byte) -1);
        assertThat(view.get(ValueLayout.JAVA_LONG, 0)).isZero();
        heap.memfree(other);
        Reference.reachabilityFence(view);
    }

    /** The owner resizes while another thread comes for the first time: one of them has to notice. */
    @Test
    void theFirstAccessOfAnotherThreadMeetsAResize() throws InterruptedException {
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            Storage storage = new Storage(heap);
            storage.allocateZeroed(64);
            storage.block().bytes().fill((byte) 1);
            AtomicReference<String> found = new AtomicReference<>("nothing");
            Thread other = Thread.ofVirtual().start(() -> found.set(read(storage)));
            for (int i = 0; i < round % 7; i++) {
                Thread.onSpinWait();
            }
            storage.resize(64 + 160L * (1 + round % 5));
            // What was freed is used by others at once.
            long[] others = new long[4];
            for (int i = 0; i < others.length; i++) {
                others[i] = heap.memalloc(64);
                heap.segment(others[i]).fill((byte) 2);
            }
            other.join();
            assertThat(found.get()).isIn("its own bytes", "refused");
            refused += found.get().equals("refused") ? 1 : 0;
            for (long address : others) {
                heap.memfree(address);
            }
            storage.free();
        }
        assertThat(refused).isLessThan(3000);
    }

    private static String read(Storage storage) {
        try {
            Block block = storage.block();
            String found = "its own bytes";
            for (int i = 0; i < 2000; i++) {
                if (block.bytes().get(ValueLayout.JAVA_BYTE, i % 64) != 1) {
                    found = "somebody else's bytes";
                }
            }
            Reference.reachabilityFence(block);
            return found;
        } catch (ConcurrentModificationException e) {
            return "refused";
        }
    }

    private static Block blockOfAnotherThread(Storage storage) throws InterruptedException {
        AtomicReference<Block> block = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> block.set(storage.block()));
        thread.join();
        return block.get();
    }
}
