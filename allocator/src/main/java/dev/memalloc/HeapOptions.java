package dev.memalloc;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The settings of a {@link Heap}; immutable.
 *
 * @param limit the most bytes that may be handed out at once, rounding and what caches hold included;
 *     {@link Long#MAX_VALUE} for no limit
 * @param mmapThreshold the request, in bytes, from which on an allocation that no slot serves gets a mapping of its
 *     own
 * @param addressRange the address space, in bytes, that the heap reserves for its blocks, a multiple of
 *     64 KiB, and up to twice as much for its slots, about 4 GiB at least; where the operating system refuses that
 *     much, the heap takes the half, and so on
 * @param hugePageThreshold the size, in bytes, from which on a mapping asks the operating system for huge pages, by
 *     {@code madvise}: what is written first in every 2 MiB of it takes that much memory at once, and two to three
 *     times less time than 512 small pages do; half of it for one
 *     that grows; {@link Long#MAX_VALUE} for never
 * @param guardInterval of how many blocks one is guarded, at random: 1 for all, to look for a bug; 1,000 or more
 *     in production; 0 for none. A guarded block ends at its last byte; who writes beyond is found when it is freed,
 *     who uses it afterwards when its memory is about to be used again. Each exception has the stacks of who allocated
 *     and freed it, and what was never freed is logged when the heap is closed, or printed when the process ends. It
 *     takes some microseconds, 32 bytes and more off the heap, and about 1 KiB of the Java heap, two until it leaves
 *     quarantine
 */
public record HeapOptions(
        long limit, long mmapThreshold, long addressRange, long hugePageThreshold, int guardInterval) {
    /** The default of {@code mmapThreshold}: 256 KiB. */
    public static final long MMAP_THRESHOLD = 256L << 10;
    /** The default of {@code addressRange} for a heap of one's own: 64 GiB. */
    public static final long ADDRESS_RANGE = 64L << 30;
    /** The default of {@code addressRange} for the process's heap, and the most for any: 1 TiB. */
    public static final long ADDRESS_RANGE_MAX = 1L << 40;

    /** The most that {@code guardInterval} may be. */
    public static final int GUARD_INTERVAL_MAX = 1 << 30;
    /** The default of {@code hugePageThreshold}: 4 MiB. */
    public static final long HUGE_PAGE_THRESHOLD = 4L << 20;

    private static final long ADDRESS_RANGE_UNIT = 64L << 10;
    private static final String PROPERTY_PREFIX = "memalloc.";

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if the limit is negative, the threshold is not positive or above the
     *     address range, the address range is not a multiple of 64 KiB from 64 KiB to 1 TiB, the threshold for huge
     *     pages is not positive, or the interval of guards is not from 0 to 2<sup>30</sup>
     */
    public HeapOptions {
        require(limit >= 0, "limit", limit, "must not be negative");
        require(addressRange >= ADDRESS_RANGE_UNIT && addressRange <= ADDRESS_RANGE_MAX
            && addressRange % ADDRESS_RANGE_UNIT == 0,
            "addressRange", addressRange, "must be a multiple of 64 KiB, from 64 KiB to 1 TiB");
        require(mmapThreshold > 0 && mmapThreshold <= addressRange, "mmapThreshold", mmapThreshold,
            "must be positive and at most the address range, which is " + addressRange);
        require(hugePageThreshold > 0, "hugePageThreshold", hugePageThreshold, "must be positive");
        require(guardInterval >= 0 && guardInterval <= GUARD_INTERVAL_MAX, "guardInterval", guardInterval,
            "must be from 0 to " + GUARD_INTERVAL_MAX);
    }

    /**
     * No limit, mappings from 256 KiB on, with huge pages from 4 MiB on, 64 GiB of address space, no guards.
     *
     * @return the default settings
     */
    public static HeapOptions defaults() {
        return new HeapOptions(Long.MAX_VALUE, MMAP_THRESHOLD, ADDRESS_RANGE, HUGE_PAGE_THRESHOLD, 0);
    }

    /**
     * The settings of the process's heap: the defaults, with 1 TiB of address space, changed by the system
     * properties {@code memalloc.limit}, {@code memalloc.mmapThreshold}, {@code memalloc.addressRange},
     * {@code memalloc.hugePageThreshold} and {@code memalloc.guardInterval}. A value is a number, or a number with one
     * of the suffixes k, m, g, t (powers of 1024); a b may follow.
     *
     * @return the settings
     * @throws IllegalArgumentException if a property is no such number, or out of its bounds, or if there is another
     *     system property whose name starts with {@code memalloc.}
     */
    public static HeapOptions fromSystemProperties() {
        requireKnownProperties();
        long limit = property("limit", Long.MAX_VALUE);
        long mmapThreshold = property("mmapThreshold", MMAP_THRESHOLD);
        long addressRange = property("addressRange", ADDRESS_RANGE_MAX);
        long hugePageThreshold = property("hugePageThreshold", HUGE_PAGE_THRESHOLD);
        long guardInterval = property("guardInterval", 0);
        try {
            return new HeapOptions(limit, mmapThreshold, addressRange, hugePageThreshold,
                Math.clamp(guardInterval, Integer.MIN_VALUE, Integer.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the system property " + PROPERTY_PREFIX + e.getMessage(), e);
        }
    }

    /**
     * These settings with another limit.
     *
     * @param bytes the most bytes that may be live at once
     * @return the new settings
     * @throws IllegalArgumentException as the constructor
     */
    public HeapOptions withLimit(long bytes) {
        return new HeapOptions(bytes, mmapThreshold, addressRange, hugePageThreshold, guardInterval);
    }

    /**
     * These settings with another threshold for mappings.
     *
     * @param bytes the request from which on an allocation gets a mapping of its own
     * @return the new settings
     * @throws IllegalArgumentException as the constructor
     */
    public HeapOptions withMmapThreshold(long bytes) {
        return new HeapOptions(limit, bytes, addressRange, hugePageThreshold, guardInterval);
    }

    /**
     * These settings with another size of the address range.
     *
     * @param bytes the address space to reserve
     * @return the new settings
     * @throws IllegalArgumentException as the constructor
     */
    public HeapOptions withAddressRange(long bytes) {
        return new HeapOptions(limit, mmapThreshold, bytes, hugePageThreshold, guardInterval);
    }

    /**
     * These settings with another threshold for huge pages.
     *
     * @param bytes the size from which on a mapping asks for huge pages
     * @return the new settings
     * @throws IllegalArgumentException as the constructor
     */
    public HeapOptions withHugePageThreshold(long bytes) {
        return new HeapOptions(limit, mmapThreshold, addressRange, bytes, guardInterval);
    }

    /**
     * These settings with guards.
     *
     * @param blocks of how many blocks one is guarded; 0 for none
     * @return the new settings
     * @throws IllegalArgumentException as the constructor
     */
    public HeapOptions withGuardInterval(int blocks) {
        return new HeapOptions(limit, mmapThreshold, addressRange, hugePageThreshold, blocks);
    }

    /** A name with a mistake in it would be without effect otherwise. */
    private static void requireKnownProperties() {
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith(PROPERTY_PREFIX)) {
                requireKnown(name);
            }
        }
    }

    /** Each option has a property of its name. */
    private static void requireKnown(String name) {
        List<String> known = new ArrayList<>();
        for (RecordComponent option : HeapOptions.class.getRecordComponents()) {
            known.add(PROPERTY_PREFIX + option.getName());
        }
        if (!known.contains(name)) {
            throw new IllegalArgumentException("there is no system property " + name + "; there are "
                + String.join(", ", known));
        }
    }

    private static long property(String option, long otherwise) {
        String name = PROPERTY_PREFIX + option;
        String text = System.getProperty(name);
        return text == null ? otherwise : parse(name, text);
    }

    private static long parse(String name, String text) {
        String digits = text.strip().toLowerCase(Locale.ROOT);
        if (digits.endsWith("b")) {
            digits = digits.substring(0, digits.length() - 1);
        }
        int suffix = digits.isEmpty() ? -1 : "kmgt".indexOf(digits.charAt(digits.length() - 1));
        if (suffix >= 0) {
            digits = digits.substring(0, digits.length() - 1);
        }
        try {
            return Math.multiplyExact(Long.parseLong(digits), 1L << (10 * (suffix + 1)));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("the system property " + name + " is \"" + text
                + "\"; it must be a number, such as 10000, 512k or 4g", e);
        }
    }

    private static void require(boolean holds, String name, long value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ": it " + rule);
        }
    }
}
