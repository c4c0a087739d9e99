/**
 * Programs of others under the agent, beside the same programs without it.
 *
 * <p>A <em>program</em> is unmodified, and taken from Maven Central. It runs once in each <em>variant</em> (without the
 * agent, and with it under some options), in one or several <em>JVMs</em>. What it answers has to be the same in all
 * variants; what it took are <em>figures</em>, one line for each JVM.
 */
package dev.memalloc.compatibility;
