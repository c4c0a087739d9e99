package dev.memalloc.agent;

import dev.memalloc.agent.boot.Kind;
import dev.memalloc.agent.boot.NativeMemory;
import net.bytebuddy.asm.Advice;

/**
 * What is written into the methods of the JDK that use {@code Unsafe} for a purpose: whose memory it is. As in
 * {@link AllocateDirectAdvice}, the instructions are copied.
 */
final class KindAdvice {
    private KindAdvice() {
    }

    /** Where arenas allocate. */
    static final class ArenaAllocate {
        private ArenaAllocate() {
        }

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static long enter(@Advice.Argument(0) long bytes) {
            return NativeMemory.allocate(Kind.ARENA, bytes);
        }

        @Advice.OnMethodExit
        static void exit(@Advice.Enter long served, @Advice.Return(readOnly = false) long result) {
            if (served != 0) {
                result = served;
            }
        }
    }

    /** Where they free. */
    static final class ArenaFree {
        private ArenaFree() {
        }

        @Advice.OnMethodEnter
        static void enter() {
            NativeMemory.begin(Kind.ARENA);
        }
    }

    /** Where channels get and free temporary buffers. */
    static final class Temporary {
        private Temporary() {
        }

        @Advice.OnMethodEnter
        static void enter() {
            NativeMemory.begin(Kind.TEMPORARY);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit() {
            NativeMemory.end();
        }
    }
}
