package dev.memalloc.collections;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * A cache from strings to strings for many threads: a map as {@link ConcurrentOffHeapStringMap} is, with so many
 * entries, or so many bytes of entries, that are kept for so long. All of it is off the garbage-collected heap, what is
 * known of each entry as well.
 *
 * <pre>
 *  entry   +----------+------------+-------------+------+---------------+    e.g. 1 + 1 + 12 + 4 + 16 bytes
 *          | key head | value head | key's bytes | node | value's bytes |
 *          +----------+------------+-------------+------+---------------+
 *                                                 4 bytes
 *  node    +------+-------+----------+------+    16 bytes, and 8 more if entries expire after accesses,
 *          | hash | queue | previous | next |    16 more after writes, 8 more if bytes are limited
 *          +------+-------+----------+------+
 *  and 4 to 8 bytes for how often keys were asked for; 7 to 11 in the table
 * </pre>
 *
 * <p>It does what {@link java.util.concurrent.ConcurrentMap} promises, except that entries go by themselves: those that
 * are least likely to be asked for again, by W-TinyLFU as in Caffeine (see there for how well), and those whose time is
 * over. An entry that was just put may be what goes.
 *
 * <p><b>Size.</b> The cache has up to 64 parts, chosen by the key's hash, each with its share of the maximum; of small
 * caches, parts have at least 256 entries or 1 MiB. So it never has more than the maximum, and little less once it is
 * full. An entry larger than its part's share of the bytes is not kept. What is limited is the bytes of entries, as
 * {@link MapStatistics#entryBytes} counts them; {@link #sizeInBytes()} is all.
 *
 * <p><b>Time.</b> What has expired is not found any more. Its memory is given back by changes that follow in the same
 * part, some entries each time, or by {@link #cleanUp()}; until then {@code size} counts it.
 *
 * <p><b>Threads.</b> As for {@link ConcurrentOffHeapStringMap}: who looks up takes no lock. It writes which entry that
 * was into a small ring; some of that may get lost when several do so at once, and one reader of 16 moves what is in
 * the ring to its place, if nobody holds the lock. Listeners are told by whoever's call took entries out, which no
 * lookup does. Functions, iteration, failure and closing are as there too; iteration shows no entry that has expired,
 * and is no use of it. A {@link StackOverflowError} may leave an entry out of the order in which others go.
 *
 * {@snippet :
 * try (OffHeapStringCache pages = OffHeapStringCache.builder()
 *         .maximumBytes(1L << 30)
 *         .expireAfterWrite(Duration.ofMinutes(10))
 *         .evictionListener((url, page, cause) -> System.out.println(url + " is out: " + cause))
 *         .recordStatistics()
 *         .build()) {
 *     String page = pages.computeIfAbsent(url, this::load);
 *     System.out.println(pages.cacheStatistics().hitRate() + " of requests, " + pages.sizeInBytes() + " bytes");
 * }
 * }
 */
public final class OffHeapStringCache extends StripedStringMap {
    private static final int STRIPES_MAX = 64;
    private static final long STRIPE_ENTRIES_MIN = 256;
    private static final long STRIPE_BYTES_MIN = 1 << 20;

    /** Why an entry was taken out of a cache that nobody had removed. */
    public enum Cause {
        /** There were too many, or too large ones. */
        SIZE,
        /** Its time was over. */
        EXPIRED
    }

    /** Who is told of entries that were taken out of a cache and that nobody had removed. */
    @FunctionalInterface
    public interface EvictionListener {
        /**
         * Is called once for each such entry, by the thread whose call took it out, before that returns. The cache is
         * not locked by then, so it may be used. What is thrown here, that call throws, having done what it was to do,
         * and having told of other entries.
         *
         * @param key the entry's key
         * @param value its value
         * @param cause why it was taken out
         */
        void evicted(String key, String value, Cause cause);
    }

    private final LongAdder hits;
    private final LongAdder misses;

    private OffHeapStringCache(Builder builder, StringHash hash, CacheStripe.Shared shared) {
        super(hash, stripes(builder, hash, shared));
        hits = shared.hits();
        misses = shared.misses();
    }

    private static Stripe[] stripes(Builder builder, StringHash hash, CacheStripe.Shared shared) {
        long enough = Math.min(builder.entries / STRIPE_ENTRIES_MIN, builder.bytes / STRIPE_BYTES_MIN);
        int number = (int) Long.highestOneBit(Math.clamp(enough, 1, STRIPES_MAX));
        Stripe[] stripes = new Stripe[number];
        for (int i = 0; i < number; i++) {
            stripes[i] = new CacheStripe(builder.heap, hash, new CachePolicy.Limits(
                part(builder.entries, i, number), part(builder.bytes, i, number),
                builder.afterWrite, builder.afterAccess, builder.ticker), shared);
        }
        return stripes;
    }

    private static long part(long whole, int index, int number) {
        return whole == Long.MAX_VALUE ? whole : whole / number + (index < whole % number ? 1 : 0);
    }

    /**
     * The settings of a cache that is to be made.
     *
     * @return settings by which nothing is limited
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * What became of requests and entries; {@link #statistics()} says what the memory is used for. Hits and misses are
     * those of {@code get}, its like, {@code getAll} and {@code computeIfAbsent}; they are 0 unless {@link
     * Builder#recordStatistics} was called.
     *
     * @return the numbers so far
     */
    public CacheStatistics cacheStatistics() {
        long evictions = 0;
        long expirations = 0;
        for (int i = 0; i < stripeCount(); i++) {
            CacheStripe stripe = (CacheStripe) stripeAt(i);
            evictions += stripe.evictions();
            expirations += stripe.expirations();
        }
        return new CacheStatistics(hits == null ? 0 : hits.sum(), misses == null ? 0 : misses.sum(),
            evictions, expirations);
    }

    /** Takes out all entries whose time is over. It takes time in proportion to the number of all entries. */
    public void cleanUp() {
        requireChangeable();
        List<Runnable> cleanUps = new ArrayList<>();
        for (int i = 0; i < stripeCount(); i++) {
            cleanUps.add(((CacheStripe) stripeAt(i))::cleanUp);
        }
        Stripe.runAll(cleanUps);
    }

    @Override
    public boolean containsValue(Object value) {
        requireOpen();
        Objects.requireNonNull(value, "value");
        StripeWalk walk = new StripeWalk(this, true);
        while (walk.advance()) {
            if (walk.value().equals(value)) {
                return true;
            }
        }
        return false;
    }

    /** The settings of a cache that is to be made. Not thread-safe. */
    public static final class Builder {
        private Heap heap;
        private long entries = Long.MAX_VALUE;
        private long bytes = Long.MAX_VALUE;
        private long afterWrite;
        private long afterAccess;
        private LongSupplier ticker = System::nanoTime;
        private EvictionListener listener;
        private boolean statistics;

        private Builder() {
        }

        /**
         * The heap that the cache's memory comes from; otherwise it is the process's, {@link Memory#heap()}.
         *
         * @param heap which one
         * @return this
         */
        public Builder heap(Heap heap) {
            this.heap = Objects.requireNonNull(heap, "heap");
            return this;
        }

        /**
         * How many entries the cache has at most.
         *
         * @param entries that number
         * @return this
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder maximumSize(long entries) {
            this.entries = requirePositive(entries, "maximumSize");
            return this;
        }

        /**
         * How many bytes all entries have at most: their keys and values, one byte a char of Latin-1 or two, and 6
         * bytes or a few more. May be given together with {@link #maximumSize}: then both hold.
         *
         * @param bytes that number
         * @return this
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder maximumBytes(long bytes) {
            this.bytes = requirePositive(bytes, "maximumBytes");
            return this;
        }

        /**
         * How long after it was put, or given another value, an entry is there at most.
         *
         * @param duration that time
         * @return this
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder expireAfterWrite(Duration duration) {
            afterWrite = nanos(duration, "expireAfterWrite");
            return this;
        }

        /**
         * How long after it was put, given another value, or looked up an entry is there at most. What was looked up
         * may go earlier, by less than a thousandth of that time.
         *
         * @param duration that time
         * @return this
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder expireAfterAccess(Duration duration) {
            afterAccess = nanos(duration, "expireAfterAccess");
            return this;
        }

        /**
         * What tells the time, in nanoseconds since any moment; otherwise it is {@link System#nanoTime}. It is called
         * by all threads, within calls of the cache.
         *
         * @param ticker that clock
         * @return this
         */
        public Builder ticker(LongSupplier ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * Who is told of entries that go by themselves.
         *
         * @param listener is called within the calls that take them out
         * @return this
         */
        public Builder evictionListener(EvictionListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Has hits and misses counted, which takes some nanoseconds each.
         *
         * @return this
         */
        public Builder recordStatistics() {
            statistics = true;
            return this;
        }

        /**
         * Makes an empty cache of these settings.
         *
         * @return it
         */
        public OffHeapStringCache build() {
            if (heap == null) {
                heap = Memory.heap();
            }
            return new OffHeapStringCache(this, new StringHash(), new CacheStripe.Shared(listener,
                statistics ? new LongAdder() : null, statistics ? new LongAdder() : null));
        }

        private static long requirePositive(long number, String name) {
            if (number <= 0) {
                throw new IllegalArgumentException(name + " must be positive: " + number);
            }
            return number;
        }

        private static long nanos(Duration duration, String name) {
            boolean isLong = duration.compareTo(Duration.ofNanos(Long.MAX_VALUE / 2)) > 0;
            return requirePositive(isLong ? Long.MAX_VALUE / 2 : duration.toNanos(), name);
        }
    }
}
