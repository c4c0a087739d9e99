/**
 * The collections beside others: what is compared, and what is measured.
 *
 * <pre>
 * Section ─► Trial ─► Container     what all of a section's contestants are: a StringMap, a LongMap, an IntArray, …
 *    │         └────► Filling       from empty: time, longest pause, memory
 *    └─► Contestant ─► Container    makes one; and what its JVM needs
 * </pre>
 *
 * <p>A JVM measures one contestant. To add one takes a class that does what the section asks of it, and a line in the
 * list of the section's contestants: {@link dev.memalloc.benchmarks.collections.StringMaps} for instance.
 */
package dev.memalloc.benchmarks.collections;
