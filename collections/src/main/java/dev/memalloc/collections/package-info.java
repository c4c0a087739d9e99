/** Arrays and maps whose storage is off the garbage-collected heap, taken from a {@link dev.memalloc.Heap}. */
package dev.memalloc.collections;
