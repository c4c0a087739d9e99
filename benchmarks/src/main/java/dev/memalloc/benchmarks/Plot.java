package dev.memalloc.benchmarks;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The table as pictures: each allocator's time over memalloc's, and its memory over what was live, as bars. */
final class Plot {
    private static final int HEIGHT = 600;
    private static final int WIDTH_MIN = 900;
    private static final int WIDTH_PER_JOB = 150;
    private static final int LABEL_DEGREES = 30;

    private final Table table;

    Plot(Table table) {
        this.table = table;
    }

    /** Writes the pictures there are figures for, and returns where they are. */
    List<Path> write(Path directory) throws IOException {
        List<Path> pictures = new ArrayList<>();
        write(directory.resolve("time.png"), "log2 of time / memalloc's: 1 is twice as slow, -1 twice as fast",
            (job, allocator) -> log2(table.timeOverOurs(job, allocator)), pictures);
        write(directory.resolve("memory.png"), "peak resident memory / peak live bytes",
            table::residentOverLive, pictures);
        return pictures;
    }

    private void write(Path file, String title, BiFunction<String, String, OptionalDouble> figure,
            List<Path> pictures) throws IOException {
        List<String> jobs = table.jobs().stream()
            .filter(job -> table.allocators(job).stream().anyMatch(name -> figure.apply(job, name).isPresent()))
            .toList();
        if (jobs.isEmpty()) {
            return;
        }
        CategoryChart chart = new CategoryChartBuilder()
            .width(Math.max(WIDTH_MIN, WIDTH_PER_JOB * jobs.size()))
            .height(HEIGHT)
            .title(title)
            .build();
        chart.getStyler().setXAxisLabelRotation(LABEL_DEGREES);
        chart.getStyler()
            .setLegendPosition(LegendPosition.OutsideS)
            .setLegendLayout(LegendLayout.Horizontal)
            .setChartBackgroundColor(Color.WHITE);
        Set<String> allocators = new LinkedHashSet<>();
        jobs.forEach(job -> allocators.addAll(table.allocators(job)));
        for (String allocator : allocators) {
            // A bar that is not there: the allocator has not done the job.
            chart.addSeries(allocator, jobs,
                jobs.stream().map(job -> boxed(figure.apply(job, allocator))).toList());
        }
        BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
        pictures.add(file);
    }

    private static OptionalDouble log2(OptionalDouble value) {
        return value.isPresent() ? OptionalDouble.of(Math.log(value.getAsDouble()) / Math.log(2)) : value;
    }

    private static Double boxed(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }
}
