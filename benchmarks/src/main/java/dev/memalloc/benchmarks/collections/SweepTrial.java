package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Maker;
import dev.memalloc.benchmarks.collections.Entries.Cursor;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * How much memory an entry takes while a map grows by a factor of ten: at sizes that are each as much larger than the
 * one before. A map whose size is fixed is made anew for each.
 */
final class SweepTrial {
    private static final int STEPS = 12;
    private static final double FACTOR = 10;

    private SweepTrial() {
    }

    static void run(Maker<StringMap> maker, Setting setting, Consumer<Figure> out) {
        double sum = 0;
        double most = 0;
        Footprint before = Footprint.now();
        StringMap map = null;
        Cursor cursor = null;
        int filled = 0;
        for (int step = 0; step < STEPS; step++) {
            int size = size(setting.size(), step);
            Entries entries = new MadeEntries(size);
            if (map == null || map.presized()) {
                if (map != null) {
                    map.close();
                }
                map = maker.make(entries.expected());
                cursor = entries.inOrder();
                filled = 0;
            }
            for (; filled < size; filled++) {
                cursor.advance();
                map.put(cursor.key(), cursor.value());
            }
            map.requireSize(size);
            OptionalLong own = map.bytes();
            double bytes = (double) (own.isPresent() ? own.getAsLong() : before.heapGrowth()) / size;
            out.accept(Figure.bytes(String.format(Locale.ROOT, "at %,d", size), bytes));
            sum += bytes;
            most = Math.max(most, bytes);
        }
        out.accept(Figure.bytes("mean", sum / STEPS));
        out.accept(Figure.bytes("most", most));
        map.close();
    }

    /** The sizes end with the largest, and begin with a tenth of it. */
    static int size(int largest, int step) {
        return (int) Math.round(largest * Math.pow(FACTOR, (double) (step - STEPS + 1) / (STEPS - 1)));
    }
}
