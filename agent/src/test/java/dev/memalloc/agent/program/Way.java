package dev.memalloc.agent.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/** The ways by which a program has the JDK allocate native memory. */
enum Way {
    DIRECT {
        @Override
        Taken take(int bytes) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
            Block block = Block.ofZeroes(MemorySegment.ofBuffer(buffer).address(), bytes);
            return () -> {
                block.check();
                Figures.invokeCleaner(buffer);
            };
        }
    },
    CONFINED {
        @Override
        Taken take(int bytes) {
            return ofArena(Arena.ofConfined(), bytes);
        }
    },
    SHARED {
        @Override
        Taken take(int bytes) {
            return ofArena(Arena.ofShared(), bytes);
        }
    },
    /** Its memory is freed once it was collected. */
    AUTO {
        @Override
        Taken take(int bytes) {
            MemorySegment segment = Arena.ofAuto().allocate(bytes);
            Block block = Block.ofZeroes(segment.address(), bytes);
            return () -> {
                block.check();
                Reference.reachabilityFence(segment);
            };
        }
    },
    /** Its memory is resized before it is freed. */
    UNSAFE {
        @Override
        Taken take(int bytes) {
            Block block = Block.of(SunUnsafe.allocate(bytes), bytes);
            return () -> {
                block.check();
                long moved = SunUnsafe.reallocate(block.address(), 2L * bytes);
                block.checkAt(moved);
                SunUnsafe.free(moved);
            };
        }
    },
    /** The buffer of a thread that has used a channel, which the JDK keeps until the thread ends. */
    TEMPORARY {
        @Override
        Taken take(int bytes) throws InterruptedException {
            CountDownLatch used = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(1);
            FutureTask<Void> use = new FutureTask<>(() -> {
                try {
                    File.writeAndRead(bytes);
                } finally {
                    used.countDown();
                }
                over.await();
                return null;
            });
            Thread thread = Thread.ofPlatform().daemon().start(use);
            used.await();
            return () -> {
                over.countDown();
                thread.join();
                use.get();
            };
        }
    };

    /** All but that which only the collector frees. */
    static final Set<Way> FREED_AT_ONCE = Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(AUTO)));

    /** Memory, to be freed by the thread that took it. */
    interface Taken {
        /** Looks whether it is as it was left, and frees it. */
        void free() throws ReflectiveOperationException, InterruptedException, ExecutionException;
    }

    /** Has that many bytes allocated; buffers and segments have to be zero. */
    abstract Taken take(int bytes) throws InterruptedException;

    /**
     * Has the JDK allocate now what it allocates for itself, on the first use of these ways and of the beans; and free
     * what of this it keeps for each thread.
     */
    static void useFirst() throws InterruptedException, ExecutionException {
        FutureTask<Void> use = new FutureTask<>(() -> {
            for (Way way : FREED_AT_ONCE) {
                way.take(1).free();
            }
            ManagementFactory.getPlatformMBeanServer();
            return null;
        });
        Thread.ofPlatform().start(use).join();
        use.get();
    }

    private static Taken ofArena(Arena arena, int bytes) {
        Block block = Block.ofZeroes(arena.allocate(bytes).address(), bytes);
        return () -> {
            block.check();
            arena.close();
        };
    }

    /** What threads write to, each at a place of its own. */
    private static final class File {
        private static final FileChannel CHANNEL = open();
        private static final AtomicLong END = new AtomicLong();

        private File() {
        }

        private static FileChannel open() {
            try {
                return FileChannel.open(Files.createTempFile("way", ".bin"), StandardOpenOption.READ,
                    StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static void writeAndRead(int bytes) throws IOException {
            long position = END.getAndAdd(bytes);
            byte[] written = new byte[bytes];
            Arrays.fill(written, (byte) (position | 1));
            CHANNEL.write(ByteBuffer.wrap(written), position);
            byte[] read = new byte[bytes];
            CHANNEL.read(ByteBuffer.wrap(read), position);
            if (!Arrays.equals(read, written)) {
                throw new IllegalStateException("not what was written");
            }
        }
    }

    /** Memory with a mark of its own at both ends and in the middle. */
    private record Block(long address, int bytes) {
        static Block ofZeroes(long address, int bytes) {
            Block block = new Block(address, bytes);
            block.require(address, (byte) 0, "not zero");
            return of(address, bytes);
        }

        static Block of(long address, int bytes) {
            Block block = new Block(address, bytes);
            for (int at : block.places()) {
                SunUnsafe.put(address + at, block.mark());
            }
            return block;
        }

        void check() {
            checkAt(address);
        }

        /** The same of memory to which it was copied. */
        void checkAt(long copy) {
            require(copy, mark(), "overwritten");
        }

        private void require(long start, byte wanted, String failure) {
            for (int at : places()) {
                if (SunUnsafe.get(start + at) != wanted) {
                    throw new IllegalStateException(failure);
                }
            }
        }

        private int[] places() {
            return new int[] {0, bytes / 2, bytes - 1};
        }

        private byte mark() {
            return (byte) (address >> 4 | 1);
        }
    }
}
