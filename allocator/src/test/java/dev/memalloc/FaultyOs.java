package dev.memalloc;

import java.util.function.LongPredicate;

/** An operating system whose calls fail when told to, counted from 0, each before it does anything. Thread-safe. */
final class FaultyOs extends Os {
    private static final int ENOMEM = 12;

    private final int errno;
    private LongPredicate fails = call -> false;
    private long calls;

    FaultyOs() {
        this(ENOMEM);
    }

    FaultyOs(int errno) {
        this.errno = errno;
    }

    synchronized void failWhen(LongPredicate condition) {
        fails = condition;
        calls = 0;
    }

    void failNever() {
        failWhen(call -> false);
    }

    synchronized long calls() {
        return calls;
    }

    @Override
    long reserve(long size) {
        maybeFail("mmap", 0, size);
        return super.reserve(size);
    }

    @Override
    long reserveWritable(long size) {
        maybeFail("mmap", 0, size);
        return super.reserveWritable(size);
    }

    @Override
    void discard(long address, long size) {
        maybeFail("madvise", address, size);
        super.discard(address, size);
    }

    @Override
    void findResident(long address, long size, long pages) {
        maybeFail("mincore", address, size);
        super.findResident(address, size, pages);
    }

    @Override
    void preferHugePages(long address, long size) {
        maybeFail("madvise", address, size);
        super.preferHugePages(address, size);
    }

    @Override
    void commit(long address, long size) {
        maybeFail("mprotect", address, size);
        super.commit(address, size);
    }

    @Override
    long map(long size) {
        maybeFail("mmap", 0, size);
        return super.map(size);
    }

    @Override
    long remap(long address, long oldSize, long newSize) {
        maybeFail("mremap", address, oldSize);
        return super.remap(address, oldSize, newSize);
    }

    @Override
    void remapInPlace(long address, long oldSize, long newSize) {
        maybeFail("mremap", address, oldSize);
        super.remapInPlace(address, oldSize, newSize);
    }

    @Override
    void remapTo(long address, long oldSize, long newSize, long target) {
        maybeFail("mremap", address, oldSize);
        super.remapTo(address, oldSize, newSize, target);
    }

    @Override
    void moveMemoryTo(long address, long size, long target) {
        maybeFail("mremap", address, size);
        super.moveMemoryTo(address, size, target);
    }

    @Override
    void collapse(long address, long size) {
        maybeFail("madvise", address, size);
        super.collapse(address, size);
    }

    @Override
    void unmap(long address, long size) {
        maybeFail("munmap", address, size);
        super.unmap(address, size);
    }

    private void maybeFail(String function, long address, long size) {
        if (isNextToFail()) {
            throw new OsException(function, "failing on purpose", address, size, errno);
        }
    }

    private synchronized boolean isNextToFail() {
        return fails.test(calls++);
    }
}
