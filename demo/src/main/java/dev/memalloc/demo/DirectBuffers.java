package dev.memalloc.demo;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;

/**
 * Makes the direct buffers of a census and counts them: one per input file, as a program would that keeps none for
 * later. They are freed when the garbage collector finds them unreachable.
 */
final class DirectBuffers {
    private final BufferPoolMXBean pool = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(bean -> bean.getName().equals("direct")).findFirst().orElseThrow();
    private long served;
    private long bytes;
    private long bytesPeak;

    ByteBuffer allocate(long size) throws IOException {
        if (size > Integer.MAX_VALUE) {
            throw new IOException("has " + size + " bytes, more than a buffer can");
        }
        ByteBuffer buffer = serve((int) size);
        served++;
        bytes += size;
        bytesPeak = Math.max(bytesPeak, pool.getMemoryUsed());
        return buffer;
    }

    long served() {
        return served;
    }

    /** The bytes of all that were served. */
    long bytes() {
        return bytes;
    }

    /** The most that were live at once. */
    long bytesPeak() {
        return bytesPeak;
    }

    /** Direct memory is limited to as much as the heap: one file too large does not end the census. */
    private static ByteBuffer serve(int size) throws IOException {
        try {
            return ByteBuffer.allocateDirect(size);
        } catch (OutOfMemoryError e) {
            throw new IOException("is too large, try a larger --heap: " + e.getMessage());
        }
    }
}
