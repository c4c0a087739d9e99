package dev.memalloc.collections;

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

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
