package dev.memalloc.agent;

import dev.memalloc.agent.boot.Kind;
import java.util.Locale;

/**
 * The counts of direct buffers, as {@code dev.memalloc:type=Agent}; and of what else is served where all is
 * intercepted, as {@code dev.memalloc:type=Agent,kind=arena}, {@code temporary} and {@code unsafe}. Attributes that are
 * asked for together are those of one moment.
 */
public interface AgentMXBean {
    /** The name of the bean for direct buffers; with the kind behind it, of those for others. */
    String NAME = "dev.memalloc:type=Agent";

    /** The name of a kind's bean. */
    static String name(Kind kind) {
        return kind == Kind.DIRECT ? NAME : NAME + ",kind=" + kind.name().toLowerCase(Locale.ROOT);
    }

    /** How many were served. */
    long getAllocationCount();

    /** How many of them were freed. */
    long getFreeCount();

    /** How many are live. */
    long getLiveCount();

    /** The bytes of those that are live: of direct buffers their capacities, of others what their blocks have. */
    long getLiveBytes();

    /** The most that the live bytes have been; of direct buffers only, 0 of others. */
    long getPeakBytes();

    /**
     * How many frees of direct buffers the allocator refused; should be 0, as it is of others. The memory of such a
     * buffer is lost, or somebody else had freed it.
     */
    long getFailedFreeCount();
}
