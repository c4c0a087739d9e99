package dev.memalloc.compatibility;

import java.util.List;

/**
 * What a program made of its work.
 *
 * @param lines what has to be the same in all variants
 * @param work how much it did in which time, for people
 */
record Answer(List<String> lines, String work) {
}
