package dev.memalloc.benchmarks.collections;

import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** What implements the JDK's interface, and says how much memory it has off the Java heap. */
class NativeMap extends JavaMap {
    private final LongSupplier bytes;
    private final Runnable close;

    NativeMap(Map<String, String> map, LongSupplier bytes, Runnable close) {
        super(map);
        this.bytes = bytes;
        this.close = close;
    }

    @Override
    public final OptionalLong bytes() {
        return OptionalLong.of(bytes.getAsLong());
    }

    @Override
    public final void close() {
        close.run();
    }
}
