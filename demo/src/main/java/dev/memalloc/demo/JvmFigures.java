package dev.memalloc.demo;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** The figures that this JVM, its agent and the operating system know. */
final class JvmFigures {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String AGENT = "dev.memalloc:type=Agent";

    private JvmFigures() {
    }

    /**
     * Adds them. What may have to be collected yet is collected in between: after the collections were counted,
     * and before what is used is read.
     */
    static void addTo(Figures figures) throws IOException {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            // Each of G1's beans counts pauses, that of its concurrent part as well; other collectors' do not.
            figures.add(Figure.COLLECTIONS, collector.getCollectionCount());
            figures.add(Figure.PAUSE_MILLIS, collector.getCollectionTime());
        }
        System.gc();
        figures.set(Figure.HEAP_USED, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        figures.set(Figure.RESIDENT, residentBytes("VmRSS:"));
        figures.set(Figure.RESIDENT_FILES, residentBytes("RssFile:"));
        figures.set(Figure.RESIDENT_PEAK, residentBytes("VmHWM:"));
    }

    /** Replaces the census's own counts of direct buffers by the agent's. */
    static void replaceByAgents(Figures figures) throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName agent = new ObjectName(AGENT);
        figures.set(Figure.BUFFERS, (long) server.getAttribute(agent, "AllocationCount"));
        figures.set(Figure.BUFFER_BYTES_PEAK, (long) server.getAttribute(agent, "PeakBytes"));
    }

    private static long residentBytes(String field) throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(field)) {
                return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException(STATUS + " has no line " + field);
    }
}
