package dev.memalloc.collections;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.StatisticsReport;

/** Whatever is done to an array of any type, and wherever its heap is full, it has what a list has. */
@StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
class ArrayModelTest {
    @Property(tries = 200)
    void arrays(@ForAll ArrayKind kind, @ForAll(supplier = ArrayModel.Steps.class) List<ArrayModel.Step> steps)
            throws IOException {
        ArrayModel.requireSame(kind, steps);
    }
}
