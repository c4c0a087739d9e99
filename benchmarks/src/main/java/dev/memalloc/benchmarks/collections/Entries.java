package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Expected;

/** What a map is filled with, and asked for. */
interface Entries {
    int count();

    /** So many of them, of all kinds. */
    Entries some(int fewer);

    /** What a map that gets all of them has to be told. */
    Expected expected();

    /** All entries in the order in which they are put into a map. */
    Cursor inOrder();

    /**
     * All entries in an order that has nothing to do with it, again and again.
     *
     * @param seed the same seed makes the same order, another one another, as far as there are several
     */
    Cursor shuffled(int seed);

    /** Something of a string that cannot be known without reading it: the sum over all tells whether all were read. */
    static int mark(String string) {
        return 31 * string.length() + (string.isEmpty() ? 0 : string.charAt(string.length() - 1));
    }

    /** Where we are in a sequence of entries: before the first one, at first. */
    interface Cursor {
        void advance();

        /** The entry's key, as a new string. */
        String key();

        /** The entry's value. */
        String value();

        /** A key like the entry's, as a new string, that no entry has. */
        String absentKey();

        /** The last char of the entry's value, without making that. */
        char lastOfValue();
    }
}
