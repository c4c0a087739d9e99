package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;

/**
 * The storage of an array, and reading and writing single elements of it, by their width.
 *
 * <p>An index counts from the start of the storage, and is compared with what the block has: whoever calls has compared
 * it with the length. Each method takes the block once and keeps it reachable, so that it reads and writes bytes of
 * the array alone, whatever other threads do to that meanwhile.
 */
abstract class ElementAccess {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final VarHandle BYTES = BYTE.varHandle();
    private static final VarHandle SHORTS = SHORT.varHandle();
    private static final VarHandle INTS = INT.varHandle();
    private static final VarHandle LONGS = LONG.varHandle();

    final Storage storage;
    private final Heap heap;
    private boolean closed;

    ElementAccess(Heap heap) {
        this.heap = heap;
        storage = new Storage(heap);
    }

    /** See {@link Storage#block}. */
    final Block block() {
        return storage.block();
    }

    /** One for other memory, of the same heap. */
    final Storage newStorage() {
        return new Storage(heap);
    }

    final void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the array is closed");
        }
    }

    final void markClosed() {
        closed = true;
    }

    /** What says why, if it is because of the heap. */
    final IllegalStateException explained(IllegalStateException e) {
        return !closed && Storage.isClosed(heap) ? new IllegalStateException("the array's heap is closed", e) : e;
    }

    final byte getByte(long index) {
        Block block = storage.block();
        try {
            return block.bytes().get(BYTE, index);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final void setByte(long index, byte value) {
        Block block = storage.block();
        try {
            block.bytes().set(BYTE, index, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final byte getByteVolatile(long index) {
        Block block = storage.block();
        try {
            return (byte) BYTES.getVolatile(block.bytes(), index);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final void setByteVolatile(long index, byte value) {
        Block block = storage.block();
        try {
            BYTES.setVolatile(block.bytes(), index, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final short getShort(long index) {
        Block block = storage.block();
        try {
            return block.bytes().get(SHORT, index << 1);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final void setShort(long index, short value) {
        Block block = storage.block();
        try {
            block.bytes().set(SHORT, index << 1, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final short getShortVolatile(long index) {
        Block block = storage.block();
        try {
            return (short) SHORTS.getVolatile(block.bytes(), index << 1);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final void setShortVolatile(long index, short value) {
        Block block = storage.block();
        try {
            SHORTS.setVolatile(block.bytes(), index << 1, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** An int, or the bits of a float. */
    final int getInt(long index) {
        Block block = storage.block();
        try {
            return block.bytes().get(INT, index << 2);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final void setInt(long index, int value) {
        Block block = storage.block();
        try {
            block.bytes().set(INT, index << 2, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final int getIntVolatile(long index) {
        Block block = storage.block();
        try {
            return (int) INTS.getVolatile(block.bytes(), index << 2);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final void setIntVolatile(long index, int value) {
        Block block = storage.block();
        try {
            INTS.setVolatile(block.bytes(), index << 2, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final int getAndSetInt(long index, int value) {
        Block block = storage.block();
        try {
            return (int) INTS.getAndSet(block.bytes(), index << 2, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final boolean compareAndSetInt(long index, int expected, int value) {
        Block block = storage.block();
        try {
            return INTS.compareAndSet(block.bytes(), index << 2, expected, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final int getAndAddInt(long index, int delta) {
        Block block = storage.block();
        try {
            return (int) INTS.getAndAdd(block.bytes(), index << 2, delta);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    /** A long, or the bits of a double. */
    final long getLong(long index) {
        Block block = storage.block();
        try {
            return block.bytes().get(LONG, index << 3);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final void setLong(long index, long value) {
        Block block = storage.block();
        try {
            block.bytes().set(LONG, index << 3, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final long getLongVolatile(long index) {
        Block block = storage.block();
        try {
            return (long) LONGS.getVolatile(block.bytes(), index << 3);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final void setLongVolatile(long index, long value) {
        Block block = storage.block();
        try {
            LONGS.setVolatile(block.bytes(), index << 3, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final long getAndSetLong(long index, long value) {
        Block block = storage.block();
        try {
            return (long) LONGS.getAndSet(block.bytes(), index << 3, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final boolean compareAndSetLong(long index, long expected, long value) {
        Block block = storage.block();
        try {
            return LONGS.compareAndSet(block.bytes(), index << 3, expected, value);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }

    final long getAndAddLong(long index, long delta) {
        Block block = storage.block();
        try {
            return (long) LONGS.getAndAdd(block.bytes(), index << 3, delta);
        } catch (IllegalStateException e) {
            throw explained(e);
        } finally {
            Reference.reachabilityFence(block);
        }
    }
}
