package dev.memalloc.collections;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;

/**
 * A hash function of texts, chosen at random: who does not know the secrets cannot make keys that collide.
 *
 * <p>16 bytes a step, two 64-bit words that are mixed by a 64 by 64 bit multiplication whose halves are folded into
 * one another. The construction is wyhash's (Wang Yi, github.com/wangyi-fudan/wyhash, public domain): the last
 * words overlap those before, and the length is mixed in, so that texts of different lengths do not collide for that.
 */
final class StringHash {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final long secret0 = RANDOM.nextLong();
    private final long secret1 = RANDOM.nextLong();

    long of(Text text) {
        int length = text.length();
        long hash = secret0;
        long a;
        long b;
        if (length >= 16) {
            for (int i = 0; length - i > 16; i += 16) {
                hash = fold(text.word(i) ^ secret1, text.word(i + 8) ^ hash);
            }
            a = text.word(length - 16);
            b = text.word(length - 8);
        } else if (length >= 8) {
            a = text.word(0);
            b = text.word(length - 8);
        } else if (length >= 4) {
            a = text.half(0);
            b = text.half(length - 4);
        } else {
            a = length == 0 ? 0 : few(text.at(0), text.at(length >>> 1), text.at(length - 1));
            b = 0;
        }
        return finish(fold(a ^ secret1, b ^ hash), length, text.isWide());
    }

    /** The same for a text in memory. */
    long of(MemorySegment memory, long at, int length, boolean isWide) {
        long hash = secret0;
        long a;
        long b;
        if (length >= 16) {
            for (int i = 0; length - i > 16; i += 16) {
                hash = fold(memory.get(Text.WORD, at + i) ^ secret1, memory.get(Text.WORD, at + i + 8) ^ hash);
            }
            a = memory.get(Text.WORD, at + length - 16);
            b = memory.get(Text.WORD, at + length - 8);
        } else if (length >= 8) {
            a = memory.get(Text.WORD, at);
            b = memory.get(Text.WORD, at + length - 8);
        } else if (length >= 4) {
            a = memory.get(Text.INT, at);
            b = memory.get(Text.INT, at + length - 4);
        } else {
            a = length == 0 ? 0 : few(byteAt(memory, at), byteAt(memory, at + (length >>> 1)),
                byteAt(memory, at + length - 1));
            b = 0;
        }
        return finish(fold(a ^ secret1, b ^ hash), length, isWide);
    }

    private static byte byteAt(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at);
    }

    /** All of one to three bytes. */
    private static long few(byte first, byte middle, byte last) {
        return (first & 0xFF) << 16 | (middle & 0xFF) << 8 | last & 0xFF;
    }

    private long finish(long hash, int length, boolean isWide) {
        return fold(hash ^ secret0, secret1 ^ ((long) length << 1 | (isWide ? 1 : 0)));
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
