package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import dev.memalloc.internal.StackRoom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Makes a mapping that was used before zero again, and writes no more than it must for that: pages that nobody has
 * touched since they were fresh are zero, and the operating system knows which these are.
 */
final class Zeroing {
    /** How many bytes the system is asked about at once. */
    private static final long STEP = 16L << 20;
    /** So few untouched pages between others are written as well: that is faster than one more call. */
    private static final int GAP_MAX = 16;
    /** The lowest bits of eight bytes. */
    private static final long ALL_RESIDENT = 0x0101010101010101L;
    private static final long NONE_RESIDENT = 0;

    private final Os os;
    private final MemorySegment memory;

    /** {@code memory} is all memory, as long as the heap is open. */
    Zeroing(Os os, MemorySegment memory) {
        this.os = os;
        this.memory = memory;
    }

    /**
     * {@code size} bytes, up to the next multiple of a page, which {@code address} is. Where the system does not tell,
     * or stack or Java heap end, all of them are written.
     */
    void zero(long address, long size) {
        try {
            zeroTouched(address, Os.toPages(size));
        } catch (OsException | VirtualMachineError e) {
            RawMemory.zero(memory, address, size);
        }
    }

    private void zeroTouched(long address, long bytes) {
        StackRoom.requireForSystemCall();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pages = arena.allocate(Math.min(bytes, STEP) / Os.PAGE_SIZE);
            for (long done = 0; done < bytes; done += STEP) {
                long step = Math.min(bytes - done, STEP);
                os.findResident(address + done, step, pages.address());
                zeroPages(address + done, (int) (step / Os.PAGE_SIZE), pages);
            }
        }
    }

    /** Those that are resident are written; the others are given back, since they may be elsewhere, swapped out. */
    private void zeroPages(long address, int count, MemorySegment pages) {
        int from = 0;
        while (from < count) {
            int resident = nextResident(pages, from, count);
            if (resident > from) {
                os.discard(address + from * Os.PAGE_SIZE, (resident - from) * Os.PAGE_SIZE);
            }
            int end = endOfResident(pages, resident, count);
            RawMemory.zero(memory, address + resident * Os.PAGE_SIZE, (end - resident) * Os.PAGE_SIZE);
            from = end;
        }
    }

    /** The first page from {@code from} on that is resident; {@code count} if none is. */
    private static int nextResident(MemorySegment pages, int from, int count) {
        int page = skip(pages, from, count, NONE_RESIDENT);
        while (page < count && !isResident(pages, page)) {
            page++;
        }
        return page;
    }

    /** Where the resident pages end that begin at {@code from}, over gaps that are short. */
    private static int endOfResident(MemorySegment pages, int from, int count) {
        int end = skip(pages, from, count, ALL_RESIDENT);
        for (int page = end; page < count && page - end < GAP_MAX; page++) {
            if (isResident(pages, page)) {
                end = page + 1;
            }
        }
        return end;
    }

    /** Where the first eight pages begin that are not all as {@code word} says. */
    private static int skip(MemorySegment pages, int from, int count, long word) {
        int page = from;
        while (page + Long.BYTES <= count
                && (pages.get(ValueLayout.JAVA_LONG_UNALIGNED, page) & ALL_RESIDENT) == word) {
            page += Long.BYTES;
        }
        return page;
    }

    private static boolean isResident(MemorySegment pages, int page) {
        return (pages.get(ValueLayout.JAVA_BYTE, page) & 1) != 0;
    }
}
