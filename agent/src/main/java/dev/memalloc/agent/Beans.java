package dev.memalloc.agent;

import dev.memalloc.Memory;
import dev.memalloc.agent.boot.Counts;
import dev.memalloc.agent.boot.Kind;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;
import javax.management.AttributeList;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * The agent's beans in the JVM's MBean server. They read the counts and the heap when they are asked, and keep
 * nothing.
 */
final class Beans {
    private Beans() {
    }

    /** Registers them; where that cannot be done, one line on stderr says so and the rest of the agent goes on. */
    static void register() {
        try {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            for (Kind kind : Kind.values()) {
                register(server, new AtOneMoment(Counts.OF_JVM, kind), AgentMXBean.name(kind));
            }
            register(server, new HeapBean(), HeapMXBean.NAME);
        } catch (Throwable e) {
            System.err.println("memalloc agent: the counts cannot be read by JMX: " + e);
        }
    }

    private static void register(MBeanServer server, Object bean, String name) throws JMException {
        try {
            server.registerMBean(bean, new ObjectName(name));
        } catch (InstanceAlreadyExistsException e) {
            // The agent was installed before, uninstalled and installed again: that bean reads the same counts.
        }
    }

    /** The counts as a bean: attributes that are asked for together are those of one moment. */
    private static final class AtOneMoment extends StandardMBean {
        private final Counts counts;
        private final Kind kind;

        AtOneMoment(Counts counts, Kind kind) {
            super(new AgentBean(() -> counts.snapshot(kind)), AgentMXBean.class, true);
            this.counts = counts;
            this.kind = kind;
        }

        @Override
        public AttributeList getAttributes(String[] names) {
            Counts.Snapshot now = counts.snapshot(kind);
            return new StandardMBean(new AgentBean(() -> now), AgentMXBean.class, true).getAttributes(names);
        }
    }

    private record AgentBean(Supplier<Counts.Snapshot> counts) implements AgentMXBean {
        @Override
        public long getAllocationCount() {
            return counts.get().allocations();
        }

        @Override
        public long getFreeCount() {
            return counts.get().frees();
        }

        @Override
        public long getLiveCount() {
            return counts.get().live();
        }

        @Override
        public long getLiveBytes() {
            return counts.get().liveBytes();
        }

        @Override
        public long getPeakBytes() {
            return counts.get().peakBytes();
        }

        @Override
        public long getFailedFreeCount() {
            return counts.get().failedFrees();
        }
    }

    private static final class HeapBean implements HeapMXBean {
        @Override
        public long getBytesLive() {
            return Memory.stats().bytesLive();
        }

        @Override
        public long getBytesCommitted() {
            return Memory.stats().bytesCommitted();
        }

        @Override
        public long getBytesMapped() {
            return Memory.stats().bytesMapped();
        }

        @Override
        public long getBytesSpare() {
            return Memory.stats().bytesSpare();
        }

        @Override
        public long getBytesFree() {
            return Memory.stats().bytesFree();
        }

        @Override
        public long getBlocksLive() {
            return Memory.stats().blocksLive();
        }

        @Override
        public long getMappingsLive() {
            return Memory.stats().mappingsLive();
        }

        @Override
        public long getBytesPeak() {
            return Memory.stats().bytesPeak();
        }

        @Override
        public long getLargestFree() {
            return Memory.stats().largestFree();
        }

        @Override
        public long getLimit() {
            return Memory.stats().limit();
        }
    }
}
