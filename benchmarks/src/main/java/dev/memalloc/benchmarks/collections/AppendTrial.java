package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Expected;
import dev.memalloc.benchmarks.collections.Contestant.Maker;
import java.util.function.Consumer;

/** Appending to a list of ints, from empty. */
final class AppendTrial {
    private static final int WARM_UP_MAX = 1_000_000;
    private static final int BATCH = 1000;
    private static final int FACTOR = 0x9E37_79B9;
    private static final int SAMPLES = 10_000;

    private AppendTrial() {
    }

    static void run(Maker<IntList> maker, Setting setting, Consumer<Figure> out) {
        int few = Math.min(setting.size(), WARM_UP_MAX);
        Timing.warmUp(setting.seconds(), () -> measure(maker, few, figure -> { }));
        measure(maker, setting.size(), out);
    }

    private static void measure(Maker<IntList> maker, int count, Consumer<Figure> out) {
        Footprint before = Footprint.now();
        long collecting = Timing.collectionMillis();
        try (IntList list = maker.make(Expected.of(count))) {
            long longest = 0;
            long start = System.nanoTime();
            long last = start;
            for (int done = 0; done < count; done += BATCH) {
                append(list, done, Math.min(BATCH, count - done));
                long now = System.nanoTime();
                longest = Math.max(longest, now - last);
                last = now;
            }
            out.accept(Figure.nanos("append", (double) (last - start) / count));
            out.accept(Figure.millis("GC", Timing.collectionMillis() - collecting));
            out.accept(Figure.millis("longest " + BATCH, Timing.millis(longest)));
            out.accept(Figure.mebibytes("resident", before.residentGrowth()));
            out.accept(Figure.mebibytes("resident at most", before.residentPeakGrowth()));
            long heap = before.heapGrowth();
            out.accept(Figure.bytes("an element", (double) list.bytes().orElse(heap) / count));
            verify(list, count);
        }
    }

    private static void append(IntList list, int from, int times) {
        for (int i = from; i < from + times; i++) {
            list.add(i * FACTOR);
        }
    }

    private static void verify(IntList list, int count) {
        list.requireSize(count);
        for (int i = 0; i < SAMPLES; i++) {
            int index = (int) ((long) i * count / SAMPLES);
            if (list.get(index) != index * FACTOR) {
                throw new IllegalStateException("element " + index + " is wrong");
            }
        }
    }
}
