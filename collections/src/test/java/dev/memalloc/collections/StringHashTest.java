package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** The hash is as good as random for keys that look alike, and another one for each instance. */
class StringHashTest {
    private static final int KEYS = 100_000;

    private final StringHash hash = new StringHash();

    @Test
    void eachBitIsSetForHalfOfTheKeys() {
        requireEven(i -> "key-" + i);
        requireEven(i -> Integer.toString(i, 36));
        requireEven(i -> "a long common prefix of more than sixteen bytes: " + i);
        requireEven(i -> i + " and a long common suffix of more than sixteen bytes");
        requireEven(i -> "\u0416" + (char) i + (char) (i >> 8));
        requireEven(i -> "\0".repeat(i % 1000) + (char) (i / 1000));
    }

    private void requireEven(IntFunction<String> key) {
        int[] set = new int[Long.SIZE];
        Set<Long> distinct = new HashSet<>();
        for (int i = 0; i < KEYS; i++) {
            long hashed = hash(hash, key.apply(i));
            distinct.add(hashed);
            for (int bit = 0; bit < Long.SIZE; bit++) {
                set[bit] += (int) (hashed >>> bit & 1);
            }
        }
        assertThat(distinct).hasSize(KEYS);
        for (int count : set) {
            assertThat(count).as("10 standard deviations, with %s", key.apply(0)).isBetween(48_400, 51_600);
        }
    }

    @Test
    void aTextInMemoryHasTheSameHash() {
        Text text = new Text();
        try (Heap heap = new Heap(); OffHeapIntArray memory = new OffHeapIntArray(heap, 600_000)) {
            memory.fill(-1);
            for (String string : HardStrings.ALL) {
                text.set(string);
                text.copyTo(memory.segment(), 5);
                assertThat(hash.of(memory.segment(), 5, text.length(), text.isWide())).isEqualTo(hash.of(text));
            }
        }
    }

    @Test
    void eachBitOfAKeyFlipsHalfOfTheHash() {
        for (int length : new int[] {1, 7, 8, 9, 16, 17, 32, 33, 100}) {
            for (int at = 0; at < length; at++) {
                int flips = 0;
                for (int trial = 0; trial < 64; trial++) {
                    char[] chars = new char[length];
                    Arrays.fill(chars, (char) (trial * 3 & 0x7F));
                    long before = hash(hash, new String(chars));
                    chars[at] ^= (char) (1 << trial % 7);
                    flips += Long.bitCount(before ^ hash(hash, new String(chars)));
                }
                assertThat(flips).as("of 4096, by the char %d of %d", at, length).isBetween(1728, 2368);
            }
        }
    }

    @Test
    void lengthAndWidthCount() {
        Set<Long> distinct = new HashSet<>();
        for (int length = 0; length < 100; length++) {
            distinct.add(hash(hash, "\0".repeat(length)));
            distinct.add(hash(hash, "\0".repeat(length) + "\u0100"));
        }
        distinct.add(hash(hash, "ab"));
        distinct.add(hash(hash, "\u6261"));
        assertThat(distinct).hasSize(202);
    }

    @Test
    void eachInstanceIsAnotherFunction() {
        StringHash other = new StringHash();
        int same = 0;
        for (int i = 0; i < 1000; i++) {
            same += Long.bitCount(~(hash(hash, "key " + i) ^ hash(other, "key " + i)));
        }
        assertThat(same).as("of 64,000 bits").isBetween(30_700, 33_300);
    }

    private static long hash(StringHash function, String string) {
        Text text = new Text();
        text.set(string);
        return function.of(text);
    }
}
