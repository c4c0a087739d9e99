package dev.memalloc.collections;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Strings that an encoding, a length or a hash function could get wrong. */
final class HardStrings {
    /** Each differs from all others. */
    static final List<String> ALL = List.of(
        "", "\0", "\0\0", "a", "a\0", "\0a", " ", "A", "á", "ÿ", "\u0100", "\u00ff\u0100", "ā",
        "\ud83d\ude00", "\ud83d", "\ude00", "\ude00\ud83d", "a\ud800", "\udfff\udfff", "\uffff", "\ufeff", "\ufffe",
        "Aa", "BB", "AaAa", "AaBB", "BBAa", "BBBB",
        "日本語", "Ελλάδα", "́e", "é", "key-00000001", "key-00000010",
        // as bytes the same, narrow and wide
        "a\0b\0", "ab", "\u6261", "\u0161", "a\u0001",
        // around 8, 16, 31 | 32 (key head), 63 | 64 (value head, short copies) and 127 | 128 bytes
        "x".repeat(7), "x".repeat(8), "x".repeat(9), "x".repeat(15), "x".repeat(16), "x".repeat(17),
        "x".repeat(31), "x".repeat(32), "x".repeat(33), "x".repeat(63), "x".repeat(64), "x".repeat(65),
        "x".repeat(127), "x".repeat(128), "ж".repeat(15), "ж".repeat(16), "ж".repeat(31), "ж".repeat(32),
        "x".repeat(4095), "x".repeat(4096), "x".repeat(8191), "x".repeat(8192), "ж".repeat(4096),
        "x".repeat(65_536), "x".repeat(1_000_000), "ж".repeat(600_000), "x".repeat(1_100_000) + "\udc00");

    private HardStrings() {
    }

    /** Short strings of few chars, so that many differ in little; each char from a hard alphabet. */
    static String random(SplittableRandom random, int lengthMax) {
        String alphabet = "ab\0\u00ff\u0100\ud83d\ude00";
        StringBuilder string = new StringBuilder();
        int length = random.nextInt(lengthMax + 1);
        int letters = random.nextBoolean() ? 4 : alphabet.length();
        for (int i = 0; i < length; i++) {
            string.append(alphabet.charAt(random.nextInt(letters)));
        }
        return string.toString();
    }

    /** 2^{@code pairs} strings with the same {@link String#hashCode}. */
    static List<String> colliding(int pairs) {
        return IntStream.range(0, 1 << pairs).mapToObj(bits -> {
            StringBuilder string = new StringBuilder();
            for (int i = 0; i < pairs; i++) {
                string.append((bits >> i & 1) == 0 ? "Aa" : "BB");
            }
            return string.toString();
        }).toList();
    }
}
