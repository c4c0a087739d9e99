package dev.memalloc.collections;
/** Doc. */
public final class OffHeapIntArray { private OffHeapIntArray() { } }
