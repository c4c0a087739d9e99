/**
 * What runs inside {@code java.nio.ByteBuffer}: serving, freeing and counting direct buffers.
 *
 * <p>These classes and the allocator's are defined in the boot loader, since that is the only one through which code
 * of {@code java.base} links, and no other classes of the agent are: what is here names nothing but {@code java.base}
 * and the allocator. Only what the installer or the rewritten JDK calls is public.
 */
package dev.memalloc.agent.boot;
