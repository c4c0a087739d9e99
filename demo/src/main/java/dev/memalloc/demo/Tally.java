package dev.memalloc.demo;

import java.io.IOException;

/**
 * What a census has counted: for each constant its number, in order of first occurrence, how often it occurred and
 * where first; and all occurrences, in the order in which they were read.
 *
 * <p>The two ways to keep it are meant to be read side by side. For one thread.
 */
interface Tally extends AutoCloseable {
    /** Counts one occurrence of a constant. */
    void count(String constant, String place);

    /** Ends one input file: the occurrences since the last end were in it. */
    void endFile();

    /** How many different constants there are. */
    int constants();

    /** Passes on each constant, in no order. */
    void forEach(Visitor visitor) throws IOException;

    /** How many occurrences there are. */
    long occurrences();

    /** The number of the constant that occurred there. */
    int occurrence(long index);

    /** How many input files have ended. */
    int files();

    /** How many occurrences are in an input file. */
    int occurrencesIn(int file);

    /** What it has allocated off the heap, in bytes. */
    long bytesOffHeap();

    @Override
    void close();

    /** What is done with each constant. */
    interface Visitor {
        /** Takes one constant with what is known about it. */
        void visit(String constant, int number, int count, String firstSeen) throws IOException;
    }
}
