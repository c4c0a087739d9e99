/**
 * The Java agent that serves and counts direct buffers.
 *
 * <p>Its jar has three parts, for three class loaders:
 * <ol>
 * <li>{@code AgentMain} is what the JVM starts, in the application's loader. It has no state, and names nothing else
 *     of the agent. {@code AttachMain} is a program of its own that has it started in another JVM.
 * <li>The rest of this package and Byte Buddy (relocated) install the agent, in a loader of their own, to whose
 * module
 *     alone {@code java.nio} is opened.
 * <li>What lies under {@code boot/} in the jar, {@code dev.memalloc.agent.boot} and the allocator, is defined in the
 *     boot loader: the rewritten {@code ByteBuffer} calls it, and an application on the class path that uses the
 *     allocator gets these very classes, and with them the same heap. The prefix keeps any other loader from
 *     loading them from the jar.
 * </ol>
 */
package dev.memalloc.agent;
