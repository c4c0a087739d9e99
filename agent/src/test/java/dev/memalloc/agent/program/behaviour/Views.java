package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.util.List;

/** What is read and written through a buffer, its slices and its views of other types. */
final class Views {
    private Views() {
    }

    static void show() {
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            print("views, " + order, () -> {
                ByteBuffer buffer = Buffers.filled(64).order(order);
                return buffer.asCharBuffer().getClass() + " " + buffer.asShortBuffer() + " " + buffer.asIntBuffer()
                    + " " + buffer.asLongBuffer() + " " + buffer.asFloatBuffer() + " " + buffer.asDoubleBuffer() + " "
                    + buffer.asReadOnlyBuffer() + buffer.asReadOnlyBuffer().asIntBuffer().getClass() + " "
                    + buffer.asLongBuffer().get(3) + " " + buffer.asDoubleBuffer().slice(1, 3);
            });
        }
        print("values", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
            buffer.putInt(1).putLong(2).putDouble(3).putChar('4').putFloat(5).put((byte) 6).putShort((short) 7);
            buffer.flip();
            return buffer + " " + buffer.hashCode() + " " + buffer.getInt() + buffer.getLong() + buffer.compact();
        });
        print("bulk", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64).put(5, new byte[] {1, 2, 3, 4}, 1, 3);
            byte[] bytes = new byte[4];
            buffer.get(4, bytes).put(0, Buffers.filled(64), 8, 8).put(Buffers.filled(30));
            return List.of(bytes[0], bytes[1], bytes[2], bytes[3]) + " " + buffer + buffer.flip().hashCode();
        });
        print("equality", () -> {
            ByteBuffer one = ByteBuffer.allocateDirect(64).put(10, (byte) 1);
            ByteBuffer two = ByteBuffer.allocate(64).put(10, (byte) 1);
            return one.equals(two) + " " + one.compareTo(two.put(11, (byte) 1)) + " " + one.mismatch(two);
        });
        showPlaces();
        showRefusals();
        showVarHandles();
        print("mapped", () -> {
            MappedByteBuffer mapped = (MappedByteBuffer) ByteBuffer.allocateDirect(64);
            return mapped.isLoaded() + " " + mapped.load() + " " + mapped.force() + mapped.force(1, 2);
        });
    }

    private static void showPlaces() {
        print("slice's attachment", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            ByteBuffer slice = buffer.slice(10, 20);
            return (Buffers.direct(slice, "attachment") == buffer) + " " + Buffers.direct(slice, "cleaner") + " "
                + (Buffers.address(slice) - Buffers.address(buffer)) + " " + slice;
        });
        print("slice of a slice's attachment", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            return Buffers.direct(buffer.slice(10, 20).slice(1, 2).duplicate(), "attachment") == buffer;
        });
        print("aligned slice", () -> ByteBuffer.allocateDirect(64).position(1).alignedSlice(8).capacity());
        print("alignment offset", () -> ByteBuffer.allocateDirect(64).alignmentOffset(3, 8));
    }

    private static void showRefusals() {
        print("get beyond", () -> ByteBuffer.allocateDirect(64).get(64));
        print("get before", () -> ByteBuffer.allocateDirect(64).get(-1));
        print("get of nothing", () -> ByteBuffer.allocateDirect(0).get());
        print("get too much", () -> ByteBuffer.allocateDirect(4).get(new byte[5]));
        print("put beyond", () -> ByteBuffer.allocateDirect(4).putLong(1));
        print("put too much", () -> ByteBuffer.allocateDirect(4).put(new byte[5]));
        print("put itself", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(4);
            return buffer.put(buffer);
        });
        print("put into read-only", () -> ByteBuffer.allocateDirect(4).asReadOnlyBuffer().put((byte) 1));
        print("compact read-only", () -> ByteBuffer.allocateDirect(4).asReadOnlyBuffer().compact());
        print("position beyond", () -> ByteBuffer.allocateDirect(4).position(5));
        print("limit beyond", () -> ByteBuffer.allocateDirect(4).limit(5));
        print("limit negative", () -> ByteBuffer.allocateDirect(4).limit(-1));
        print("slice beyond", () -> ByteBuffer.allocateDirect(4).slice(2, 3));
        print("aligned to 3", () -> ByteBuffer.allocateDirect(64).alignedSlice(3));
        print("chars beyond", () -> ByteBuffer.allocateDirect(4).asCharBuffer().get(2));
    }

    private static void showVarHandles() {
        VarHandle longs = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
        VarHandle swapped = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
        VarHandle doubles = MethodHandles.byteBufferViewVarHandle(double[].class, ByteOrder.nativeOrder());
        print("compare and set", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            return longs.compareAndSet(buffer, 8, 0L, 5L) + " " + (long) longs.getVolatile(buffer, 8);
        });
        print("get and add", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            return (int) swapped.getAndAdd(buffer, 4, 7) + " " + (int) swapped.getAcquire(buffer, 4) + " "
                + buffer.getInt(4);
        });
        print("set double", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
            doubles.setRelease(buffer, 16, Math.PI);
            return buffer.getDouble(16);
        });
        print("unaligned get", () -> (long) longs.get(Buffers.filled(64), 3));
        print("unaligned volatile", () -> (long) longs.getVolatile(Buffers.filled(64), 3));
        print("handle beyond", () -> (long) longs.get(Buffers.filled(64), 57));
        print("handle of read-only", () -> longs.compareAndSet(Buffers.filled(64).asReadOnlyBuffer(), 8, 0L, 5L));
    }
}
