package dev.memalloc.benchmarks.workloads;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** Counts what makes a call slow without being its fault: the page faults of one thread, and collections. */
final class Disturbances {
    private static final int RUSAGE_THREAD = 1;
    /** struct rusage is two timevals, then 14 longs, of which the third and the fourth count the page faults. */
    private static final long RUSAGE_SIZE = 144;
    private static final long MINOR_FAULTS = 64;
    private static final long MAJOR_FAULTS = 72;
    private static final MethodHandle GETRUSAGE = Linker.nativeLinker().downcallHandle(
        Linker.nativeLinker().defaultLookup().findOrThrow("getrusage"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    private static final List<GarbageCollectorMXBean> COLLECTORS = ManagementFactory.getGarbageCollectorMXBeans();

    private final MemorySegment usage = Arena.ofAuto().allocate(RUSAGE_SIZE, Long.BYTES);

    /** How many there were so far in the calling thread. */
    long count() {
        long count = pageFaults();
        for (GarbageCollectorMXBean collector : COLLECTORS) {
            count += collector.getCollectionCount();
        }
        return count;
    }

    private long pageFaults() {
        try {
            if ((int) GETRUSAGE.invokeExact(RUSAGE_THREAD, usage) != 0) {
                throw new IllegalStateException("getrusage failed");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return usage.get(ValueLayout.JAVA_LONG, MINOR_FAULTS) + usage.get(ValueLayout.JAVA_LONG, MAJOR_FAULTS);
    }
}
