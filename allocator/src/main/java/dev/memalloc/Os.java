package dev.memalloc;

import dev.memalloc.internal.NativeAccess;
import dev.memalloc.internal.StackRoom;
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
    private static final int MREMAP_FIXED = 2;
    private static final int MREMAP_DONTUNMAP = 4;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_COLLAPSE = 25;
    private static final int NO_FILE = -1;

    private static final Function MMAP = Function.find("mmap");
    private static final Function MUNMAP = Function.find("munmap");
    private static final Function MPROTECT = Function.find("mprotect");
    private static final Function MADVISE = Function.find("madvise");
    private static final Function MREMAP = Function.find("mremap");
    private static final Function MINCORE = Function.find("mincore");

    /** As many bytes as processors have addresses for, or more. */
    static final long ADDRESSES = 1L << 48;
    /** The size of a page, in bytes. */
    static final long PAGE_SIZE = (int) Function.find("getpagesize").call("asking for a page's size", 0, 0, 0, 0, 0);

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
        MPROTECT.call("committing", address, size, PROT_READ_WRITE, 0, 0);
    }

    /** Gives memory back, but not the address space: what is read there next is zero. */
    void discard(long address, long size) {
        MADVISE.call("giving back", address, size, MADV_DONTNEED, 0, 0);
    }

    /**
     * Finds out which pages are in memory: the lowest bit of a byte for each of them, at {@code pages}, says so. One
     * that is not was never touched since it was mapped or discarded, or is swapped out.
     */
    void findResident(long address, long size, long pages) {
        MINCORE.call("finding out what is resident of", address, size, pages, 0, 0);
    }

    /** Asks for huge pages where an aligned one fits, from when on memory is written there. */
    void preferHugePages(long address, long size) {
        MADVISE.call("asking for huge pages", address, size, MADV_HUGEPAGE, 0, 0);
    }

    /** Makes a huge page of the small ones that are there, which are copied; Linux can do so since 6.1. */
    void collapse(long address, long size) {
        MADVISE.call("making huge pages of", address, size, MADV_COLLAPSE, 0, 0);
    }

    /** Maps zeroed memory and returns where. */
    long map(long size) {
        return mmap("mapping", size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS);
    }

    /** Grows (with zeroes) or shrinks a mapping without copying, and returns where it is now. */
    long remap(long address, long oldSize, long newSize) {
        return MREMAP.call("resizing", address, oldSize, newSize, MREMAP_MAYMOVE, 0);
    }

    /** Grows a mapping where it is; fails if there is something behind it. */
    void remapInPlace(long address, long oldSize, long newSize) {
        MREMAP.call("enlarging", address, oldSize, newSize, 0, 0);
    }

    /** Grows a mapping without copying, to where something reserved is, which it replaces. */
    void remapTo(long address, long oldSize, long newSize, long target) {
        MREMAP.call("resizing", address, oldSize, newSize, MREMAP_MAYMOVE | MREMAP_FIXED, target);
    }

    /**
     * Moves the memory of a mapping, without copying, to where something reserved is, which it replaces. What is read
     * at its old addresses, which stay mapped, is zero. Linux can do so since 5.7.
     */
    void moveMemoryTo(long address, long size, long target) {
        MREMAP.call("moving", address, size, size, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, target);
    }

    /** Gives address space, and the memory in it, back. */
    void unmap(long address, long size) {
        MUNMAP.call("unmapping", address, size, 0, 0, 0);
    }

    /** {@code bytes} rounded up to whole pages; {@code bytes} is at most {@code Long.MAX_VALUE} less a page. */
    static long toPages(long bytes) {
        return (bytes + PAGE_SIZE - 1) & -PAGE_SIZE;
    }

    private static long mmap(String purpose, long size, int protection, int flags) {
        return MMAP.call(purpose, 0, size, protection, flags, NO_FILE);
    }

    /**
     * A function of the C library, called with more arguments than most have: six words and a result are one shape
     * for all, and the JVM takes some 15 ms to get ready for each shape at its first use. The rest are registers that
     * nobody reads, and an int is the lower half of its register (System V ABI of x86-64, AAPCS64).
     */
    private record Function(String name, MethodHandle handle) {
        private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
        private static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(WORD, WORD, WORD, WORD, WORD, WORD, WORD);
        private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
        private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
        private static final int FAILED = -1;

        static Function find(String name) {
            return new Function(name, NativeAccess.downcall(name, SHAPE, Linker.Option.captureCallState("errno")));
        }

        /** Calls it; the sixth argument is 0. An address that is returned is a page's, and so not mistaken for -1. */
        long call(String purpose, long address, long size, long third, long fourth, long fifth) {
            StackRoom.requireForSystemCall();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(STATE);
                long result = (long) handle.invokeExact(state, address, size, third, fourth, fifth, 0L);
                if ((int) result == FAILED) {
                    throw new OsException(
                        name, purpose, address, size, state.get(ValueLayout.JAVA_INT, ERRNO));
                }
                return result;
            } catch (Throwable e) {
                throw propagate(e);
            }
        }

        /** What {@code invokeExact} declares is never a checked exception here. */
        private static RuntimeException propagate(Throwable e) {
            if (e instanceof Error error) {
                throw error;
            }
            return (RuntimeException) e;
        }
    }
}
