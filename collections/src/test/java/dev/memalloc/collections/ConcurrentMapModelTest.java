package dev.memalloc.collections;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.StatisticsReport;

/** Whatever one thread does to a concurrent map, and wherever its heap is full, it has what one of the JDK has. */
@StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
class ConcurrentMapModelTest {
    /** Few, as it takes a garbage collection to see that nothing is left. */
    private static final int TRIES = 20;

    @Property(tries = TRIES)
    void stringsToStrings(@ForAll(supplier = MapModel.Steps.class) List<MapModel.Step> steps) throws IOException {
        MapModel.requireSame(MapKind.STRINGS_CONCURRENT, steps);
    }
}
