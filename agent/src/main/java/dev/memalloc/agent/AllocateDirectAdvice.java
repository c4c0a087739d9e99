package dev.memalloc.agent;

import dev.memalloc.agent.boot.DirectMemory;
import java.nio.ByteBuffer;
import net.bytebuddy.asm.Advice;

/**
 * What is written into {@code ByteBuffer.allocateDirect}: ask {@link DirectMemory} first, and run the JVM's own code
 * only where that declines.
 *
 * <p>These methods are never called. Their instructions are copied, so they use nothing but what {@code ByteBuffer}
 * itself can reach.
 */
final class AllocateDirectAdvice {
    private AllocateDirectAdvice() {
    }

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static ByteBuffer enter(@Advice.Argument(0) int capacity) {
        return DirectMemory.allocate(capacity);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter ByteBuffer served, @Advice.Return(readOnly = false) ByteBuffer result) {
        if (served != null) {
            result = served;
        }
    }
}
