package dev.memalloc.agent.program;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Prints what direct buffers do, one line each: with the agent and without, it must print the same.
 *
 * <p>It expects to be run with a limit of 8 MiB of direct memory, and with {@code sun.nio.ch} exported to it.
 */
public final class Behaviour {
    private static final int MEGABYTE = 1 << 20;
    private static final int PAGE = 4096;

    private Behaviour() {
    }

    /** Runs it. */
    public static void main(String[] args) {
        show("empty", () -> ByteBuffer.allocateDirect(0));
        show("empty's slice", () -> ByteBuffer.allocateDirect(0).slice());
        for (int negative : new int[] {-1, -16, Integer.MIN_VALUE}) {
            show("capacity " + negative, () -> ByteBuffer.allocateDirect(negative));
        }
        show("buffer", () -> ByteBuffer.allocateDirect(100));
        show("class", () -> ByteBuffer.allocateDirect(100).getClass());
        show("order", () -> ByteBuffer.allocateDirect(100).order());
        show("is read-only", () -> ByteBuffer.allocateDirect(100).isReadOnly());
        show("has an array", () -> ByteBuffer.allocateDirect(100).hasArray());
        show("array", () -> ByteBuffer.allocateDirect(100).array());
        show("read-only class", () -> ByteBuffer.allocateDirect(100).asReadOnlyBuffer().getClass());
        show("attachment", () -> direct(ByteBuffer.allocateDirect(100), "attachment"));
        show("slice's attachment", () -> direct(ByteBuffer.allocateDirect(100).slice(), "attachment").getClass());
        show("has a cleaner", () -> direct(ByteBuffer.allocateDirect(100), "cleaner") != null);
        show("slice has a cleaner", () -> direct(ByteBuffer.allocateDirect(100).slice(), "cleaner") != null);
        show("address", () -> (long) direct(ByteBuffer.allocateDirect(100), "address") % alignment());
        showZero();
        showCleaner();
        showViews();
        showForeign();
        showChannels();
        showCodecs();
        showThreads();
        showPool();
        showLimit();
    }

    private static long alignment() {
        return Boolean.getBoolean("sun.nio.PageAlignDirectMemory") ? PAGE : 16;
    }

    private static void showZero() {
        for (int size : new int[] {1, 15, 16, 17, 24, 100, 1000, 4096, 100_000, 131_072, 3 * MEGABYTE}) {
            show("zero after reuse, " + size, () -> {
                for (int round = 0; round < 20; round++) {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(size);
                    for (int i = 0; i < size; i++) {
                        if (buffer.get(i) != 0) {
                            return "byte " + i + " of round " + round + " is " + buffer.get(i);
                        }
                    }
                    MemorySegment.ofBuffer(buffer).fill((byte) 0xFF);
                    Figures.invokeCleaner(buffer);
                }
                return "yes";
            });
        }
    }

