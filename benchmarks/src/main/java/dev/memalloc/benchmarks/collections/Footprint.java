package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.workloads.Resident;
import java.lang.management.ManagementFactory;

/** The memory that is in use at one moment, to tell how much more there is later. */
final class Footprint {
    private final long heap;
    private final long resident;

    private Footprint(long heap, long resident) {
        this.heap = heap;
        this.resident = resident;
    }

    /** Of now, without garbage; the peak of resident memory begins here. */
    static Footprint now() {
        Footprint now = new Footprint(heapBytes(), Resident.bytes());
        Resident.resetPeak();
        return now;
    }

    /** How many bytes the Java heap has more now, without garbage. */
    long heapGrowth() {
        return heapBytes() - heap;
    }

    /** How many bytes more are resident now. */
    long residentGrowth() {
        return Resident.bytes() - resident;
    }

    /** How many bytes more were resident at most. */
    long residentPeakGrowth() {
        return Resident.bytesPeak() - resident;
    }

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
