/**
 * Arrays and maps whose storage is off the garbage-collected heap, taken from a {@link dev.memalloc.Heap}.
 *
 * <p>The nouns of this package:
 * <dl>
 *   <dt>block</dt><dd>a block of a heap whose bytes stay what they are as long as anybody can reach them</dd>
 *   <dt>storage</dt><dd>what holds a block that can be resized: another one may take its place then</dd>
 *   <dt>retired</dt><dd>of a block: given up, but somebody may still be reading or writing there</dd>
 *   <dt>pool</dt><dd>a storage cut into chunks of one size</dd>
 *   <dt>chunk</dt><dd>128 bytes to 2 KiB of a pool; several in a row are a run</dd>
 *   <dt>text</dt><dd>a string as bytes: 1 a char if all are Latin-1, else 2</dd>
 *   <dt>entry</dt><dd>a key and its value, with their lengths; live, or dead once removed or replaced</dd>
 *   <dt>log</dt><dd>entries one behind the other, in pieces; a piece is a run of chunks</dd>
 *   <dt>reference</dt><dd>where in its pool an entry starts, 4 bytes</dd>
 *   <dt>slot</dt><dd>where in the buckets a reference is</dd>
 *   <dt>bucket</dt><dd>64 bytes: 12 slots and a tag, 8 bits of the key's hash, for each</dd>
 *   <dt>shard</dt><dd>a log and the buckets with the references to its live entries</dd>
 *   <dt>table</dt><dd>shards, of which the low bits of a key's hash name one; the maps are made of tables</dd>
 *   <dt>pair</dt><dd>a key and its value in a map of longs, 16 bytes; its buckets have 4 pairs each, and no log</dd>
 *   <dt>stripe</dt><dd>a table of a map for many threads, and the lock of those who change it</dd>
 *   <dt>node</dt><dd>what a cache knows of an entry: where it is in the order of use, and since when it is there</dd>
 *   <dt>place</dt><dd>a shard and a slot: what names an entry of a table</dd>
 * </dl>
 */
package dev.memalloc.collections;