    private static void showCleaner() {
        show("clean", () -> cleaned(ByteBuffer.allocateDirect(100)));
        show("clean twice", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            return cleaned(buffer) + ", " + cleaned(buffer);
        });
        show("clean the empty", () -> cleaned(ByteBuffer.allocateDirect(0)));
        show("clean a slice", () -> cleaned(ByteBuffer.allocateDirect(100).slice(10, 10)));
        show("clean a duplicate", () -> cleaned(ByteBuffer.allocateDirect(100).duplicate()));
        show("clean a read-only", () -> cleaned(ByteBuffer.allocateDirect(100).asReadOnlyBuffer()));
        show("clean an array's", () -> cleaned(ByteBuffer.allocate(100)));
        show("slice keeps alive", () -> {
            long before = Figures.pool().getCount();
            ByteBuffer slice = ByteBuffer.allocateDirect(1000).putLong(0, 42).slice(0, 8);
            System.gc();
            Thread.sleep(50);
            List<ByteBuffer> others = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                others.add(ByteBuffer.allocateDirect(1000).putLong(0, -1));
            }
            String seen = slice.getLong(0) + " while " + (Figures.pool().getCount() > before);
            others.forEach(Behaviour::clean);
            return seen;
        });
    }

    private static void showViews() {
        show("views", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            return buffer.asLongBuffer() + " " + buffer.order(ByteOrder.nativeOrder()).asDoubleBuffer() + " "
                + buffer.asCharBuffer().getClass() + " " + buffer.order(ByteOrder.BIG_ENDIAN).asIntBuffer().getClass();
        });
        show("values", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
            buffer.putInt(1).putLong(2).putDouble(3).putChar('4').putFloat(5).put((byte) 6).putShort((short) 7);
            buffer.flip();
            return buffer + " " + buffer.hashCode() + " " + buffer.getInt() + buffer.getLong() + buffer.compact();
        });
        show("equality", () -> {
            ByteBuffer one = ByteBuffer.allocateDirect(64).put(10, (byte) 1);
            ByteBuffer two = ByteBuffer.allocate(64).put(10, (byte) 1);
            return one.equals(two) + " " + one.compareTo(two.put(11, (byte) 1)) + " " + one.mismatch(two);
        });
        show("bounds", () -> ByteBuffer.allocateDirect(64).get(64));
        show("put beyond", () -> ByteBuffer.allocateDirect(4).putLong(1));
        show("aligned slice", () -> ByteBuffer.allocateDirect(64).position(1).alignedSlice(8).capacity());
        show("alignment offset", () -> ByteBuffer.allocateDirect(64).alignmentOffset(3, 8));
        show("mapped", () -> {
            MappedByteBuffer mapped = (MappedByteBuffer) ByteBuffer.allocateDirect(64);
            return mapped.isLoaded() + " " + mapped.load() + " " + mapped.force();
        });
        show("compare and set", () -> {
            VarHandle longs = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            return longs.compareAndSet(buffer, 8, 0L, 5L) + " " + (long) longs.getVolatile(buffer, 8);
        });
    }

    private static void showForeign() {
        show("segment", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            MemorySegment segment = MemorySegment.ofBuffer(buffer.position(8));
            segment.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, -1);
            return segment.byteSize() + " " + segment.isNative() + " " + segment.isMapped() + " "
                + segment.scope().isAlive() + " " + segment.isAccessibleBy(new Thread()) + " " + buffer.getLong(8);
        });
    }

    private static void showChannels() {
        show("file", () -> {
            Path file = Files.createTempFile("behaviour", null);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                ByteBuffer[] parts = {filled(1000), filled(2000)};
                long written = channel.write(parts);
                ByteBuffer back = ByteBuffer.allocateDirect(5000);
                int read = channel.read(back, 0);
                return written + " " + read + " " + back.flip().hashCode();
            } finally {
                Files.delete(file);
            }
        });
        show("socket", Behaviour::throughSocket);
    }

    private static String throughSocket() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel client = SocketChannel.open(server.getLocalAddress());
                SocketChannel accepted = server.accept()) {
                client.write(filled(1000));
                ByteBuffer received = ByteBuffer.allocateDirect(1000);
                while (received.hasRemaining()) {
                    accepted.read(received);
                }
                return received.flip() + " " + received.hashCode();
            }
        }
    }

    private static void showCodecs() {
        show("checksum", () -> {
            CRC32 checksum = new CRC32();
            checksum.update(filled(1000));
            return checksum.getValue();
        });
        show("deflate", () -> {
            Deflater deflater = new Deflater();
            deflater.setInput(filled(100_000));
            deflater.finish();
            ByteBuffer packed = ByteBuffer.allocateDirect(200_000);
            deflater.deflate(packed);
            deflater.end();
            Inflater inflater = new Inflater();
            inflater.setInput(packed.flip());
            ByteBuffer unpacked = ByteBuffer.allocateDirect(100_000);
            inflater.inflate(unpacked);
            inflater.end();
            return unpacked.flip().equals(filled(100_000));
        });
        show("charset", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap("h\u00e4\u20ac"), buffer, true);
            return StandardCharsets.UTF_8.decode(buffer.flip());
        });
        show("cipher", () -> {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[16], "AES"),
                new GCMParameterSpec(128, new byte[12]));
            ByteBuffer encrypted = ByteBuffer.allocateDirect(1016);
            cipher.doFinal(filled(1000), encrypted);
            return encrypted.flip().hashCode();
        });
    }

    private static void showThreads() {
        show("virtual thread", () -> {
            List<ByteBuffer> made = new ArrayList<>();
            Thread.ofVirtual().start(() -> made.add(ByteBuffer.allocateDirect(100))).join();
            return made;
        });
        show("interrupted", () -> {
            Thread.currentThread().interrupt();
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            return buffer + " " + Thread.interrupted();
        });
    }

    private static void showPool() {
        show("collected", () -> Figures.collectUntil(0, () -> Figures.pool().getCount()));
        show("pool", () -> Figures.poolLine());
        show("pool with buffers", () -> {
            List<ByteBuffer> buffers = new ArrayList<>();
            for (int size : new int[] {0, 1, 1000, 200_000, 1000}) {
                buffers.add(ByteBuffer.allocateDirect(size));
            }
            String line = Figures.poolLine();
            buffers.forEach(Behaviour::clean);
            return line;
        });
        show("pool after them", () -> Figures.poolLine());
    }

    private static void showLimit() {
        show("beyond the limit", () -> ByteBuffer.allocateDirect(8 * MEGABYTE + 1));
        show("beyond any limit", () -> ByteBuffer.allocateDirect(Integer.MAX_VALUE));
        show("at the limit", () -> {
            ByteBuffer all = ByteBuffer.allocateDirect(8 * MEGABYTE);
            try {
                return ByteBuffer.allocateDirect(1);
            } finally {
                clean(all);
            }
        });
        show("interrupted at the limit", () -> {
            ByteBuffer all = ByteBuffer.allocateDirect(8 * MEGABYTE);
            Thread.currentThread().interrupt();
            try {
                return ByteBuffer.allocateDirect(1);
            } catch (OutOfMemoryError e) {
                return e.getMessage() + ", interrupted " + Thread.interrupted();
            } finally {
                clean(all);
            }
        });
        show("many times the limit", () -> {
            for (int i = 0; i < 100; i++) {
                ByteBuffer.allocateDirect(MEGABYTE);
            }
            return "served";
        });
    }

    private static ByteBuffer filled(int size) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(size);
        for (int i = 0; i < size; i++) {
            buffer.put((byte) (i * 31 >> 3));
        }
        return buffer.flip();
    }

    private static Object direct(ByteBuffer buffer, String method) throws ReflectiveOperationException {
        return Class.forName("sun.nio.ch.DirectBuffer").getMethod(method).invoke(buffer);
    }

    private static String cleaned(ByteBuffer buffer) throws ReflectiveOperationException {
        Figures.invokeCleaner(buffer);
        return "done";
    }

    private static void clean(ByteBuffer buffer) {
        try {
            cleaned(buffer);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void show(String name, Callable<?> what) {
        String shown;
        try {
            shown = String.valueOf(what.call());
        } catch (InvocationTargetException e) {
            shown = e.getCause().toString();
        } catch (Throwable e) {
            shown = e.toString();
        }
        System.out.println(name + ": " + shown);
    }
}
