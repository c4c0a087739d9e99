package dev.memalloc.agent;

/**
 * The counts of direct buffers, as {@code dev.memalloc:type=Agent}. Bytes are capacities, as applications asked for
 * them. Attributes that are asked for together are those of one moment.
 */
public interface AgentMXBean {
    /** The bean's name. */
    String NAME = "dev.memalloc:type=Agent";

    /** How many buffers were served. */
    long getAllocationCount();

    /** How many of them were freed. */
    long getFreeCount();

    /** How many are live. */
    long getLiveCount();

    /** The bytes of those that are live. */
    long getLiveBytes();

    /** The most that the live bytes have been. */
    long getPeakBytes();

    /** How many frees the allocator refused: their memory is lost. Those of buffers count as live; it should be 0. */
    long getFailedFreeCount();
}
