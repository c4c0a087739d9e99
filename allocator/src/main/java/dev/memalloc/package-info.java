/**
 * An allocator of off-heap memory: {@link dev.memalloc.Memory} is the process's heap, {@link dev.memalloc.Heap}
 * a heap of one's own.
 *
 * <p>The nouns of this package:
 * <dl>
 *   <dt>heap</dt><dd>address ranges, the slots and blocks in them, and the mappings beside them</dd>
 *   <dt>slot</dt><dd>a small block, one of many of the same size; its state is kept elsewhere</dd>
 *   <dt>size class</dt><dd>all slots of one size</dd>
 *   <dt>cache</dt><dd>slots that a thread has at hand</dd>
 *   <dt>block</dt><dd>granules next to each other, live or free. To callers, slots and mappings are blocks as
 *     well</dd>
 *   <dt>shard</dt><dd>a part of the slots of a class, or of the blocks, with a lock and addresses of its own</dd>
 *   <dt>granule</dt><dd>1 KiB of a region; what it is, is in its tag</dd>
 *   <dt>address</dt><dd>where a block starts, a {@code long}; 0 means none</dd>
 *   <dt>address range</dt><dd>address space that a heap reserves once; it costs no memory until committed</dd>
 *   <dt>region</dt><dd>the committed front of a shard's address range; blocks tile it without a gap up to its top</dd>
 *   <dt>top</dt><dd>where the last block of the region ends and unused memory begins</dd>
 *   <dt>free list</dt><dd>the free blocks of one size class, linked through their tags</dd>
 *   <dt>mapping</dt><dd>one large allocation that the operating system maps by itself</dd>
 *   <dt>spare</dt><dd>a freed mapping, or a part of one, that is kept for a while</dd>
 *   <dt>chunk</dt><dd>a block that an arena cuts segments from</dd>
 *   <dt>lease</dt><dd>that an arena has memory of a heap, which stays mapped until it ends</dd>
 *   <dt>to purge</dt><dd>to give the memory, but not the addresses, of what is free back to the operating system</dd>
 *   <dt>budget</dt><dd>the bytes that are handed out, and may be</dd>
 * </dl>
 *
 * <p>On the ways that allocate and free there are no lambdas: the JVM links one where it is first used, which takes
 * some milliseconds, and fails for good if the stack ends there.
 */
package dev.memalloc;
