package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.collections.Figure;

/**
 * One row of the raw results of collections: one figure of one JVM.
 *
 * @param section the section's name
 * @param size how many elements the collection has
 * @param threads how many threads used it
 * @param contestant the collection's name
 * @param version the version of its library
 * @param round the round in which it was measured, from 1 on
 * @param figure what was measured
 */
record Reading(
    String section, int size, int threads, String contestant, String version, int round, Figure figure) {
}
