package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;

/**
 * A hash function of texts, chosen at random: who does not know the secrets cannot make keys that collide.
 *
 * <p>16 bytes a step, two 64-bit words that are mixed by a 64 by 64 bit multiplication whose halves are folded into
 * one another. The construction is wyhash's (Wang Yi, github.com/wangyi-fudan/wyhash, public domain), simplified:
 * the text's zero padding takes the place of the special cases for short inputs. The length is mixed in, so the
 * padding does not make texts collide.
 */
final class StringHash {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final long secret0 = RANDOM.nextLong();
    private final long secret1 = RANDOM.nextLong();

    long of(Text text) {
        int length = text.length();
        long hash = secret0;
        int i = 0;
        for (; length - i > 16; i += 16) {
            hash = fold(text.word(i) ^ secret1, text.word(i + 8) ^ hash);
        }
        hash = fold(text.word(i) ^ secret1, text.word(i + 8) ^ hash);
        return fold(hash ^ secret0, secret1 ^ ((long) length << 1 | (text.isWide() ? 1 : 0)));
    }

    /** The same for a text in memory; as many bytes as {@link Text#PADDING} behind it must be readable. */
    long of(MemorySegment memory, long at, int length, boolean isWide) {
        long hash = secret0;
        int i = 0;
        for (; length - i > 16; i += 16) {
            hash = fold(memory.get(Text.WORD, at + i) ^ secret1, memory.get(Text.WORD, at + i + 8) ^ hash);
        }
        int left = length - i;
        hash = fold(lastWord(memory, at + i, left) ^ secret1, lastWord(memory, at + i + 8, left - 8) ^ hash);
        return fold(hash ^ secret0, secret1 ^ ((long) length << 1 | (isWide ? 1 : 0)));
    }

    /** The word as a text's zero padding would have it, of which only {@code left} bytes are the text's. */
    private static long lastWord(MemorySegment memory, long at, int left) {
        if (left >= Long.BYTES) {
            return memory.get(Text.WORD, at);
        }
        return left <= 0 ? 0 : memory.get(Text.WORD, at) & -1L >>> Long.SIZE - left * Byte.SIZE;
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
