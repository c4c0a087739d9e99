package dev.memalloc.agent.program;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/** What the test programs read and do beside the public API of direct buffers, all without naming the agent. */
public final class Figures {
    private static final long MILLIS_MAX = 20_000;

    private Figures() {
    }

    /** An attribute of one of the agent's beans. */
    public static long bean(String type, String attribute) {
        try {
            ObjectName name = new ObjectName("dev.memalloc:type=" + type);
            return (long) ManagementFactory.getPlatformMBeanServer().getAttribute(name, attribute);
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    public static long agent(String attribute) {
        return bean("Agent", attribute);
    }

    /** An attribute of the beans of all kinds of memory. */
    public static String each(String attribute) {
        return "direct " + agent(attribute) + Stream.of("arena", "temporary", "unsafe")
            .map(kind -> ", " + kind + " " + bean("Agent,kind=" + kind, attribute)).collect(Collectors.joining());
    }

    /** The JVM's own figures for direct buffers. */
    public static BufferPoolMXBean pool() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst().orElseThrow();
    }

    public static String poolLine() {
        return pool().getCount() + " buffers, " + pool().getTotalCapacity() + " bytes, "
            + pool().getMemoryUsed() + " used";
    }

    /** Frees a buffer as programs do that do not wait for the collector. */
    public static void invokeCleaner(ByteBuffer buffer) throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field field = type.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        type.getMethod("invokeCleaner", ByteBuffer.class).invoke(field.get(null), buffer);
    }

    /** Has the collector run until a figure is reached; returns the last value. */
    public static long collectUntil(long wanted, LongSupplier figure) throws InterruptedException {
        long end = System.nanoTime() + MILLIS_MAX * 1_000_000;
        while (figure.getAsLong() != wanted && System.nanoTime() < end) {
            System.gc();
            Thread.sleep(10);
        }
        return figure.getAsLong();
    }
}
