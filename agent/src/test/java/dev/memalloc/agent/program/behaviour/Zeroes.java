package dev.memalloc.agent.program.behaviour;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** That a new buffer is all zero, also on memory that was written before. */
final class Zeroes {
    private static final int[] SIZES = {
        1, 15, 16, 17, 24, 100, 1000, 4096, 100_000, 131_072, Buffers.MEGABYTE - 1, 3 * Buffers.MEGABYTE};
    private static final int ROUNDS = 20;
    private static final int ROUNDS_OF_LARGE = 4;

    private Zeroes() {
    }

    static void show() {
        for (int size : SIZES) {
            Observation.print("zero after reuse, " + size, () -> {
                ByteBuffer zeroes = ByteBuffer.allocate(size);
                for (int round = 0; round < (size < Buffers.MEGABYTE / 2 ? ROUNDS : ROUNDS_OF_LARGE); round++) {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(size);
                    int wrong = buffer.mismatch(zeroes);
                    if (wrong != -1) {
                        return "byte " + wrong + " of round " + round + " is " + buffer.get(wrong);
                    }
                    MemorySegment.ofBuffer(buffer).fill((byte) 0xFF);
                    Buffers.clean(buffer);
                }
                return "yes";
            });
        }
    }
}
