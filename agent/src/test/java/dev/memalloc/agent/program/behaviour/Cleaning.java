package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import dev.memalloc.agent.program.Figures;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** How buffers are freed: by whoever invokes the cleaner, and by the collector once nothing keeps them alive. */
final class Cleaning {
    private static final int OTHERS = 100;

    private Cleaning() {
    }

    static void show() {
        print("clean", () -> invoked(ByteBuffer.allocateDirect(100)));
        print("clean twice", () -> {
            Buffers.live();
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            long before = Figures.pool().getCount();
            String done = invoked(buffer) + ", " + invoked(buffer);
            return done + ", " + (Figures.pool().getCount() - before);
        });
        print("clean the empty", () -> invoked(ByteBuffer.allocateDirect(0)));
        print("clean a slice", () -> invoked(ByteBuffer.allocateDirect(100).slice(10, 10)));
        print("clean the slice of everything", () -> invoked(ByteBuffer.allocateDirect(100).slice()));
        print("clean a duplicate", () -> invoked(ByteBuffer.allocateDirect(100).duplicate()));
        print("clean a read-only", () -> invoked(ByteBuffer.allocateDirect(100).asReadOnlyBuffer()));
        print("clean an aligned slice", () -> invoked(ByteBuffer.allocateDirect(64).alignedSlice(8)));
        print("clean a segment's", () -> invoked(MemorySegment.ofBuffer(ByteBuffer.allocateDirect(8)).asByteBuffer()));
        print("clean an array's", () -> invoked(ByteBuffer.allocate(100)));
        print("clean null", () -> invoked(null));
        print("cleaner twice", () -> {
            Buffers.live();
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            long before = Figures.pool().getCount();
            Buffers.clean(buffer);
            Buffers.clean(buffer);
            return Figures.pool().getCount() - before;
        });
        print("after cleaning", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            Buffers.clean(buffer);
            return buffer + " " + buffer.isDirect() + " " + (Buffers.address(buffer) != 0);
        });
        keeps("slice", buffer -> buffer.slice(0, 8), view -> view.getLong(0));
        keeps("slice of a slice", buffer -> buffer.slice(0, 16).slice(0, 8), view -> view.getLong(0));
        keeps("duplicate", ByteBuffer::duplicate, view -> view.getLong(0));
        keeps("read-only", ByteBuffer::asReadOnlyBuffer, view -> view.getLong(0));
        keeps("longs", ByteBuffer::asLongBuffer, (LongBuffer view) -> view.get(0));
        keeps("longs of a read-only", buffer -> buffer.asReadOnlyBuffer().asLongBuffer(), view -> view.get(0));
        keeps("segment", MemorySegment::ofBuffer, view -> view.asByteBuffer().getLong(0));
        keeps("segment's slice", buffer -> MemorySegment.ofBuffer(buffer).asSlice(0, 8),
            view -> view.asByteBuffer().getLong(0));
        keeps("segment's buffer", buffer -> MemorySegment.ofBuffer(buffer).asByteBuffer(), view -> view.getLong(0));
    }

    /** The view is all that refers to the memory while others are allocated that would take it over. */
    private static <V> void keeps(String name, Function<ByteBuffer, V> viewed, ToLongFunction<V> read) {
        print(name + " keeps alive", () -> {
            V view = viewed.apply(ByteBuffer.allocateDirect(1000).putLong(0, 42));
            String seen = Figures.collectUntil(1, () -> Figures.pool().getCount()) + " live, ";
            List<ByteBuffer> others = new ArrayList<>();
            for (int i = 0; i < OTHERS; i++) {
                others.add(ByteBuffer.allocateDirect(1000).putLong(0, -1));
            }
            seen += read.applyAsLong(view) + " of " + Figures.pool().getCount();
            others.forEach(Buffers::clean);
            view = null;
            return seen + ", then " + Buffers.live();
        });
    }

    private static String invoked(ByteBuffer buffer) throws ReflectiveOperationException {
        Figures.invokeCleaner(buffer);
        return "done";
    }
}
