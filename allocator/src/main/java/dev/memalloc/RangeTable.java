package dev.memalloc;

import java.util.Arrays;

/**
 * Address ranges that do not overlap, sorted by address, on the Java heap: an address is looked up before any of its
 * memory is read. Each is a part of what one call of the operating system has mapped, its <em>origin</em>.
 *
 * <p>Where there is to be room for one more, {@link #makeRoom} is to be called before anything that cannot be undone;
 * after that nothing here can fail. Not thread-safe.
 */
final class RangeTable {
    private long[] addresses = new long[16];
    private long[] sizes = new long[16];
    private long[] origins = new long[16];
    private int count;
    private long bytes;

    int count() {
        return count;
    }

    /** The bytes in all ranges. */
    long bytes() {
        return bytes;
    }

    long address(int index) {
        return addresses[index];
    }

    long size(int index) {
        return sizes[index];
    }

    long origin(int index) {
        return origins[index];
    }

    long end(int index) {
        return addresses[index] + sizes[index];
    }

    /** The index of the range that starts at {@code address}; negative if there is none. */
    int find(long address) {
        return Arrays.binarySearch(addresses, 0, count, address);
    }

    /** The index of the last range that starts at {@code address} or before; -1 if there is none. */
    int floor(long address) {
        int found = find(address);
        return found >= 0 ? found : -found - 2;
    }

    /** Whether an address is in one of the ranges. */
    boolean holds(long address) {
        int before = floor(address);
        return before >= 0 && address < end(before);
    }

    /** Makes sure that one more range can be inserted without an allocation. */
    void makeRoom() {
        if (count == addresses.length) {
            long[] moreAddresses = Arrays.copyOf(addresses, 2 * count);
            long[] moreOrigins = Arrays.copyOf(origins, 2 * count);
            sizes = Arrays.copyOf(sizes, 2 * count);
            origins = moreOrigins;
            addresses = moreAddresses;
        }
    }

    void insert(long address, long size, long origin) {
        int at = floor(address) + 1;
        System.arraycopy(addresses, at, addresses, at + 1, count - at);
        System.arraycopy(sizes, at, sizes, at + 1, count - at);
        System.arraycopy(origins, at, origins, at + 1, count - at);
        addresses[at] = address;
        sizes[at] = size;
        origins[at] = origin;
        count++;
        bytes += size;
    }

    void remove(int index) {
        bytes -= sizes[index];
        count--;
        System.arraycopy(addresses, index + 1, addresses, index, count - index);
        System.arraycopy(sizes, index + 1, sizes, index, count - index);
        System.arraycopy(origins, index + 1, origins, index, count - index);
    }

    /** Changes a range without changing its place among the others. */
    void set(int index, long address, long size) {
        bytes += size - sizes[index];
        addresses[index] = address;
        sizes[index] = size;
    }

    /** Throws {@link IllegalStateException} if two ranges overlap or the bytes are miscounted. */
    void check(String what) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            if (i > 0 && end(i - 1) > addresses[i]) {
                throw new IllegalStateException("two " + what + " overlap at " + Damage.hex(addresses[i]));
            }
            sum += sizes[i];
        }
        if (sum != bytes) {
            throw new IllegalStateException("the " + what + " have " + sum + " bytes, but " + bytes + " are counted");
        }
    }
}
