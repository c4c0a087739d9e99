package dev.memalloc.demo;

import java.util.function.Supplier;

/** How a census is done. */
enum Way {
    /** In off-heap collections, in a JVM whose direct buffers the agent serves. */
    OFF_HEAP("off-heap", OffHeapTally::new),
    /** In {@code HashMap} and {@code int[]}, in a JVM as it is. */
    ON_HEAP("on-heap", OnHeapTally::new);

    private final String label;
    private final Supplier<Tally> tally;

    Way(String label, Supplier<Tally> tally) {
        this.label = label;
        this.tally = tally;
    }

    String label() {
        return label;
    }

    /** An empty tally. */
    Tally newTally() {
        return tally.get();
    }
}
