package dev.memalloc;

import java.util.Arrays;

/**
 * The mappings of one heap: large allocations that the operating system maps, resizes and unmaps one by one.
 *
 * <p>What is known about them is on the Java heap, in two arrays sorted by address: an address is looked up before
 * any of its memory is read. The arrays have room before the operating system is called, so that nothing can
 * fail after it. The latest addresses that were unmapped are remembered, to tell a second free from a free of what
 * never was a block. Not thread-safe.
 */
final class Mappings {
    private static final int REMEMBERED = 8192;

    private final Os os;
    private long[] addresses = new long[16];
    private long[] sizes = new long[16];
    private int count;
    private long bytes;

    private final long[] unmapped = new long[REMEMBERED];
    private int unmappedNext;

    Mappings(Os os) {
        this.os = os;
    }

    /** Bytes in all mappings. */
    long bytes() {
        return bytes;
    }

    int count() {
        return count;
    }

    boolean contains(long address) {
        return indexOf(address) >= 0;
    }

    /** The size of the mapping that starts at {@code address}. */
    long size(long address) {
        return sizes[indexOf(address)];
    }

    /** Maps {@code size} zeroed bytes, a multiple of the page size. */
    long map(long size) {
        makeRoom();
        long address = os.map(size);
        insert(address, size);
        return address;
    }

    /** Resizes a mapping; it may move, without its bytes being copied. */
    long resize(long address, long newSize) {
        long size = size(address);
        if (size == newSize) {
            return address;
        }
        long moved = os.remap(address, size, newSize);
        remove(address);
        insert(moved, newSize);
        if (moved != address) {
            remember(address);
        }
        return moved;
    }

    void unmap(long address) {
        os.unmap(address, size(address));
        remove(address);
        remember(address);
    }

    void unmapAll() {
        while (count > 0) {
            unmap(addresses[count - 1]);
        }
    }

    /** Why no mapping starts at {@code address}. */
    RuntimeException explain(long address) {
        int before = -indexOf(address) - 2;
        if (before >= 0 && address - addresses[before] < sizes[before]) {
            return new IllegalArgumentException(Damage.hex(address) + " is not the address of a live block: it is "
                + (address - addresses[before]) + " bytes into a mapping of " + sizes[before] + " bytes");
        }
        for (long remembered : unmapped) {
            if (remembered == address) {
                return new IllegalStateException("the block at " + Damage.hex(address)
                    + ", a mapping, was freed or moved already");
            }
        }
        return new IllegalArgumentException(
            Damage.hex(address) + " is not the address of a live block: it is no memory of this heap");
    }

    /** Throws {@link IllegalStateException} with the first invariant that does not hold. */
    void check() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            if (i > 0 && addresses[i - 1] + sizes[i - 1] > addresses[i]) {
                throw new IllegalStateException("two mappings overlap at " + Damage.hex(addresses[i]));
            }
            sum += sizes[i];
        }
        if (sum != bytes) {
            throw new IllegalStateException("the mappings have " + sum + " bytes, but " + bytes + " are counted");
        }
    }

    private int indexOf(long address) {
        return Arrays.binarySearch(addresses, 0, count, address);
    }

    private void makeRoom() {
        if (count == addresses.length) {
            long[] moreAddresses = Arrays.copyOf(addresses, 2 * count);
            sizes = Arrays.copyOf(sizes, 2 * count);
            addresses = moreAddresses;
        }
    }

    private void insert(long address, long size) {
        int at = -indexOf(address) - 1;
        System.arraycopy(addresses, at, addresses, at + 1, count - at);
        System.arraycopy(sizes, at, sizes, at + 1, count - at);
        addresses[at] = address;
        sizes[at] = size;
        count++;
        bytes += size;
    }

    private void remove(long address) {
        int at = indexOf(address);
        bytes -= sizes[at];
        count--;
        System.arraycopy(addresses, at + 1, addresses, at, count - at);
        System.arraycopy(sizes, at + 1, sizes, at, count - at);
    }

    private void remember(long address) {
        unmapped[unmappedNext] = address;
        unmappedNext = (unmappedNext + 1) % REMEMBERED;
    }
}
