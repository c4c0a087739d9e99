package dev.memalloc;

/**
 * Where the slots of a heap are, and their states: two address ranges, each with a span for each of the 64 classes.
 *
 * <pre>
 *  base   span         span         span                            (states likewise, by stateSpan)
 *   +------------+------------+------------+-- ... --+------------+
 *   | (none)     | class 1    | class 2    |         | class 64   |
 *   |            | 16 bytes   | 32 bytes   |         | 1024 bytes |
 *   +------------+------------+------------+-- ... --+------------+
 * </pre>
 *
 * <p>So an address says what it is without any memory being read: which class by a shift, which slot by a division,
 * done as a multiplication (Granlund and Montgomery, Division by Invariant Integers using Multiplication, 1994). If
 * that leaves a remainder it is no slot's address; else what the slot is, live or not, is in a byte elsewhere.
 *
 * <p>Spans are a bit more than a power of two, so that the first slots of all classes, and their states, do not
 * compete for the same places in the processor's caches and its TLB.
 *
 * <p>It is a record since the JIT takes the fields of a constant record for constants: for the process's heap all of
 * this arithmetic is compiled with its numbers in place.
 *
 * @param shift the power of two that the spans are a bit more than
 * @param base where the slots' range begins
 * @param span how far the first slots of two neighbouring classes are apart
 * @param states where the states' range begins
 * @param stateSpan how far the states of the first slots of two neighbouring classes are apart
 */
record SlotLayout(int shift, long base, long span, long states, long stateSpan) {
    static final int SHIFT_MIN = 25;
    static final int SHIFT_MAX = 34;

    /** What spans are larger than the power of two: whole pages, so that each class begins with one. */
    private static final long STAGGER = 37 * 4096;
    /** The same for states: some lines of 64 bytes as well, since they are dense. */
    private static final long STATE_STAGGER = 5 * 4096 + 3 * 64;
    /** 2<sup>32</sup> divided by n, rounded up. */
    private static final long[] RECIPROCALS = new long[128];

    static {
        for (int n = 1; n <= SizeClass.COUNT; n++) {
            RECIPROCALS[n] = ((1L << 32) + n - 1) / n;
        }
    }

    static SlotLayout of(int shift, long base, long states) {
        return new SlotLayout(shift, base, (1L << shift) + STAGGER, states, stateSpan(shift));
    }

    /** The bytes of the slots' range. */
    static long rangeSize(int shift) {
        return (SizeClass.COUNT + 1L) << shift;
    }

    /** The bytes of the states' range. */
    static long stateRangeSize(int shift) {
        return Os.toPages((SizeClass.COUNT + 1) * stateSpan(shift));
    }

    long rangeSize() {
        return rangeSize(shift);
    }

    long stateRangeSize() {
        return stateRangeSize(shift);
    }

    /** The bytes that a class has for its slots: the last class still ends before the shift would say so. */
    long classSize() {
        return (1L << shift) - SizeClass.COUNT * STAGGER;
    }

    boolean contains(long address) {
        return Long.compareUnsigned(address - base, rangeSize()) < 0;
    }

    /** The class whose slots are at an address in the range; 0 if none is. */
    int classAt(long address) {
        return (int) (address - base >>> shift);
    }

    /** How far behind the first slot of class {@code n} an address is. */
    long within(int n, long address) {
        return address - base - n * span;
    }

    /** The slot that the byte {@code within} bytes behind the first slot of class {@code n} is in. */
    static long slotAt(int n, long within) {
        return (within >>> 4) * RECIPROCALS[n & RECIPROCALS.length - 1] >>> 32;
    }

    /** Whether a slot of class {@code n} begins {@code within} bytes behind the first. */
    static boolean isStart(int n, long slot, long within) {
        return slot * (n * SizeClass.UNIT) == within;
    }

    long address(int n, long slot) {
        return base + n * span + slot * (n * SizeClass.UNIT);
    }

    /** Where the state of a slot is. */
    long state(int n, long slot) {
        return states + n * stateSpan + slot;
    }

    private static long stateSpan(int shift) {
        return (1L << shift - 4) + STATE_STAGGER;
    }
}
