package dev.memalloc;

/**
 * Freed mappings that are kept for a while, with their memory: fresh memory costs some 0.3 ms a MiB, nearly all of it
 * page faults.
 *
 * <p>A spare may be used in part; the rest stays, and spares of one origin that touch become one. (The operating
 * system moves a mapping only if it is of one origin.) What was spare throughout the
 * time between two calls of {@link #needed} was not needed in it, and may go. So the spares follow what the program
 * does, and are gone soon after it pauses. Not thread-safe.
 */
final class Spares {
    private final Os os;
    private final RangeTable ranges = new RangeTable();
    /** The least bytes since the last call of {@link #needed}. */
    private long lowWater;

    Spares(Os os) {
        this.os = os;
    }

    long bytes() {
        return ranges.bytes();
    }

    /** Makes sure that {@link #add}, or {@link #take}, cannot fail. */
    void makeRoom() {
        ranges.makeRoom();
    }

    /** Keeps a range that was mapped; its contents do not matter any more. */
    void add(long address, long size, long origin) {
        int before = ranges.floor(address);
        int after = before + 1;
        boolean joinsBefore = before >= 0 && ranges.end(before) == address && ranges.origin(before) == origin;
        boolean joinsAfter = after < ranges.count() && ranges.address(after) == address + size
            && ranges.origin(after) == origin;
        if (joinsBefore && joinsAfter) {
            long joined = ranges.end(after) - ranges.address(before);
            ranges.remove(after);
            ranges.set(before, ranges.address(before), joined);
        } else if (joinsBefore) {
            ranges.set(before, ranges.address(before), ranges.size(before) + size);
        } else if (joinsAfter) {
            ranges.set(after, address, ranges.size(after) + size);
        } else {
            ranges.insert(address, size, origin);
        }
    }

    /**
     * The index of the smallest range with {@code size} bytes from a multiple of {@code alignment} on, the lowest of
     * several; -1 if there is none.
     */
    int bestFit(long size, long alignment) {
        int best = -1;
        for (int i = 0; i < ranges.count(); i++) {
            if (ranges.end(i) - alignedStart(i, alignment) >= size
                    && (best < 0 || ranges.size(i) < ranges.size(best))) {
                best = i;
            }
        }
        return best;
    }

    /** The index of the range that starts at {@code address}, has {@code size} bytes and that origin; or -1. */
    int find(long address, long size, long origin) {
        int found = ranges.find(address);
        return found >= 0 && ranges.size(found) >= size && ranges.origin(found) == origin ? found : -1;
    }

    long origin(int index) {
        return ranges.origin(index);
    }

    /** Whether an address is in one of them. */
    boolean owns(long address) {
        return ranges.holds(address);
    }

    /** The first multiple of {@code alignment}, a power of two, in a range or behind it. */
    long alignedStart(int index, long alignment) {
        return ranges.address(index) + alignment - 1 & -alignment;
    }

    /** Takes {@code size} bytes out of a range; what is before and behind them stays. */
    void take(int index, long address, long size) {
        long before = address - ranges.address(index);
        long behind = ranges.end(index) - (address + size);
        if (before > 0) {
            ranges.set(index, ranges.address(index), before);
            if (behind > 0) {
                ranges.insert(address + size, behind, ranges.origin(index));
            }
        } else if (behind > 0) {
            ranges.set(index, address + size, behind);
        } else {
            ranges.remove(index);
        }
        lowWater = Math.min(lowWater, bytes());
    }

    /** How much of what is here was needed at some time since the last call. */
    long needed() {
        long needed = bytes() - lowWater;
        lowWater = bytes();
        return needed;
    }

    /** Gives back, from the highest addresses down, until no more than {@code bytesMax} are left. */
    void shrinkTo(long bytesMax) {
        while (bytes() > bytesMax) {
            int last = ranges.count() - 1;
            long excess = Os.toPages(Math.min(ranges.size(last), bytes() - bytesMax));
            os.unmap(ranges.end(last) - excess, excess);
            cutEnd(last, excess);
            lowWater = Math.min(lowWater, bytes());
        }
    }

    void check() {
        ranges.check("spare mappings");
    }

    private void cutEnd(int index, long size) {
        if (ranges.size(index) == size) {
            ranges.remove(index);
        } else {
            ranges.set(index, ranges.address(index), ranges.size(index) - size);
        }
    }
}
