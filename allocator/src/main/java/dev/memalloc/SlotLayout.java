package dev.memalloc;

/**
 * Where the slots of a heap are, and their states: two address ranges, each with a span for each class, which is
 * divided evenly into shards.
 *
 * <pre>
 *  base   span         span         span                            (states likewise)
 *   +------------+------------+------------+-- ... --+------------+
 *   | (none)     | class 1    | class 2    |         | class 112  |
 *   |            | 16 bytes   | 32 bytes   |         | 8192 bytes |
 *   +------------+------------+------------+-- ... --+------------+
 * </pre>
 *
 * <p>So an address says what it is without any memory being read: which class by a shift, which slot by a division,
 * done as a multiplication by a reciprocal of 64 bits. The high half of the product is the slot, and the low half is
 * less than the reciprocal where a slot begins (Lemire, Kaser, Kurz, Faster Remainder by Direct Computation, 2019). If
 * it is not, it is no slot's address; else what the slot is, live or not, is in a byte elsewhere.
 *
 * <p>Each class leaves some slots at the beginning of its shards unused, so many that the first used one begins with a
 * page, and the states' spans are a bit more than a power of two, so that the first slots of all classes, and their
 * states, do not compete for the same places in the processor's caches and its TLB.
 *
 * <p>It is a record since the JIT takes the fields of a constant record for constants: for the process's heap all of
 * this arithmetic is compiled with its numbers in place.
 *
 * @param shift the power of two that the spans are
 * @param shardsLog2 the power of two that the shards of a class are
 * @param base where the slots' range begins
 * @param states where the states' range begins
 */
record SlotLayout(int shift, int shardsLog2, long base, long states) {
    static final int SHIFT_MIN = 25;
    static final int SHIFT_MAX = 34;

    private static final int SHARDS_LOG2_MAX = 3;
    private static final int PAGE = 4096;
    /** So many slots of any class are a number of whole pages. */
    private static final int SLOTS_PER_PAGES = PAGE / SlotSizes.UNIT;
    /** What a span of states is larger than the power of two: some lines of 64 bytes too, since they are dense. */
    private static final long STATE_STAGGER = 5 * PAGE + 3 * 64;
    /** 2<sup>64</sup> divided by the stride of class {@code n}, rounded up; the first is no class's. */
    private static final long[] RECIPROCALS = new long[128];

    static {
        for (int n = 1; n <= SlotSizes.COUNT; n++) {
            RECIPROCALS[n] = Long.divideUnsigned(-1, SlotSizes.stride(n)) + 1;
        }
    }

    /** The layout that suits so many processors: a shard for each, but no more than eight, and of 32 MiB at least. */
    static SlotLayout of(int shift, long base, long states, int processors) {
        int log2 = Integer.SIZE - Integer.numberOfLeadingZeros(processors - 1);
        return new SlotLayout(shift, Math.min(log2, Math.min(SHARDS_LOG2_MAX, shift - SHIFT_MIN)), base, states);
    }

    /** The bytes of the slots' range. */
    static long rangeSize(int shift) {
        return (SlotSizes.COUNT + 1L) << shift;
    }

    /** The bytes of the states' range. */
    static long stateRangeSize(int shift) {
        return Os.toPages((SlotSizes.COUNT + 1) * stateSpan(shift));
    }

    long rangeSize() {
        return rangeSize(shift);
    }

    long stateRangeSize() {
        return stateRangeSize(shift);
    }

    boolean contains(long address) {
        return Long.compareUnsigned(address - base, rangeSize()) < 0;
    }

    /** The class in whose span an address of the range is; 0 if it is no class's. */
    int classAt(long address) {
        return (int) (address - base >>> shift);
    }

    /** How far an address is behind the beginning of its span. */
    long within(long address) {
        return address - base & spanSize() - 1;
    }

    /** What {@link #units} counts, in bytes. */
    static long within(int units) {
        return (long) units * SlotSizes.UNIT;
    }

    /** How far a slot is behind the beginning of its span, in units of 16 bytes: that fits into an int. */
    static int units(long within) {
        return (int) (within >>> 4);
    }

    /** Whether a slot of class {@code n} begins {@code within} bytes behind the beginning of the span. */
    static boolean isStart(int n, long within) {
        long reciprocal = reciprocal(n);
        return Long.compareUnsigned(within * reciprocal, reciprocal) < 0;
    }

    long address(int n, long within) {
        return base + ((long) n << shift) + within;
    }

    /** Where the state is of the slot of class {@code n} that the byte {@code within} bytes behind is in. */
    long state(int n, long within) {
        // The bits that are masked are 0, but only this tells the JIT that no bounds need to be checked.
        return states + n * stateSpan(shift) + (Math.multiplyHigh(within, reciprocal(n)) & Integer.MAX_VALUE);
    }

    long spanSize() {
        return 1L << shift;
    }

    int shards() {
        return 1 << shardsLog2;
    }

    /** The shard that the byte {@code within} bytes behind the beginning of a span is in. */
    int shard(long within) {
        return (int) (within >>> shift - shardsLog2);
    }

    /** The first slot of class {@code n} that a shard uses: 37 pages further than in the class before, up to 9 MiB. */
    int firstSlot(int n, int shard) {
        int pages = 37 * Math.min(n, 64);
        int unused = pages * PAGE / SlotSizes.stride(n) & -SLOTS_PER_PAGES;
        return (slotsBefore(n, shard) + SLOTS_PER_PAGES - 1 & -SLOTS_PER_PAGES) + unused;
    }

    /** The slot of class {@code n} that is behind the last one that a shard uses. */
    int endSlot(int n, int shard) {
        return slotsBefore(n, shard + 1);
    }

    /** How many slots of class {@code n} lie before a shard, from the beginning of the span. */
    private int slotsBefore(int n, int shard) {
        return (int) (((long) shard << shift - shardsLog2) / SlotSizes.stride(n));
    }

    private static long reciprocal(int n) {
        return RECIPROCALS[n & RECIPROCALS.length - 1];
    }

    private static long stateSpan(int shift) {
        return (1L << shift - 4) + STATE_STAGGER;
    }
}
