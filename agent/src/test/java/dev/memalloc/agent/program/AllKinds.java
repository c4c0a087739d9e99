package dev.memalloc.agent.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Scanner;

/**
 * Memory of each kind that the agent can serve, 1000 bytes each. On stdin, {@code allocate} takes some of each, and
 * {@code free} gives the oldest of each back; both are answered by the counts of {@code arena}, {@code unsafe} and
 * direct buffers, as {@code allocations/live}, and by the allocations of {@code temporary} buffers.
 */
public final class AllKinds {
    private static final int SIZE = 1000;

    private AllKinds() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        UnsafeMemory unsafe = new UnsafeMemory();
        List<Runnable> frees = new ArrayList<>();
        // So that the agent's beans can be asked after it was uninstalled.
        Figures.pool();
        // The JDK keeps memory of its own for paths.
        write();
        System.out.println(ProcessHandle.current().pid());
        Scanner in = new Scanner(System.in);
        while (in.hasNextLine()) {
            if (in.nextLine().equals("allocate")) {
                frees.add(allocate(unsafe));
                write();
            } else {
                frees.removeFirst().run();
            }
            System.out.println(counts("kind=arena") + " " + counts("kind=unsafe") + " " + counts(null) + " "
                + Figures.bean("Agent,kind=temporary", "AllocationCount"));
        }
        System.out.println("retransformed calls: " + (System.getProperty("retransformed.allocateDirect") != null
            && System.getProperty("retransformed.allocateMemory") != null));
    }

    private static String counts(String kind) {
        String bean = kind == null ? "Agent" : "Agent," + kind;
        return Figures.bean(bean, "AllocationCount") + "/" + Figures.bean(bean, "LiveCount");
    }

    private static Runnable allocate(UnsafeMemory unsafe) {
        Arena arena = Arena.ofConfined();
        arena.allocate(SIZE).fill((byte) 1);
        long block = unsafe.reallocate(unsafe.allocate(SIZE / 2), SIZE);
        ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE);
        return () -> {
            arena.close();
            unsafe.free(block);
            try {
                Figures.invokeCleaner(buffer);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    /** Through a temporary buffer, which ends with its thread. */
    private static void write() throws Exception {
        Path file = Files.createTempFile("written", null);
        Thread writer = new Thread(() -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(SIZE));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        writer.start();
        writer.join();
        Files.delete(file);
    }

    /** {@code sun.misc.Unsafe}, which the compiler warns of. */
    private static final class UnsafeMemory {
        private final Class<?> type = Class.forName("sun.misc.Unsafe");
        private final Object unsafe;

        UnsafeMemory() throws ReflectiveOperationException {
            Field field = type.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            unsafe = field.get(null);
        }

        long allocate(long bytes) {
            return (long) call("allocateMemory", bytes);
        }

        long reallocate(long address, long bytes) {
            return (long) call("reallocateMemory", address, bytes);
        }

        void free(long address) {
            call("freeMemory", address);
        }

        private Object call(String name, Object... arguments) {
            try {
                Class<?>[] types = new Class<?>[arguments.length];
                Arrays.fill(types, long.class);
                Method method = type.getMethod(name, types);
                return method.invoke(unsafe, arguments);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
