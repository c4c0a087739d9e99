/**
 * An allocator of off-heap memory: {@link dev.memalloc.Memory} is the process's heap, {@link dev.memalloc.Heap}
 * a heap of one's own.
 *
 * <p>The nouns of this package:
 * <dl>
 *   <dt>heap</dt><dd>an address range, the blocks in it, and the mappings beside it</dd>
 *   <dt>block</dt><dd>a header of 8 bytes and the payload behind it; live or free</dd>
 *   <dt>address</dt><dd>where a payload starts, a {@code long}; 0 means none</dd>
 *   <dt>address range</dt><dd>address space that a heap reserves once; it costs no memory until committed</dd>
 *   <dt>region</dt><dd>the committed front of the address range; blocks tile it without a gap up to its top</dd>
 *   <dt>top</dt><dd>where the last block of the region ends and unused memory begins</dd>
 *   <dt>free list</dt><dd>the free blocks of one size class, linked through their payloads</dd>
 *   <dt>mapping</dt><dd>one large allocation that the operating system maps by itself</dd>
 * </dl>
 */
package dev.memalloc;
