package dev.memalloc.benchmarks;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/**
 * What programs do wrong, by the addresses that they have; after the security programs of mimalloc-bench
 * (github.com/daanx/mimalloc-bench), as far as an allocator can be concerned.
 */
enum Misuse {
    OVERFLOW_1("write 1 byte beyond the end", heap -> heap.write(heap.size())),
    OVERFLOW_32("write the 32nd byte beyond the end", heap -> heap.write(heap.size() + 31)),
    OVERFLOW_ALL_32("write 32 bytes beyond the end", heap -> {
        for (int i = 0; i < 32; i++) {
            heap.write(heap.size() + i);
        }
    }),
    UNDERFLOW_1("write 1 byte before the start", heap -> heap.write(-1)),
    UNDERFLOW_32("write the 32nd byte before the start", heap -> heap.write(-32)),
    DOUBLE_FREE("double free", heap -> {
        heap.free();
        heap.free();
    }),
    DOUBLE_FREE_LATER("double free, after 1,024 blocks of another size", heap -> {
        heap.free();
        heap.cycle(1024, 2 * heap.size() + 1024);
        heap.free();
    }),
    DOUBLE_FREE_LATER_SAME("double free, after another block of the size was freed", heap -> {
        heap.free();
        heap.freeNeighbour();
        heap.free();
    }),
    DOUBLE_FREE_BY_ANOTHER_THREAD("double free, by another thread", heap -> {
        heap.free();
        heap.inAnotherThread(heap::free);
    }),
    DOUBLE_FREE_AFTER_RESIZE("free of the address before a resize to 64 times the size", heap -> {
        if (!heap.moves(64 * heap.size())) {
            throw new Victim.NotPossibleException();
        }
        heap.free();
    }),
    INTERIOR_1("free of an address 1 byte into a block", heap -> heap.allocator().free(heap.inside(1))),
    INTERIOR_16("free of an address 16 bytes into a block", heap -> heap.allocator().free(heap.inside(16))),
    INTERIOR_4096("free of an address 4,096 bytes into a block", heap -> heap.allocator().free(heap.inside(4096))),
    FREE_1_GIB_AWAY("free of an address 1 GiB further", heap -> heap.allocator().free(heap.block() + (1 << 30))),
    FREE_OF_ANOTHERS("free of an address of another allocator's block", heap -> {
        try (Arena arena = Arena.ofConfined()) {
            heap.allocator().free(arena.allocate(ValueLayout.JAVA_LONG, 100).address() + 64);
        }
    }),
    RESIZE_AFTER_FREE("resize after free", heap -> {
        heap.free();
        heap.allocator().reallocate(heap.block(), heap.size(), 2 * heap.size());
    }),
    RESIZE_INTERIOR("resize of an address 16 bytes into a block",
        heap -> heap.allocator().reallocate(heap.inside(16), heap.size(), 2 * heap.size())),
    WRITE_AFTER_FREE("write of a block's first 8 bytes after it was freed", heap -> {
        heap.free();
        RawMemory.putLong(heap.block(), 0x5A5A5A5A5A5AL);
    }),
    SIZE_NEGATIVE("allocation of -2 bytes", heap -> heap.allocator().allocate(-2));

    final String what;
    private final Action action;

    Misuse(String what, Action action) {
        this.what = what;
        this.action = action;
    }

    void commit(Victim heap) throws InterruptedException {
        action.on(heap);
    }

    /** What is done to a heap. */
    @FunctionalInterface
    private interface Action {
        void on(Victim heap) throws InterruptedException;
    }
}
