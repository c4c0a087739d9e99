package dev.memalloc.demo;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The constant pool of a class file, read straight out of a buffer (Java virtual machine specification, 4.4).
 *
 * <pre>
 * u4 magic, u2 minor, u2 major
 * u2 count, then count - 1 slots:  u1 tag, and by tag
 *    1            Utf8                        u2 length, bytes in modified UTF-8
 *    3  4         Integer, Float              4 bytes
 *    5  6         Long, Double                8 bytes, and two slots
 *    7  8 16      Class, String, MethodType   u2, a slot
 *   19 20         Module, Package             u2, a slot
 *    9 10 11 12   references, NameAndType     two u2
 *   17 18         Dynamic, InvokeDynamic      two u2
 *   15            MethodHandle                u1, u2
 * u2 flags, u2 this, u2 super, interfaces, fields, methods, attributes
 * </pre>
 *
 * <p>Only the Utf8 entries are kept: they are the names, descriptors and texts that all entries but the numbers
 * refer to. What follows the pool is stepped over, so that a file that was cut off anywhere is known to be damaged.
 */
final class ConstantPool {
    private static final int MAGIC = 0xCAFEBABE;

    private final ByteBuffer in;
    private final List<String> texts = new ArrayList<>();

    private ConstantPool(ByteBuffer classFile) {
        in = classFile;
    }

    /**
     * The Utf8 entries of a class file, in their order.
     *
     * @param classFile the whole file, in big-endian order; its position is moved
     * @throws IOException if it is not the whole of a class file; the message says what is wrong
     */
    static List<String> texts(ByteBuffer classFile) throws IOException {
        ConstantPool pool = new ConstantPool(classFile);
        try {
            pool.read();
        } catch (BufferUnderflowException e) {
            throw new IOException("ends too early, after " + classFile.limit() + " bytes");
        }
        return pool.texts;
    }

    private void read() throws IOException {
        if (in.getInt() != MAGIC) {
            throw new IOException("does not start with 0xCAFEBABE");
        }
        skip(4);
        int slots = u2();
        for (int slot = 1; slot < slots;) {
            slot += readEntry();
        }
        skip(6);
        skip(2 * u2());
        skipMembers();
        skipMembers();
        skipAttributes();
        if (in.hasRemaining()) {
            throw new IOException("goes on for " + in.remaining() + " bytes after its end");
        }
    }

    /** Reads one entry; how many slots it takes. */
    private int readEntry() throws IOException {
        int tag = in.get();
        switch (tag) {
            case 1 -> texts.add(readText());
            case 3, 4, 9, 10, 11, 12, 17, 18 -> skip(4);
            case 5, 6 -> skip(8);
            case 7, 8, 16, 19, 20 -> skip(2);
            case 15 -> skip(3);
            default -> throw new IOException("has a constant with tag " + tag + " at byte " + (in.position() - 1));
        }
        return tag == 5 || tag == 6 ? 2 : 1;
    }

    /** Nearly all are ASCII, which is copied as it is. */
    private String readText() throws IOException {
        int start = in.position();
        byte[] bytes = new byte[u2()];
        in.get(bytes);
        for (byte b : bytes) {
            if (b < 0) {
                return decode(start, Short.BYTES + bytes.length);
            }
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String decode(int start, int length) throws IOException {
        byte[] lengthAndBytes = new byte[length];
        in.get(start, lengthAndBytes);
        return new DataInputStream(new ByteArrayInputStream(lengthAndBytes)).readUTF();
    }

    private void skipMembers() {
        for (int left = u2(); left > 0; left--) {
            skip(6);
            skipAttributes();
        }
    }

    private void skipAttributes() {
        for (int left = u2(); left > 0; left--) {
            skip(2);
            skip(Integer.toUnsignedLong(in.getInt()));
        }
    }

    private int u2() {
        return Short.toUnsignedInt(in.getShort());
    }

    private void skip(long bytes) {
        if (bytes > in.remaining()) {
            throw new BufferUnderflowException();
        }
        in.position(in.position() + (int) bytes);
    }
}
