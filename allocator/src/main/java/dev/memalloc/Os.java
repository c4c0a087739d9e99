package dev.memalloc;

import dev.memalloc.internal.NativeAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Every call that the allocator makes to the operating system, which is Linux.
 *
 * <p>Common to all methods: sizes are in bytes and multiples of {@link #PAGE_SIZE}; addresses are multiples
 * of it as well, and were handed out by this class. A method that fails throws {@link OsException} and has
 * changed nothing. Any thread may call. No call is {@code critical}: each may take long, and must not hold up
 * a safepoint.
 */
class Os {
    private static final int PROT_NONE = 0;
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int MREMAP_MAYMOVE = 1;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final long FAILED = -1;

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle MMAP =
        errnoCall("mmap", FunctionDescriptor.of(WORD, WORD, WORD, INT, INT, INT, WORD));
    private static final MethodHandle MUNMAP = errnoCall("munmap", FunctionDescriptor.of(INT, WORD, WORD));
    private static final MethodHandle MPROTECT = errnoCall("mprotect", FunctionDescriptor.of(INT, WORD, WORD, INT));
    private static final MethodHandle MADVISE = errnoCall("madvise", FunctionDescriptor.of(INT, WORD, WORD, INT));
    private static final MethodHandle MREMAP =
        errnoCall("mremap", FunctionDescriptor.of(WORD, WORD, WORD, WORD, INT));

    /** As many bytes as processors have addresses for, or more. */
    static final long ADDRESSES = 1L << 48;
    /** The size of a page, in bytes. */
    static final long PAGE_SIZE = pageSize();

    /** Reserves address space that costs no memory and no swap, and that nothing can read or write yet. */
    long reserve(long size) {
        return mmap("reserving", size, PROT_NONE, MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE);
    }

    /** Reserves address space that costs no memory and no swap until it is written, and is zero. */
    long reserveWritable(long size) {
        return mmap("reserving", size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE);
    }

    /** Lets a part of reserved address space be read and written; the first time that it is, it is zero. */
    void commit(long address, long size) {
        StackRoom.requireForSystemCall();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result = (int) MPROTECT.invokeExact(state, address, size, PROT_READ_WRITE);
            if (result == FAILED) {
                throw failure("mprotect", "committing", address, size, state);
            }
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    /** Gives memory back, but not the address space: what is read there next is zero. */
    void discard(long address, long size) {
        advise("giving back", address, size, MADV_DONTNEED);
    }

    /** Asks for huge pages where an aligned one fits, from when on memory is written there. */
    void preferHugePages(long address, long size) {
        advise("asking for huge pages", address, size, MADV_HUGEPAGE);
    }

    /** Maps zeroed memory and returns where. */
    long map(long size) {
        return mmap("mapping", size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS);
    }

    /** Grows (with zeroes) or shrinks a mapping without copying, and returns where it is now. */
    long remap(long address, long oldSize, long newSize) {
        StackRoom.requireForSystemCall();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = (long) MREMAP.invokeExact(state, address, oldSize, newSize, MREMAP_MAYMOVE);
            if (result == FAILED) {
                throw failure("mremap", "resizing to " + newSize + " bytes", address, oldSize, state);
            }
            return result;
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    /** Gives address space, and the memory in it, back. */
    void unmap(long address, long size) {
        StackRoom.requireForSystemCall();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result = (int) MUNMAP.invokeExact(state, address, size);
            if (result == FAILED) {
                throw failure("munmap", "unmapping", address, size, state);
            }
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    /** {@code bytes} rounded up to whole pages; {@code bytes} is at most {@code Long.MAX_VALUE} less a page. */
    static long toPages(long bytes) {
        return (bytes + PAGE_SIZE - 1) & -PAGE_SIZE;
    }

    private static void advise(String purpose, long address, long size, int advice) {
        StackRoom.requireForSystemCall();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result = (int) MADVISE.invokeExact(state, address, size, advice);
            if (result == FAILED) {
                throw failure("madvise", purpose, address, size, state);
            }
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    private static long mmap(String purpose, long size, int protection, int flags) {
        StackRoom.requireForSystemCall();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = (long) MMAP.invokeExact(state, 0L, size, protection, flags, -1, 0L);
            if (result == FAILED) {
                throw failure("mmap", purpose, 0, size, state);
            }
            return result;
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    private static MethodHandle errnoCall(String function, FunctionDescriptor type) {
        return NativeAccess.downcall(function, type, Linker.Option.captureCallState("errno"));
    }

    private static long pageSize() {
        try {
            return (int) NativeAccess.downcall("getpagesize", FunctionDescriptor.of(INT)).invokeExact();
        } catch (Throwable e) {
            throw propagate(e);
        }
    }

    private static OsException failure(
            String function, String purpose, long address, long size, MemorySegment state) {
        return new OsException(function, purpose, address, size, state.get(INT, ERRNO));
    }

    /** What {@code invokeExact} declares is never a checked exception here. */
    private static RuntimeException propagate(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return (RuntimeException) e;
    }
}
