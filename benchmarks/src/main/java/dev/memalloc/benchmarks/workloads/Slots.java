package dev.memalloc.benchmarks.workloads;

import dev.memalloc.benchmarks.allocators.Allocator;

/** The blocks of a worker, by number, with their sizes; 0 is a slot without one. */
final class Slots {
    private final Allocator allocator;
    private final LiveBytes.Share live;
    private final long[] blocks;
    private final int[] sizes;

    Slots(Load load, int count) {
        allocator = load.allocator();
        live = load.live().share();
        blocks = new long[count];
        sizes = new int[count];
    }

    int count() {
        return blocks.length;
    }

    boolean isFull(int slot) {
        return blocks[slot] != 0;
    }

    /** Where the bytes of the block in a full slot are. */
    long address(int slot) {
        return allocator.address(blocks[slot]);
    }

    int size(int slot) {
        return sizes[slot];
    }

    /** Allocates a block into an empty slot, and returns where its bytes are. */
    long allocate(int slot, int size) {
        return put(slot, allocator.allocate(size), size);
    }

    /** Allocates a zeroed block into an empty slot, and returns where its bytes are. */
    long allocateZeroed(int slot, int size) {
        return put(slot, allocator.allocateZeroed(size), size);
    }

    /** Frees the block in a full slot. */
    void free(int slot) {
        allocator.free(take(slot));
    }

    /** Puts a block into an empty slot, and returns where its bytes are. */
    long put(int slot, long block, int size) {
        assert blocks[slot] == 0 : "a slot must be empty before a block is put into it";
        blocks[slot] = block;
        sizes[slot] = size;
        live.add(size);
        return allocator.address(block);
    }

    /** Takes the block out of a full slot: who takes it frees it. */
    long take(int slot) {
        assert blocks[slot] != 0 : "a slot must be full before its block is taken";
        long block = blocks[slot];
        blocks[slot] = 0;
        live.add(-sizes[slot]);
        return block;
    }

    void swap(int slot, int other) {
        long block = blocks[slot];
        blocks[slot] = blocks[other];
        blocks[other] = block;
        int size = sizes[slot];
        sizes[slot] = sizes[other];
        sizes[other] = size;
    }

    void freeAll() {
        for (int slot = 0; slot < blocks.length; slot++) {
            if (isFull(slot)) {
                free(slot);
            }
        }
    }
}
