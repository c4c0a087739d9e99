package dev.memalloc;

/**
 * Freed blocks that wait until their memory may be used again, the oldest first; linked through the blocks, so that
 * none can be refused for want of Java heap. Thread-safe.
 */
final class Quarantine {
    private static final int BLOCKS_MAX = 4096;
    private static final long BYTES_MAX = 64L << 20;
    /** It holds that part of the heap's limit at most. */
    private static final int LIMIT_SHARE = 16;

    /** And one block that part of it. */
    private static final int BLOCK_SHARE = 4;

    private final long bytesMax;
    private GuardedBlock oldest;
    private GuardedBlock newest;
    private int count;
    private long bytes;

    Quarantine(long limit) {
        bytesMax = Math.min(BYTES_MAX, limit / LIMIT_SHARE);
    }

    /** Whether there is room for a block that does not push most others out. */
    boolean takes(GuardedBlock block) {
        return block.room <= bytesMax / BLOCK_SHARE;
    }

    synchronized int count() {
        return count;
    }

    synchronized void enter(GuardedBlock block) {
        if (newest == null) {
            oldest = block;
        } else {
            newest.nextInQuarantine = block;
        }
        newest = block;
        count++;
        bytes += block.room;
    }

    /** Takes the oldest block out, if there is more here than may be; returns null if not. */
    synchronized GuardedBlock leaveIfOverdue() {
        return count > BLOCKS_MAX || bytes > bytesMax ? leave() : null;
    }

    /** Takes the oldest block out; returns null if there is none. */
    synchronized GuardedBlock leave() {
        GuardedBlock block = oldest;
        if (block != null) {
            oldest = block.nextInQuarantine;
            newest = oldest == null ? null : newest;
            block.nextInQuarantine = null;
            count--;
            bytes -= block.room;
        }
        return block;
    }
}
