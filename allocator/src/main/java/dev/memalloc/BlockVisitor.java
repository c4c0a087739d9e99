package dev.memalloc;

/** Is shown blocks, one after the other, while no lock is held. */
@FunctionalInterface
interface BlockVisitor {
    void visit(long address, long size);
}
