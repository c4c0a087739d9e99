package dev.memalloc.collections;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * What a map is saved as: {@link OffHeapStringMap#save} shows it.
 *
 * <p>Bytes pass through a piece of the Java heap, as those of arrays do. A piece is used only after its checksum was
 * found to be right; and even then no length in it is believed: as much memory is taken as bytes have come.
 */
final class MapFile {
    /** What a map has: its code in the file is its number, from 1 on. */
    enum Kind {
        STRINGS("strings to strings", EntryLayout.TEXT),
        INTS("strings to ints", Integer.BYTES),
        LONGS("strings to longs", Long.BYTES),
        PAIRS("longs to longs", Long.BYTES);

        private final String noun;
        /** How many bytes a value has; 0 if its length is before it. */
        private final int valueSize;

        Kind(String noun, int valueSize) {
            this.noun = noun;
            this.valueSize = valueSize;
        }

        private byte code() {
            return (byte) (ordinal() + 1);
        }
    }

    private static final byte[] MAGIC = {'m', 'e', 'm', '-', 'm', 'a', 'p', 's'};
    private static final byte VERSION = 1;
    private static final int VERSION_AT = 8;
    private static final int KIND_AT = 9;
    private static final int COUNT_AT = 16;
    private static final int CHECKSUM_AT = 28;
    private static final int HEADER_SIZE = 32;
    private static final int PIECE_MAX = 64 << 10;
    /** Before a piece, its size; behind it, a checksum. */
    private static final int SIZE_SIZE = Integer.BYTES;
    private static final int CHECKSUM_SIZE = Integer.BYTES;
    /** Of a number that says how long a string is: 7 bits a byte. */
    private static final int HEAD_BITS_MAX = 35;
    private static final long TEXT_MAX = Integer.MAX_VALUE - 2L * Text.PADDING;

    private MapFile() {
    }

    static void save(StringTable table, Kind kind, WritableByteChannel channel) throws IOException {
        Writer writer = new Writer(channel);
        long changes = table.changes();
        writer.begin(kind, table.size());
        for (long place = table.next(0); place >= 0; place = table.next(place)) {
            writeText(table, place, true, writer);
            if (kind == Kind.STRINGS) {
                writeText(table, place, false, writer);
            } else {
                writer.makeRoom(kind.valueSize);
                table.copyText(place, false, 0, writer.piece, writer.at, kind.valueSize);
                writer.at += kind.valueSize;
            }
            table.requireChanges(changes);
        }
        writer.end();
    }

    private static void writeText(StringTable table, long place, boolean isKey, Writer writer) throws IOException {
        long head = table.textHead(place, isKey);
        writer.putHead(head);
        long size = head >>> 1;
        int count;
        for (long done = 0; done < size; done += count) {
            writer.makeRoom(1);
            count = (int) Math.min(size - done, writer.room());
            if (done > 0 && table.textHead(place, isKey) != head) {
                throw new ConcurrentModificationException("the map was changed while it was being saved");
            }
            table.copyText(place, isKey, done, writer.piece, writer.at, count);
            writer.at += count;
        }
    }

    static void save(LongTable table, WritableByteChannel channel) throws IOException {
        Writer writer = new Writer(channel);
        long changes = table.changes();
        writer.begin(Kind.PAIRS, table.size());
        for (long place = table.next(0); place >= 0; place = table.next(place)) {
            long key = table.key(place);
            long value = table.value(place);
            writer.putLong(key);
            writer.putLong(value);
            table.requireChanges(changes);
        }
        writer.end();
    }

    /** Fills an empty table with the map that the channel's next bytes are. After an exception it is closed. */
    static void load(ReadableByteChannel channel, Kind kind, StringTable table) throws IOException {
        try {
            Reader reader = new Reader(channel);
            long count = reader.begin(kind);
            Text key = new Text();
            Text value = new Text();
            for (; reader.entry < count; reader.entry++) {
                reader.readText(key);
                if (kind == Kind.STRINGS) {
                    reader.readText(value);
                } else {
                    reader.readNumber(value, kind.valueSize);
                }
                long hash = table.hashOf(key);
                if (table.find(hash, key) >= 0) {
                    throw reader.wrong("has the key of an entry before");
                }
                table.insert(hash, key, value);
            }
            reader.end(count);
        } catch (IOException | RuntimeException | Error e) {
            close(table::close, e);
            throw e;
        }
    }

    /** Fills an empty table with the map that the channel's next bytes are. After an exception it is closed. */
    static void load(ReadableByteChannel channel, LongTable table) throws IOException {
        try {
            Reader reader = new Reader(channel);
            long count = reader.begin(Kind.PAIRS);
            for (; reader.entry < count; reader.entry++) {
                long key = reader.readLong();
                long value = reader.readLong();
                if (table.find(key) >= 0) {
                    throw reader.wrong("has the key of an entry before");
                }
                table.insert(key, value);
            }
            reader.end(count);
        } catch (IOException | RuntimeException | Error e) {
            close(table::close, e);
            throw e;
        }
    }

    private static void close(Runnable close, Throwable because) {
        try {
            close.run();
        } catch (RuntimeException | Error e) {
            because.addSuppressed(e);
        }
    }

    private static String compared(int is, int shouldBe) {
        HexFormat hex = HexFormat.of();
        return "its checksum is " + hex.toHexDigits(is) + ", not " + hex.toHexDigits(shouldBe);
    }

    private static byte[] header(Kind kind, long count) {
        ByteBuffer header = littleEndian(new byte[HEADER_SIZE]).put(MAGIC).put(VERSION).put(kind.code());
        header.putLong(COUNT_AT, count);
        header.putInt(CHECKSUM_AT, checksumOf(header.array()));
        return header.array();
    }

    private static int checksumOf(byte[] header) {
        CRC32C checksum = new CRC32C();
        checksum.update(header, 0, CHECKSUM_AT);
        return (int) checksum.getValue();
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Pieces on their way into a channel. */
    private static final class Writer {
        private final WritableByteChannel channel;
        private final CRC32C checksum = new CRC32C();
        /** The next piece, between its size and its checksum. */
        private final byte[] piece = new byte[SIZE_SIZE + PIECE_MAX + CHECKSUM_SIZE];
        private final ByteBuffer numbers = littleEndian(piece);
        private int at = SIZE_SIZE;

        Writer(WritableByteChannel channel) {
            ArrayFile.requireBlocking(Objects.requireNonNull(channel, "channel"));
            this.channel = channel;
        }

        void begin(Kind kind, long count) throws IOException {
            byte[] header = header(kind, count);
            checksum.update(header);
            ArrayFile.write(channel, ByteBuffer.wrap(header));
        }

        int room() {
            return SIZE_SIZE + PIECE_MAX - at;
        }

        /** Sees to it that so many bytes can be put into the piece. */
        void makeRoom(int bytes) throws IOException {
            if (room() < bytes) {
                flush();
            }
        }

        void putLong(long value) throws IOException {
            makeRoom(Long.BYTES);
            numbers.putLong(at, value);
            at += Long.BYTES;
        }

        void putHead(long head) throws IOException {
            makeRoom(HEAD_BITS_MAX / 7);
            long rest = head;
            for (; rest >= 0x80; rest >>>= 7) {
                piece[at++] = (byte) (rest | 0x80);
            }
            piece[at++] = (byte) rest;
        }

        void end() throws IOException {
            if (at > SIZE_SIZE) {
                flush();
            }
            flush();
        }

        private void flush() throws IOException {
            numbers.putInt(0, at - SIZE_SIZE);
            checksum.update(piece, 0, at);
            numbers.putInt(at, (int) checksum.getValue());
            ArrayFile.write(channel, numbers.duplicate().limit(at + CHECKSUM_SIZE));
            at = SIZE_SIZE;
        }
    }

    /** Pieces that come from a channel. No byte behind the map is read. */
    private static final class Reader {
        private final ReadableByteChannel channel;
        private final CRC32C checksum = new CRC32C();
        /** The piece, its checksum, and the size of the next one. */
        private final byte[] piece = new byte[PIECE_MAX + CHECKSUM_SIZE + SIZE_SIZE];
        private final ByteBuffer numbers = littleEndian(piece);
        private int at;
        private int limit;
        private int nextSize;
        /** Where in the saved map the piece begins. */
        private long begins;
        /** Which entry is being read. */
        private long entry;

        Reader(ReadableByteChannel channel) {
            ArrayFile.requireBlocking(Objects.requireNonNull(channel, "channel"));
            this.channel = channel;
        }

        /** How many entries are to come. */
        long begin(Kind kind) throws IOException {
            byte[] bytes = new byte[HEADER_SIZE];
            ByteBuffer header = littleEndian(bytes);
            ArrayFile.read(channel, header);
            byte[] start = Arrays.copyOf(bytes, Math.min(MAGIC.length, header.position()));
            if (!Arrays.equals(start, Arrays.copyOf(MAGIC, start.length))) {
                throw new IOException("this is no saved map: it begins with " + HexFormat.of().formatHex(start));
            }
            if (header.hasRemaining()) {
                throw new EOFException("the saved map ends after " + header.position() + " bytes, within its header");
            }
            if (bytes[VERSION_AT] != VERSION) {
                throw new IOException(
                    "the map was saved in version " + bytes[VERSION_AT] + " of the format; known is " + VERSION);
            }
            int shouldBe = header.getInt(CHECKSUM_AT);
            if (shouldBe != checksumOf(bytes)) {
                throw new IOException("the saved map's header is damaged: " + compared(checksumOf(bytes), shouldBe));
            }
            requireKind(bytes[KIND_AT], kind);
            long count = header.getLong(COUNT_AT);
            if (count < 0 || !Arrays.equals(bytes, header(kind, count))) {
                throw new IOException("the saved map's header is none of this version: "
                    + HexFormat.of().formatHex(bytes));
            }
            checksum.update(bytes);
            begins = HEADER_SIZE;
            readFully(ByteBuffer.wrap(piece, 0, SIZE_SIZE), begins);
            nextSize = numbers.getInt(0);
            return count;
        }

        private static void requireKind(byte code, Kind kind) throws IOException {
            if (code != kind.code()) {
                Kind[] kinds = Kind.values();
                String noun = code >= 1 && code <= kinds.length ? kinds[code - 1].noun : "kind " + code;
                throw new IOException("the saved map is one of " + noun + ", not of " + kind.noun);
            }
        }

        /** Reads a text, which must be encoded as one of its chars is. */
        void readText(Text to) throws IOException {
            long head = readHead();
            long size = head >>> 1;
            boolean isWide = (head & 1) != 0;
            if (size > TEXT_MAX || isWide && size % 2 != 0) {
                throw wrong("has a string of " + size + " bytes, with " + (isWide ? 2 : 1) + " a char");
            }
            to.clear(isWide);
            int count;
            for (long done = 0; done < size; done += count) {
                require(1);
                count = (int) Math.min(size - done, limit - at);
                to.append(piece, at, count);
                at += count;
            }
            if (!to.isEncodedAsItShouldBe()) {
                throw wrong("has a string with 2 bytes a char, none of which needs them");
            }
        }

        /** Reads the bytes of a number. */
        void readNumber(Text to, int size) throws IOException {
            require(size);
            to.clear(false);
            to.append(piece, at, size);
            at += size;
        }

        long readLong() throws IOException {
            require(Long.BYTES);
            at += Long.BYTES;
            return numbers.getLong(at - Long.BYTES);
        }

        private long readHead() throws IOException {
            require(1);
            long head = 0;
            for (int shift = 0; shift < HEAD_BITS_MAX && at < limit; shift += 7) {
                byte next = piece[at++];
                head |= (long) (next & 0x7F) << shift;
                if (next > 0 || next == 0 && shift == 0) {
                    return head;
                }
                if (next == 0) {
                    break;
                }
            }
            throw wrong("has a string whose length is none");
        }

        /** Sees to it that so many bytes are there: numbers are never in two pieces. */
        private void require(int bytes) throws IOException {
            if (at == limit) {
                if (nextSize == 0) {
                    throw wrong("is not there: the saved map has no more entries");
                }
                nextPiece();
            }
            if (limit - at < bytes) {
                throw wrong("is not whole");
            }
        }

        private void nextPiece() throws IOException {
            int size = nextSize;
            if (size < 0 || size > PIECE_MAX) {
                throw new IOException("the saved map is damaged: at its byte " + begins + " begins a piece of "
                    + (size & 0xFFFF_FFFFL) + " bytes, where " + PIECE_MAX + " are the most");
            }
            boolean isLast = size == 0;
            int behind = size + CHECKSUM_SIZE + (isLast ? 0 : SIZE_SIZE);
            readFully(ByteBuffer.wrap(piece, 0, behind), begins + SIZE_SIZE);
            int shouldBe = numbers.getInt(size);
            littleEndianSize(size);
            checksum.update(piece, 0, size);
            if ((int) checksum.getValue() != shouldBe) {
                throw new IOException("the saved map is damaged, between its bytes " + begins + " and "
                    + (begins + SIZE_SIZE + size + CHECKSUM_SIZE) + ": "
                    + compared((int) checksum.getValue(), shouldBe));
            }
            begins += SIZE_SIZE + size + CHECKSUM_SIZE;
            nextSize = isLast ? 0 : numbers.getInt(size + CHECKSUM_SIZE);
            at = 0;
            limit = size;
        }

        private void littleEndianSize(int size) {
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                checksum.update(size >>> shift);
            }
        }

        /** Reads what is behind the entries. */
        void end(long count) throws IOException {
            if (at < limit || nextSize != 0) {
                throw new IOException("the saved map has more than the " + count + " entries that its header tells");
            }
            nextPiece();
        }

        private void readFully(ByteBuffer buffer, long from) throws IOException {
            int before = buffer.position();
            ArrayFile.read(channel, buffer);
            if (buffer.hasRemaining()) {
                throw new EOFException("the saved map ends after " + (from + buffer.position() - before)
                    + " bytes, within its entry " + entry + " or before");
            }
        }

        IOException wrong(String what) {
            return new IOException("the saved map is none of this version: entry " + entry + ", before byte "
                + begins + ", " + what);
        }
    }
}
