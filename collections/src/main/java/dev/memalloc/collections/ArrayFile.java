package dev.memalloc.collections;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.LongFunction;
import java.util.zip.CRC32C;

/**
 * What an array is saved as: {@link OffHeapArray#save} shows it.
 *
 * <p>Elements pass through a piece of the Java heap: no channel gets to see the array's own memory, which it could use
 * after the array is closed, or while its own code changes the array.
 */
final class ArrayFile {
    private static final byte[] MAGIC = {'m', 'e', 'm', 'a', 'r', 'r', 'a', 'y'};
    private static final byte VERSION = 1;
    private static final byte LITTLE_ENDIAN = 1;
    private static final int VERSION_AT = 8;
    private static final int TYPE_AT = 9;
    private static final int ORDER_AT = 10;
    private static final int LENGTH_AT = 16;
    private static final int CHECKSUM_AT = 28;
    private static final int HEADER_SIZE = 32;
    private static final int CHECKSUM_SIZE = 4;
    /** Bytes that are read or written at once. */
    private static final int PIECE_MAX = 64 << 10;

    private ArrayFile() {
    }

    static void save(OffHeapArray<?, ?> array, WritableByteChannel channel) throws IOException {
        requireBlocking(channel);
        Elements elements = array.elements();
        ElementType type = elements.type();
        long length = array.length();
        long lengthBefore = elements.length();
        int changesBefore = elements.changes();
        write(channel, header(type, length));
        byte[] piece = new byte[(int) Math.min(PIECE_MAX, length << type.shift)];
        CRC32C checksum = new CRC32C();
        int count;
        for (long done = 0; done < length; done += count) {
            elements.requireOpen();
            elements.requireUnchanged(lengthBefore, changesBefore);
            count = (int) Math.min(piece.length >> type.shift, length - done);
            int size = count << type.shift;
            elements.read(array.range(done, done + count), MemorySegment.ofArray(piece).asSlice(0, size));
            swapUnlessLittleEndian(piece, size, type.size());
            checksum.update(piece, 0, size);
            write(channel, ByteBuffer.wrap(piece, 0, size));
        }
        write(channel, littleEndian(CHECKSUM_SIZE).putInt((int) checksum.getValue()).flip());
    }

    /** The array that the channel's next bytes are, made by {@code make} with its length. */
    static <S extends OffHeapArray<?, S>> S load(ReadableByteChannel channel, ElementType type, LongFunction<S> make)
            throws IOException {
        requireBlocking(channel);
        long length = readHeader(channel, type);
        S array = make.apply(length);
        try {
            readElements(channel, array, length);
            return array;
        } catch (IOException | RuntimeException | Error e) {
            array.close();
            throw e;
        }
    }

    private static ByteBuffer header(ElementType type, long length) {
        ByteBuffer header = littleEndian(HEADER_SIZE).put(MAGIC).put(VERSION).put(code(type)).put(LITTLE_ENDIAN);
        header.putLong(LENGTH_AT, length);
        header.putInt(CHECKSUM_AT, checksumOf(header));
        return header.clear();
    }

    private static long readHeader(ReadableByteChannel channel, ElementType type) throws IOException {
        ByteBuffer header = littleEndian(HEADER_SIZE);
        read(channel, header);
        byte[] start = Arrays.copyOf(header.array(), Math.min(MAGIC.length, header.position()));
        if (!Arrays.equals(start, Arrays.copyOf(MAGIC, start.length))) {
            throw new IOException("this is no saved array: it begins with " + HexFormat.of().formatHex(start));
        }
        if (header.hasRemaining()) {
            throw new EOFException("the saved array ends after " + header.position() + " bytes, within its header");
        }
        byte version = header.get(VERSION_AT);
        if (version != VERSION) {
            throw new IOException("the array was saved in version " + version + " of the format; known is " + VERSION);
        }
        int checksum = header.getInt(CHECKSUM_AT);
        if (checksum != checksumOf(header)) {
            throw new IOException("the saved array's header is damaged: " + compared(checksumOf(header), checksum));
        }
        byte code = header.get(TYPE_AT);
        if (code != code(type)) {
            throw new IOException("the saved array has elements of type " + name(code) + ", not " + type.noun());
        }
        long length = header.getLong(LENGTH_AT);
        if (header.get(ORDER_AT) != LITTLE_ENDIAN || length < 0 || length > type.lengthMax()) {
            throw new IOException("the saved array's header is of no version of the format: byte order "
                + header.get(ORDER_AT) + ", length " + length);
        }
        return length;
    }

    private static void readElements(ReadableByteChannel channel, OffHeapArray<?, ?> array, long length)
            throws IOException {
        ElementType type = array.elements().type();
        byte[] piece = new byte[(int) Math.min(PIECE_MAX, length << type.shift)];
        CRC32C checksum = new CRC32C();
        int count;
        for (long done = 0; done < length; done += count) {
            count = (int) Math.min(piece.length >> type.shift, length - done);
            int size = count << type.shift;
            ByteBuffer buffer = ByteBuffer.wrap(piece, 0, size);
            read(channel, buffer);
            if (buffer.hasRemaining()) {
                throw new EOFException("the saved array ends after " + ((done << type.shift) + buffer.position())
                    + " of its " + (length << type.shift) + " bytes of elements");
            }
            checksum.update(piece, 0, size);
            swapUnlessLittleEndian(piece, size, type.size());
            array.copyFrom(MemorySegment.ofArray(piece).asSlice(0, size), done);
        }
        ByteBuffer end = littleEndian(CHECKSUM_SIZE);
        read(channel, end);
        if (end.hasRemaining()) {
            throw new EOFException("the saved array ends before its checksum");
        }
        if (end.getInt(0) != (int) checksum.getValue()) {
            throw new IOException(
                "the saved array's elements are damaged: " + compared((int) checksum.getValue(), end.getInt(0)));
        }
    }

    private static byte code(ElementType type) {
        return (byte) (type.ordinal() + 1);
    }

    private static String name(byte code) {
        ElementType[] types = ElementType.values();
        return code >= 1 && code <= types.length ? types[code - 1].noun() : Byte.toString(code);
    }

    private static String compared(int is, int shouldBe) {
        HexFormat hex = HexFormat.of();
        return "its checksum is " + hex.toHexDigits(is) + ", not " + hex.toHexDigits(shouldBe);
    }

    private static int checksumOf(ByteBuffer header) {
        CRC32C checksum = new CRC32C();
        checksum.update(header.array(), 0, CHECKSUM_AT);
        return (int) checksum.getValue();
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void swapUnlessLittleEndian(byte[] piece, int size, int elementSize) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            swap(piece, size, elementSize);
        }
    }

    /** Turns the byte order of elements around. */
    static void swap(byte[] piece, int size, int elementSize) {
        for (int i = 0; i < size; i += elementSize) {
            for (int low = i, high = i + elementSize - 1; low < high; low++, high--) {
                byte swapped = piece[low];
                piece[low] = piece[high];
                piece[high] = swapped;
            }
        }
    }

    /** Of a channel that does not block, nothing might come for ever. */
    static void requireBlocking(Channel channel) {
        if (channel instanceof SelectableChannel selectable && !selectable.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
    }

    static void write(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Reads until the buffer is full, or the channel at its end. */
    static void read(ReadableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            continue;
        }
    }
}
