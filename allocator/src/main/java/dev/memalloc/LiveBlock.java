package dev.memalloc;

import java.util.List;

/**
 * A live block, as {@link Heap#forEachLive} finds it.
 *
 * @param address where it begins
 * @param size how many bytes may be used of it
 * @param origin the stack of who allocated it, the allocating call first; empty unless the block is
 *     {@linkplain HeapOptions#guardInterval() guarded}
 */
public record LiveBlock(long address, long size, List<StackTraceElement> origin) {
}
