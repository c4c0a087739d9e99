package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Expected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.caffinitas.ohc.CacheSerializer;
import org.caffinitas.ohc.CloseableIterator;
import org.caffinitas.ohc.OHCache;
import org.caffinitas.ohc.OHCacheBuilder;

/** OHC, a cache, with so large a capacity that nothing is evicted. */
final class Ohc implements StringMap {
    /** It uses {@code Unsafe}. */
    static final List<String> FLAGS =
        Stream.concat(Contestant.OFF_HEAP.stream(), Stream.of("--sun-misc-unsafe-memory-access=allow")).toList();
    private static final long CAPACITY_MIN = 64 << 20;
    private static final int ENTRY_BYTES = 256;

    private final OHCache<String, String> cache;

    Ohc(Expected expected) {
        double bytes = ENTRY_BYTES + 2 * (expected.keyBytes() + expected.valueBytes());
        cache = OHCacheBuilder.<String, String>newBuilder()
            .keySerializer(Strings.INSTANCE)
            .valueSerializer(Strings.INSTANCE)
            .capacity(CAPACITY_MIN + (long) (expected.elements() * bytes))
            .throwOOME(true)
            .build();
    }

    @Override
    public void put(String key, String value) {
        cache.put(key, value);
    }

    @Override
    public String get(String key) {
        return cache.get(key);
    }

    @Override
    public boolean remove(String key) {
        return cache.remove(key);
    }

    /** Its iterators are over keys only. */
    @Override
    public void forEach(BiConsumer<String, String> action) {
        try (CloseableIterator<String> keys = cache.keyIterator()) {
            while (keys.hasNext()) {
                String key = keys.next();
                action.accept(key, cache.get(key));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long size() {
        return cache.size();
    }

    /** What it counts of entries, and the tables of pointers, which it does not count. */
    @Override
    public OptionalLong bytes() {
        return OptionalLong.of(cache.memUsed() + (long) Long.BYTES * Arrays.stream(cache.hashTableSizes()).sum());
    }

    @Override
    public void close() {
        try {
            cache.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One byte a char if that is enough, else two; and a byte in front that says so. */
    private enum Strings implements CacheSerializer<String> {
        INSTANCE;

        private static final byte NARROW = 0;
        private static final byte WIDE = 1;

        @Override
        public int serializedSize(String string) {
            return 1 + (isNarrow(string) ? string.length() : Character.BYTES * string.length());
        }

        @Override
        public void serialize(String string, ByteBuffer target) {
            if (isNarrow(string)) {
                target.put(NARROW).put(string.getBytes(StandardCharsets.ISO_8859_1));
            } else {
                target.put(WIDE);
                for (int i = 0; i < string.length(); i++) {
                    target.putChar(string.charAt(i));
                }
            }
        }

        @Override
        public String deserialize(ByteBuffer source) {
            if (source.get() == NARROW) {
                byte[] bytes = new byte[source.remaining()];
                source.get(bytes);
                return new String(bytes, StandardCharsets.ISO_8859_1);
            }
            return source.asCharBuffer().toString();
        }

        private static boolean isNarrow(String string) {
            for (int i = 0; i < string.length(); i++) {
                if (string.charAt(i) > 0xFF) {
                    return false;
                }
            }
            return true;
        }
    }
}
