package dev.memalloc.benchmarks.collections;

import java.nio.file.Path;

/**
 * What one JVM is to do.
 *
 * @param size how many elements the collection has
 * @param threads how many threads use it
 * @param seconds how long each phase is timed that can be repeated
 * @param data a directory with what was prepared for all JVMs
 */
public record Setting(int size, int threads, double seconds, Path data) {
}
