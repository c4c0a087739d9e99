package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The layout of nodes: what a cache knows of each entry, in records of equal size that are named by a number. An
 * entry's value begins with its node's number, and the node has the key's hash, so each finds the other.
 *
 * <pre>
 *  node    +------+-------+----------+------+      +-------------+     +--------------+----------+------+     +-------+
 *          | hash | queue | previous | next |      | access time |     | write time   | previous | next |     | bytes |
 *          +------+-------+----------+------+      +-------------+     +--------------+----------+------+     +-------+
 *          8 bytes        4          4             8, if it expires    16, if it expires after writes         8, if the
 *          in all                                  after accesses      they are in the order of writes        bytes are
 *                                                                                                             limited
 * </pre>
 *
 * <p>The queue takes the bits 18 to 23 of the hash, by which the stripe was chosen. The first three nodes are the ends
 * of the queues of their number: behind an end comes the entry that was used last, before it the one whose use is
 * longest ago. The first one is the end of the order of writes as well.
 *
 * <p>A node's number always names a node, whatever became of its entry: a reader may write the access time of one that
 * was given to another entry, which does little harm, and never to anything else. Otherwise not thread-safe.
 */
final class CacheNodes {
    /** Entries that came lately. */
    static final int WINDOW = 0;
    /** Entries that were admitted, and not used since. */
    static final int PROBATION = 1;
    /** Entries that were used again. */
    static final int PROTECTED = 2;
    static final int FREE = 3;
    private static final int ENDS = 3;

    private static final long QUEUE_SHIFT = 18;
    private static final long QUEUE_BITS = 63L << QUEUE_SHIFT;
    private static final long PREVIOUS = 8;
    private static final long NEXT = 12;
    private static final long ACCESS_TIME = 16;
    private static final VarHandle TIME = ValueLayout.JAVA_LONG.varHandle();

    private final Storage storage;
    private final long writeTime;
    private final long bytes;
    private final int size;
    /** How many there is room for, and how many were ever used. */
    private int room;
    private int used;
    private int firstFree;

    CacheNodes(Heap heap, boolean withAccessTime, boolean withWriteTime, boolean withBytes) {
        storage = new Storage(heap, true);
        writeTime = ACCESS_TIME + (withAccessTime ? Long.BYTES : 0);
        bytes = writeTime + (withWriteTime ? 2 * Long.BYTES : 0);
        size = (int) bytes + (withBytes ? Long.BYTES : 0);
    }

    /** The memory of all nodes, to be kept reachable while it is used. */
    Block block() {
        return storage.block();
    }

    long sizeInBytes() {
        return (long) room * size;
    }

    /** Sees to it that {@link #take} finds a node. Nothing has changed after an {@link OutOfMemoryError}. */
    void reserve() {
        if (firstFree != 0 || used < room) {
            return;
        }
        int needed = Math.max(used, ENDS) + 1;
        int wanted = Math.addExact(needed, needed / 8 + 4);
        storage.grow((long) wanted * size, (long) needed * size);
        room = (int) Math.min(Integer.MAX_VALUE - 1, storage.size() / size);
        if (used == 0) {
            MemorySegment memory = storage.bytes();
            for (int queue = 0; queue < ENDS; queue++) {
                memory.set(Text.WORD, at(queue), (long) queue << QUEUE_SHIFT);
                makeEmpty(memory, queue);
            }
            if (bytes > writeTime) {
                setLinks(memory, 0, writeTime + Long.BYTES, 0, 0);
            }
            used = ENDS;
        }
    }

    /** A node for a hash, in no queue. */
    int take(MemorySegment memory, long hash) {
        int node = firstFree;
        if (node != 0) {
            firstFree = next(memory, node);
        } else {
            node = used++;
        }
        memory.set(Text.WORD, at(node), hash & ~QUEUE_BITS | (long) FREE << QUEUE_SHIFT);
        return node;
    }

    /** Takes a node back, which is in no queue. */
    void giveBack(MemorySegment memory, int node) {
        memory.set(Text.WORD, at(node), (long) FREE << QUEUE_SHIFT);
        memory.set(Text.INT, at(node) + NEXT, firstFree);
        firstFree = node;
    }

