package dev.memalloc;

/**
 * The mappings of one heap: large allocations, each in whole pages of its own; and retired ones, of which only the
 * addresses are left, until they are freed.
 *
 * <p>What is known about them is on the Java heap: an address is looked up before any of its memory is read. There is
 * room in the tables before the operating system is called, so that nothing can fail after it. Freed ones become
 * {@link Spares}. The latest addresses that were freed are remembered, to tell a second free from a free of what never
 * was a block. Not thread-safe.
 */
final class Mappings {
    private static final int REMEMBERED = 8192;

    private final Os os;
    private final Placement placement;
    private final RangeTable live = new RangeTable();
    private final Spares spares;
    /** Those that somebody may still read and write, without their memory. */
    private final RangeTable retired = new RangeTable();

    /** How many origins there have been. */
    private long origins;

    private final long[] freed = new long[REMEMBERED];
    private int freedNext;

    Mappings(Os os, long hugePageThreshold) {
        this.os = os;
        placement = new Placement(os, hugePageThreshold);
        this.spares = new Spares(os);
    }

    /** Bytes in all mappings. */
    long bytes() {
        return live.bytes();
    }

    int count() {
        return live.count();
    }

    Spares spares() {
        return spares;
    }

    boolean contains(long address) {
        return live.find(address) >= 0;
    }

    boolean isRetired(long address) {
        return retired.find(address) >= 0;
    }

    /** Whether an address is in a mapping, be it retired, or in a spare one. */
    boolean owns(long address) {
        return live.holds(address) || retired.holds(address) || spares.owns(address);
    }

    /** The size of the mapping that starts at {@code address}. */
    long size(long address) {
        return live.size(live.find(address));
    }

    /**
     * A spare of {@code size} bytes at a multiple of {@code alignment}, a power of two; contents unspecified. 0 if
     * there is none.
     */
    long reuse(long size, long alignment) {
        live.makeRoom();
        spares.makeRoom();
        int spare = spares.bestFit(size, alignment);
        if (spare < 0) {
            return 0;
        }
        long origin = spares.origin(spare);
        long address = spares.alignedStart(spare, alignment);
        spares.take(spare, address, size);
        live.insert(address, size, origin);
        return address;
    }

    /**
     * Maps {@code size} zeroed bytes, a multiple of the page size, at a multiple of {@code alignment}. The operating
     * system aligns to pages only: beyond that so much is mapped that there is an aligned part, and the rest is spare.
     * So no second call is needed that could fail.
     */
    long map(long size, long alignment) {
        live.makeRoom();
        spares.makeRoom();
        if (alignment > Os.PAGE_SIZE) {
            long enough = size + alignment - Os.PAGE_SIZE;
            spares.add(mapFresh(enough), enough, ++origins);
            return reuse(size, alignment);
        }
        long address = mapFresh(size);
        live.insert(address, size, ++origins);
        return address;
    }

    /** Resizes a mapping; it may move, without its bytes being copied. */
    long resize(long address, long newSize) {
        int index = live.find(address);
        long size = live.size(index);
        if (newSize == size) {
            return address;
        }
        if (newSize < size) {
            spares.makeRoom();
            live.set(index, address, newSize);
            spares.add(address + newSize, size - newSize, live.origin(index));
            return address;
        }
        int spare = spares.find(address + size, newSize - size, live.origin(index));
        if (spare >= 0) {
            spares.take(spare, address + size, newSize - size);
            live.set(index, address, newSize);
            placement.collapse(address, size, newSize);
            return address;
        }
        long moved = placement.enlarge(address, size, newSize);
        live.remove(index);
        live.insert(moved, newSize, ++origins);
        if (moved != address) {
            remember(address);
        }
        return moved;
    }

    /**
     * Enlarges a mapping where it is, or else moves its contents to a larger one and returns where that is; the old one
     * is retired then.
     */
    long relocate(long address, long newSize) {
        live.makeRoom();
        retired.makeRoom();
        int index = live.find(address);
        long size = live.size(index);
        long moved = placement.enlargeElsewhere(address, size, newSize);
        long origin = live.origin(index);
        live.remove(index);
        live.insert(moved, newSize, ++origins);
        if (moved != address) {
            retired.insert(address, size, origin);
        }
        return moved;
    }

    /** Gives a mapping's memory back, and keeps its addresses, at which zero is read, until it is freed. */
    void retire(long address) {
        retired.makeRoom();
        int index = live.find(address);
        os.discard(address, live.size(index));
        retired.insert(address, live.size(index), live.origin(index));
        live.remove(index);
    }

    void freeRetired(long address) {
        spares.makeRoom();
        int index = retired.find(address);
        spares.add(address, retired.size(index), retired.origin(index));
        retired.remove(index);
        remember(address);
    }

    void free(long address) {
        spares.makeRoom();
        int index = live.find(address);
        spares.add(address, live.size(index), live.origin(index));
        live.remove(index);
        remember(address);
    }

    /** The addresses of all, in order, and then their sizes. */
    long[] all() {
        int count = live.count();
        long[] all = new long[2 * count];
        for (int i = 0; i < count; i++) {
            all[i] = live.address(i);
            all[count + i] = live.size(i);
        }
        return all;
    }

    void unmapAll() {
        while (live.count() > 0) {
            free(live.address(live.count() - 1));
        }
        while (retired.count() > 0) {
            freeRetired(retired.address(retired.count() - 1));
        }
        spares.shrinkTo(0);
    }

    /** Why no mapping starts at {@code address}. */
    RuntimeException explain(long address) {
        int before = live.floor(address);
        if (before >= 0 && address < live.end(before)) {
            return Damage.notABlock(address, "it is " + (address - live.address(before)) + " bytes into a mapping of "
                + live.size(before) + " bytes");
        }
        if (retired.holds(address)) {
            return new IllegalStateException(
                "the block at " + Damage.hex(address) + ", a mapping, was retired already");
        }
        for (long remembered : freed) {
            if (remembered == address && address != 0) {
                return new IllegalStateException("the block at " + Damage.hex(address)
                    + ", a mapping, was freed or moved already");
            }
        }
        return Damage.notABlock(address, "it is no memory of this heap");
    }

    /** Throws {@link IllegalStateException} with the first invariant that does not hold. */
    void check() {
        live.check("mappings");
        retired.check("retired mappings");
        spares.check();
    }

    private long mapFresh(long size) {
        long address = os.map(size);
        placement.preferHugePages(address, size);
        return address;
    }

    private void remember(long address) {
        freed[freedNext] = address;
        freedNext = (freedNext + 1) % REMEMBERED;
    }
}
