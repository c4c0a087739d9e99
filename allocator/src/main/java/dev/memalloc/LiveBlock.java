package dev.memalloc;

import java.util.List;

/**
 * A live block, as {@link Heap#forEachLive} finds it.
 *
 * @param address where it begins
 * @param size how many bytes may be used of it
 * @param origin the stack of who allocated it, the caller first; empty unless the block is
 *     {@linkplain HeapOptions#guardInterval() guarded}
 */
public record LiveBlock(long address, long size, List<StackTraceElement> origin) {
    /** Its address as the exceptions about it have it, size and origin. */
    @Override
    public String toString() {
        return Damage.hex(address) + ", " + size + " bytes" + (origin.isEmpty() ? "" : ", allocated at " + origin);
    }
}
