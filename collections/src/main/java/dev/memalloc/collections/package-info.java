/**
 * Arrays and maps whose storage is off the garbage-collected heap, taken from a {@link dev.memalloc.Heap}.
 *
 * <p>The nouns of this package:
 * <dl>
 *   <dt>storage</dt><dd>one block of a heap, which can be resized; each collection owns some</dd>
 *   <dt>text</dt><dd>a string as bytes: 1 a char if all are Latin-1, else 2</dd>
 *   <dt>entry</dt><dd>a key and its value, two texts with their lengths; live, or dead once removed or replaced</dd>
 *   <dt>log</dt><dd>entries one behind the other in one storage</dd>
 *   <dt>reference</dt><dd>where in its log an entry starts, 4 bytes</dd>
 *   <dt>slot</dt><dd>where in the buckets a reference is</dd>
 *   <dt>bucket</dt><dd>64 bytes: 12 slots and a tag, 8 bits of the key's hash, for each</dd>
 *   <dt>shard</dt><dd>a log and the buckets with the references to its live entries</dd>
 *   <dt>table</dt><dd>shards, of which the low bits of a key's hash name one; both maps are made of a table</dd>
 *   <dt>place</dt><dd>a shard and a slot: what names an entry of a table</dd>
 * </dl>
 */
package dev.memalloc.collections;
