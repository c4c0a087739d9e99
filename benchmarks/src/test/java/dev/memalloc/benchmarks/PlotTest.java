package dev.memalloc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlotTest {
    @Test
    void drawsTimesAndMemory(@TempDir Path directory) throws IOException {
        Table table = new Table(List.of(
            Measurements.of("pair64", "memalloc", 1, 10),
            Measurements.of("pair64", "glibc", 1, 40),
            Measurements.of("grow", "memalloc", 1, 100)));
        List<Path> pictures = new Plot(table).write(directory);
        assertThat(pictures).containsExactly(directory.resolve("time.png"), directory.resolve("memory.png"));
        for (Path picture : pictures) {
            assertThat(ImageIO.read(picture.toFile()).getHeight()).isPositive();
        }
    }
}
