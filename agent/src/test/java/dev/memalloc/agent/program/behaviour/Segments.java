package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import dev.memalloc.agent.program.Figures;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/** Buffers as memory segments, and segments of arenas beside them. */
final class Segments {
    private Segments() {
    }

    static void show() {
        print("segment", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            MemorySegment segment = MemorySegment.ofBuffer(buffer.position(8));
            segment.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, -1);
            return segment.byteSize() + " " + segment.isNative() + " " + segment.isMapped() + " "
                + segment.scope().isAlive() + " " + segment.isAccessibleBy(new Thread()) + " " + buffer.getLong(8)
                + " " + segment.isReadOnly() + " " + segment.heapBase() + " " + segment.maxByteAlignment();
        });
        print("segment's address", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            return MemorySegment.ofBuffer(buffer.position(8)).address() - Buffers.address(buffer);
        });
        print("segment of read-only", () ->
            MemorySegment.ofBuffer(Buffers.filled(64).asReadOnlyBuffer()).fill((byte) 1));
        print("segment beyond", () -> MemorySegment.ofBuffer(Buffers.filled(64)).asSlice(60, 8).byteSize());
        print("scopes", () -> {
            ByteBuffer buffer = Buffers.filled(64);
            return MemorySegment.ofBuffer(buffer).scope().equals(MemorySegment.ofBuffer(buffer).scope());
        });
        print("load", () -> {
            MemorySegment.ofBuffer(Buffers.filled(64)).load();
            return "done";
        });
        print("buffer of the segment", () -> {
            ByteBuffer again = MemorySegment.ofBuffer(Buffers.filled(64)).asByteBuffer();
            return again + " " + again.hashCode() + " " + Buffers.direct(again, "cleaner");
        });
        print("copied", () -> MemorySegment.ofBuffer(ByteBuffer.allocateDirect(64))
            .copyFrom(MemorySegment.ofBuffer(Buffers.filled(64))).asByteBuffer().hashCode());
        print("automatic arena", () -> {
            long before = Buffers.live();
            MemorySegment segment = Arena.ofAuto().allocate(100_000);
            ByteBuffer beside = ByteBuffer.allocateDirect(1000);
            String seen = before + " " + Figures.poolLine() + " " + segment.byteSize() + beside;
            segment = null;
            beside = null;
            return seen + ", then " + Buffers.live();
        });
        print("other arenas", () -> {
            try (Arena confined = Arena.ofConfined(); Arena shared = Arena.ofShared()) {
                long before = Buffers.live();
                ByteBuffer buffer = confined.allocate(1000).asByteBuffer();
                return buffer + " " + shared.allocate(1000).asByteBuffer() + Buffers.direct(buffer, "cleaner") + " "
                    + before + " " + Figures.pool().getCount();
            }
        });
    }
}
