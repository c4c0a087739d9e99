package dev.memalloc.agent;

import dev.memalloc.agent.boot.NativeMemory;
import net.bytebuddy.asm.Advice;

/**
 * What is written into {@code jdk.internal.misc.Unsafe}: ask {@link NativeMemory} first, and run the JVM's own code
 * only where that declines. As in {@link AllocateDirectAdvice}, the instructions are copied.
 */
final class UnsafeAdvice {
    private UnsafeAdvice() {
    }

    /** Into {@code allocateMemory}. */
    static final class Allocate {
        private Allocate() {
        }

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static long enter(@Advice.Argument(0) long bytes) {
            return NativeMemory.allocate(bytes);
        }

        @Advice.OnMethodExit
        static void exit(@Advice.Enter long served, @Advice.Return(readOnly = false) long result) {
            if (served != 0) {
                result = served;
            }
        }
    }

    /** Into {@code reallocateMemory}. */
    static final class Reallocate {
        private Reallocate() {
        }

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static long enter(@Advice.Argument(0) long address, @Advice.Argument(1) long bytes) {
            return NativeMemory.reallocate(address, bytes);
        }

        @Advice.OnMethodExit
        static void exit(@Advice.Enter long served, @Advice.Return(readOnly = false) long result) {
            if (served != 0) {
                result = served;
            }
        }
    }

    /** Into {@code freeMemory}. */
    static final class Free {
        private Free() {
        }

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Argument(0) long address) {
            return NativeMemory.free(address);
        }
    }
}
