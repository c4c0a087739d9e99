package dev.memalloc.collections;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.StatisticsReport;

/** Whatever is done to a map, and wherever its heap is full, it has what a map of the JDK has. */
@StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
class MapModelTest {
    private static final int TRIES = 50;

    @Property(tries = TRIES)
    void stringsToStrings(@ForAll(supplier = MapModel.Steps.class) List<MapModel.Step> steps) throws IOException {
        MapModel.requireSame(MapKind.STRINGS, steps);
    }

    @Property(tries = TRIES)
    void stringsToInts(@ForAll(supplier = MapModel.Steps.class) List<MapModel.Step> steps) throws IOException {
        MapModel.requireSame(MapKind.INTS, steps);
    }

    @Property(tries = TRIES)
    void stringsToLongs(@ForAll(supplier = MapModel.Steps.class) List<MapModel.Step> steps) throws IOException {
        MapModel.requireSame(MapKind.LONGS, steps);
    }

    @Property(tries = TRIES)
    void longsToLongs(@ForAll(supplier = MapModel.Steps.class) List<MapModel.Step> steps) throws IOException {
        MapModel.requireSame(MapKind.LONG_KEYS, steps);
    }
}
