package dev.memalloc.collections;

import java.security.SecureRandom;

/**
 * A hash function of longs, chosen at random: who does not know the secrets cannot make keys that collide.
 *
 * <p>Twice a multiplication of 64 by 64 bits, whose halves are folded into one another: what {@link StringHash} does
 * with the words of a text (wyhash, Wang Yi, github.com/wangyi-fudan/wyhash, public domain), for one word.
 */
final class LongHash {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final long secret0;
    private final long secret1;
    private final long secret2;
    private final long secret3;

    LongHash() {
        this(RANDOM.nextLong(), RANDOM.nextLong(), RANDOM.nextLong(), RANDOM.nextLong());
    }

    /** One whose secrets are known. */
    LongHash(long secret0, long secret1, long secret2, long secret3) {
        this.secret0 = secret0;
        this.secret1 = secret1;
        this.secret2 = secret2;
        this.secret3 = secret3;
    }

    long of(long key) {
        return fold(fold(key ^ secret0, secret1) ^ secret2, secret3);
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
