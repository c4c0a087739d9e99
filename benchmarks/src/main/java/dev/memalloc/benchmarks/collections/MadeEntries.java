package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Expected;
import java.nio.charset.StandardCharsets;

/**
 * Entries that are made up when they are needed: {@code key-00000042} with {@code value-0000000042}.
 *
 * @param count how many
 */
record MadeEntries(int count) implements Entries {
    private static final byte[] KEY = "key-00000000".getBytes(StandardCharsets.ISO_8859_1);
    private static final int KEY_PREFIX = "key-".length();
    private static final byte[] VALUE = "value-0000000000".getBytes(StandardCharsets.ISO_8859_1);
    private static final int VALUE_PREFIX = "value-".length();
    /** Beyond those that somebody asks for. */
    private static final int SEEDS = 1000;
    private static final int COUNT_MAX = 50_000_000;

    MadeEntries {
        if (count < 1 || count > COUNT_MAX) {
            throw new IllegalArgumentException("1 to " + COUNT_MAX + " entries can be made, not " + count);
        }
    }

    @Override
    public Entries some(int fewer) {
        return new MadeEntries(fewer);
    }

    @Override
    public Expected expected() {
        return new Expected(count, KEY.length, VALUE.length);
    }

    @Override
    public Cursor inOrder() {
        return new Maker() {
            private int next;

            @Override
            public void advance() {
                number = next++;
            }
        };
    }

    /** Each time it has come to the end, the order is another one, so that no processor can learn it. */
    @Override
    public Cursor shuffled(int seed) {
        return new Maker() {
            private long pass;
            private int place;
            private Permutation order = new Permutation(count, seed);

            @Override
            public void advance() {
                if (place == count) {
                    place = 0;
                    order = new Permutation(count, seed + SEEDS * ++pass);
                }
                number = order.at(place++);
            }
        };
    }

    private abstract static class Maker implements Cursor {
        int number;
        private final byte[] key = KEY.clone();
        private final byte[] value = VALUE.clone();

        @Override
        public final String key() {
            return string(key, KEY_PREFIX, number);
        }

        @Override
        public final String value() {
            return string(value, VALUE_PREFIX, number);
        }

        @Override
        public final String absentKey() {
            return string(key, KEY_PREFIX, number + COUNT_MAX);
        }

        @Override
        public final char lastOfValue() {
            return (char) ('0' + number % 10);
        }

        private static String string(byte[] bytes, int prefix, int number) {
            int rest = number;
            for (int i = bytes.length - 1; i >= prefix; i--) {
                bytes[i] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
