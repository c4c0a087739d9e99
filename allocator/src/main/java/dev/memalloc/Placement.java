package dev.memalloc;

import dev.memalloc.internal.RawMemory;

/**
 * Where mappings go that grow: they stay where they are if nothing is behind them; otherwise they go to a multiple of a
 * huge page's size, with as much address space behind as half of them has.
 *
 * <p>A huge page can only be where all of it is mapped. So in the last, incomplete one a mapping has small pages; once
 * it has grown beyond, they are made a huge one, by copying: 2 MiB, which takes a fraction of a millisecond. No mapping
 * becomes larger than what was asked for. Where the system cannot do so, small pages do as well.
 *
 * <p>What throws has changed nothing. Has no state.
 */
final class Placement {
    /** The size of a huge page of x86-64, and of AArch64 with small pages of 4 KiB. */
    private static final long HUGE_PAGE = 2L << 20;

    private final Os os;
    private final long hugePageThreshold;
    /** What grows becomes large, and gets no page that is not all mapped. */
    private final long growingThreshold;

    Placement(Os os, long hugePageThreshold) {
        this.os = os;
        this.hugePageThreshold = hugePageThreshold;
        growingThreshold = hugePageThreshold == Long.MAX_VALUE ? Long.MAX_VALUE : hugePageThreshold / 2;
    }

    /**
     * Asks for huge pages in a mapping, if it is large enough for them: all of what one call has mapped, since the
     * system does not move what it was asked for in part.
     */
    void preferHugePages(long address, long size) {
        if (size >= hugePageThreshold) {
            adviseHugePages(address, size);
        }
    }

    private void adviseHugePages(long address, long size) {
        try {
            os.preferHugePages(address, size);
        } catch (OsException | VirtualMachineError e) {
            // There are systems without: small ones do as well. And the mapping must be taken note of.
        }
    }

    /** Enlarges a mapping and returns where it is. */
    long enlarge(long address, long size, long newSize) {
        long enlarged = address;
        if (newSize < HUGE_PAGE) {
            enlarged = os.remap(address, size, newSize);
        } else if (!tryInPlace(address, size, newSize)) {
            long target = tryToReserve(newSize);
            if (target == 0) {
                enlarged = os.remap(address, size, newSize);
            } else {
                enlarged = target;
                try {
                    os.remapTo(address, size, newSize, target);
                } catch (OsException | Error e) {
                    release(target, reservedFor(newSize));
                    throw e;
                }
                release(target + newSize, reservedFor(newSize) - newSize);
            }
        }
        useHugePages(enlarged, size, newSize);
        return enlarged;
    }

    /**
     * Enlarges a mapping where it is, or else moves its memory to a larger one and returns where that is; the old
     * addresses stay mapped then.
     */
    long enlargeElsewhere(long address, long size, long newSize) {
        long enlarged = tryInPlace(address, size, newSize) ? address : moveMemory(address, size, newSize);
        useHugePages(enlarged, size, newSize);
        return enlarged;
    }

    private long moveMemory(long address, long size, long newSize) {
        long target = tryToReserve(newSize);
        if (target == 0) {
            return copyMemory(address, size, newSize);
        }
        try {
            os.moveMemoryTo(address, size, target);
        } catch (OsException e) {
            release(target, reservedFor(newSize));
            return copyMemory(address, size, newSize);
        }
        release(target + size, reservedFor(newSize) - size);
        try {
            return tryInPlace(target, size, newSize) ? target : os.remap(target, size, newSize);
        } catch (OsException | Error e) {
            RawMemory.copy(target, address, size);
            release(target, size);
            throw e;
        }
    }

    /** For systems that cannot move it and keep the old addresses. */
    private long copyMemory(long address, long size, long newSize) {
        long copy = os.map(newSize);
        try {
            RawMemory.copy(address, copy, size);
            os.discard(address, size);
            return copy;
        } catch (OsException | Error e) {
            release(copy, newSize);
            throw e;
        }
    }

    private boolean tryInPlace(long address, long size, long newSize) {
        try {
            os.remapInPlace(address, size, newSize);
            return true;
        } catch (OsException e) {
            return false;
        }
    }

    /** Address space for a mapping, and behind it; 0 if there is none. */
    private long tryToReserve(long size) {
        long reserved;
        try {
            reserved = os.reserve(reservedFor(size) + HUGE_PAGE);
        } catch (OsException e) {
            return 0;
        }
        long target = reserved + HUGE_PAGE - 1 & -HUGE_PAGE;
        release(reserved, target - reserved);
        release(target + reservedFor(size), HUGE_PAGE - (target - reserved));
        return target;
    }

    private static long reservedFor(long size) {
        return Os.toPages(size + size / 2);
    }

    /** Gives address space back. If the system refuses, so much of it is lost, and no memory. */
    private void release(long address, long size) {
        if (size > 0) {
            try {
                os.unmap(address, size);
            } catch (OsException e) {
                // What was to be done is done.
            }
        }
    }

    /** Asks for huge pages in a mapping that has become large enough, and makes them of the small ones. */
    private void useHugePages(long address, long size, long newSize) {
        if (size < growingThreshold && newSize >= growingThreshold) {
            adviseHugePages(address, newSize);
        }
        collapse(address, size, newSize);
    }

    /**
     * Makes huge pages of what was in small ones, as far as whole ones are mapped since a mapping was enlarged. That
     * changes nothing else: it may be a part of what the system takes for one mapping.
     */
    void collapse(long address, long size, long newSize) {
        if (newSize < growingThreshold) {
            return;
        }
        long first = size < growingThreshold ? address + HUGE_PAGE - 1 & -HUGE_PAGE : address + size & -HUGE_PAGE;
        long end = Math.min(address + size + HUGE_PAGE - 1 & -HUGE_PAGE, address + newSize & -HUGE_PAGE);
        if (first >= address && first < end) {
            try {
                os.collapse(first, end - first);
            } catch (OsException | VirtualMachineError e) {
                // They stay small. And the mapping must be taken note of.
            }
        }
    }
}