    /** Gives all memory back. */
    void free() {
        storage.free();
        room = 0;
        used = 0;
        firstFree = 0;
    }

    /** Whether a number that came from anywhere is that of an entry's node. */
    boolean isEntry(MemorySegment memory, int node) {
        return node >= ENDS && node < used && queue(memory, node) != FREE;
    }

    /** Whether it is the end of a queue. */
    static boolean isEnd(int node) {
        return node < ENDS;
    }

    /** The hash but for the bits that name the stripe. */
    long hash(MemorySegment memory, int node) {
        return memory.get(Text.WORD, at(node)) & ~QUEUE_BITS;
    }

    int queue(MemorySegment memory, int node) {
        return (int) ((memory.get(Text.WORD, at(node)) & QUEUE_BITS) >>> QUEUE_SHIFT);
    }

    int previous(MemorySegment memory, int node) {
        return memory.get(Text.INT, at(node) + PREVIOUS);
    }

    int next(MemorySegment memory, int node) {
        return memory.get(Text.INT, at(node) + NEXT);
    }

    /** The entry of a queue whose use is longest ago, or the end. */
    int oldest(MemorySegment memory, int queue) {
        return previous(memory, queue);
    }

    /** Puts a node that is in no queue to the beginning of one. */
    void enter(MemorySegment memory, int node, int queue) {
        memory.set(Text.WORD, at(node), hash(memory, node) | (long) queue << QUEUE_SHIFT);
        linkBehind(memory, queue, node, PREVIOUS);
    }

    void leave(MemorySegment memory, int node) {
        unlink(memory, node, PREVIOUS);
    }

    /** The entry whose write is longest ago, or the end. */
    int oldestWrite(MemorySegment memory) {
        return memory.get(Text.INT, at(0) + writeTime + Long.BYTES);
    }

    /** The entry that was written next; or the end. */
    int newerWrite(MemorySegment memory, int node) {
        return memory.get(Text.INT, at(node) + writeTime + Long.BYTES);
    }

    /** Puts a node that is not in the order of writes to its beginning. */
    void enterWrites(MemorySegment memory, int node) {
        linkBehind(memory, 0, node, writeTime + Long.BYTES);
    }

    void leaveWrites(MemorySegment memory, int node) {
        unlink(memory, node, writeTime + Long.BYTES);
    }

    long accessTime(MemorySegment memory, int node) {
        return (long) TIME.getOpaque(memory, at(node) + ACCESS_TIME);
    }

    /** May be called by any thread. */
    void setAccessTime(MemorySegment memory, int node, long time) {
        TIME.setOpaque(memory, at(node) + ACCESS_TIME, time);
    }

    long writeTime(MemorySegment memory, int node) {
        return (long) TIME.getOpaque(memory, at(node) + writeTime);
    }

    void setWriteTime(MemorySegment memory, int node, long time) {
        TIME.setOpaque(memory, at(node) + writeTime, time);
    }

    long bytes(MemorySegment memory, int node) {
        return memory.get(Text.WORD, at(node) + bytes);
    }

    void setBytes(MemorySegment memory, int node, long number) {
        memory.set(Text.WORD, at(node) + bytes, number);
    }

    private long at(int node) {
        return (long) node * size;
    }

    private void makeEmpty(MemorySegment memory, int queue) {
        setLinks(memory, queue, PREVIOUS, queue, queue);
    }

    private void linkBehind(MemorySegment memory, int before, int node, long links) {
        int behind = memory.get(Text.INT, at(before) + links + Integer.BYTES);
        setLinks(memory, node, links, before, behind);
        memory.set(Text.INT, at(before) + links + Integer.BYTES, node);
        memory.set(Text.INT, at(behind) + links, node);
    }

    private void unlink(MemorySegment memory, int node, long links) {
        int before = memory.get(Text.INT, at(node) + links);
        int behind = memory.get(Text.INT, at(node) + links + Integer.BYTES);
        memory.set(Text.INT, at(before) + links + Integer.BYTES, behind);
        memory.set(Text.INT, at(behind) + links, before);
    }

    private void setLinks(MemorySegment memory, int node, long links, int before, int behind) {
        memory.set(Text.INT, at(node) + links, before);
        memory.set(Text.INT, at(node) + links + Integer.BYTES, behind);
    }
}
