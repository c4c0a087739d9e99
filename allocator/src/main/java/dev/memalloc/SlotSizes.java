package dev.memalloc;

/**
 * The sizes of slots: class {@code n} is for requests of more than class {@code n - 1} has, and there is no class 0.
 *
 * <pre>
 *  class      1    2    3  ...   64     65     66  ...    80     81  ...    96  ...   112
 *  bytes     16   32   48  ... 1024   1088   1152  ...  2048   2176  ...  4096  ...  8192
 *            steps of 16            steps of 64              steps of 128
 * </pre>
 *
 * <p>Above 1 KiB at most 1/16 of a slot is lost. A class of a power of two begins at multiples of that power, as long
 * as it is not more than a page.
 */
final class SlotSizes {
    /** Sizes are multiples of this, so that every slot is aligned. */
    static final int UNIT = 16;
    /** The largest size that has a class. */
    static final int SIZE_MAX = 8192;
    /** How many classes there are; fewer than 128. */
    static final int COUNT;

    private static final int EVEN_MAX = 1024;
    private static final int STEPS_PER_DOUBLING = 16;
    private static final int[] STRIDES = new int[128];
    /** For each number of units up to the largest: the class. */
    private static final byte[] CLASSES = new byte[2 * SIZE_MAX / UNIT];

    static {
        int n = 0;
        for (int stride = 0; stride < SIZE_MAX; n++) {
            int step = stride < EVEN_MAX ? UNIT : Integer.highestOneBit(stride) / STEPS_PER_DOUBLING;
            for (int bytes = stride + UNIT; bytes <= stride + step; bytes += UNIT) {
                CLASSES[bytes / UNIT] = (byte) (n + 1);
            }
            stride += step;
            STRIDES[n + 1] = stride;
        }
        COUNT = n;
    }

    private SlotSizes() {
    }

    /** The class for a request of that many bytes, at most {@link #SIZE_MAX}. */
    static int classOf(long size) {
        // Small requests are the most: they need no load from memory.
        int units = (int) (size + UNIT - 1) >>> 4;
        return units <= EVEN_MAX / UNIT ? units : CLASSES[units & CLASSES.length - 1];
    }

    /** How many bytes a slot of class {@code n} has. */
    static int stride(int n) {
        return STRIDES[n];
    }
}
