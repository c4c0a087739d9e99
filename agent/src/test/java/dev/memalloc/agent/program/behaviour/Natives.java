package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import dev.memalloc.agent.program.Figures;
import java.nio.ByteBuffer;

/** A buffer that native code of the JVM makes, on memory that is nobody's to free: JNI's NewDirectByteBuffer. */
final class Natives {
    private Natives() {
    }

    static void show() {
        print("counter's buffer", () -> {
            ByteBuffer buffer = counter("memalloc.one");
            return buffer + " " + buffer.getClass() + " " + Buffers.direct(buffer, "cleaner") + " "
                + Buffers.direct(buffer, "attachment") + " " + buffer.getLong(0);
        });
        print("clean a counter's buffer", () -> {
            ByteBuffer buffer = counter("memalloc.two");
            Figures.invokeCleaner(buffer);
            return buffer.putLong(0, 5).getLong(0);
        });
    }

    /** One of the JVM's performance counters, which lie in memory of its own. */
    private static ByteBuffer counter(String name) throws ReflectiveOperationException {
        Class<?> type = Class.forName("jdk.internal.perf.Perf");
        Object perf = type.getMethod("getPerf").invoke(null);
        return (ByteBuffer) type.getMethod("createLong", String.class, int.class, int.class, long.class)
            .invoke(perf, name, 3, 1, 7L);
    }
}
