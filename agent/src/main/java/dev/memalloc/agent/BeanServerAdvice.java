package dev.memalloc.agent;

import dev.memalloc.agent.boot.BeanServerHook;
import net.bytebuddy.asm.Advice;

/**
 * What is written to the end of {@code ManagementFactory.getPlatformMBeanServer}: the agent's beans are registered
 * before anyone gets the server. As in {@link AllocateDirectAdvice}, the instructions are copied.
 */
final class BeanServerAdvice {
    private BeanServerAdvice() {
    }

    @Advice.OnMethodExit
    static void exit() {
        BeanServerHook.run();
    }
}
