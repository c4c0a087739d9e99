package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import dev.memalloc.Memory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is saved is loaded; what is damaged, cut off or something else is refused, says why, and leaves nothing. */
@SuppressWarnings("try") // channels of byte arrays need not be closed
class MapFileTest {
    private static final HexFormat HEX = HexFormat.of();

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    /** The maps that can be saved. Their text is what is compared. */
    enum Kind {
        STRINGS {
            @Override
            AutoCloseable filled(Heap heap, int entries) {
                OffHeapStringMap map = new OffHeapStringMap(heap);
                for (int i = 0; i < entries; i++) {
                    map.put("key " + i, "v\u0100".repeat(i % 7));
                }
                return map;
            }

            @Override
            void save(AutoCloseable map, WritableByteChannel channel) throws IOException {
                ((OffHeapStringMap) map).save(channel);
            }

            @Override
            AutoCloseable load(Heap heap, ReadableByteChannel channel) throws IOException {
                OffHeapStringMap map = OffHeapStringMap.load(heap, channel);
                map.check();
                return map;
            }
        },
        INTS {
            @Override
            AutoCloseable filled(Heap heap, int entries) {
                OffHeapStringIntMap map = new OffHeapStringIntMap(heap);
                for (int i = 0; i < entries; i++) {
                    map.put("key " + i, ~i << i);
                }
                return map;
            }

            @Override
            void save(AutoCloseable map, WritableByteChannel channel) throws IOException {
                ((OffHeapStringIntMap) map).save(channel);
            }

            @Override
            AutoCloseable load(Heap heap, ReadableByteChannel channel) throws IOException {
                OffHeapStringIntMap map = OffHeapStringIntMap.load(heap, channel);
                map.check();
                return map;
            }
        },
        LONGS {
            @Override
            AutoCloseable filled(Heap heap, int entries) {
                OffHeapStringLongMap map = new OffHeapStringLongMap(heap);
                for (int i = 0; i < entries; i++) {
                    map.put("key " + i, ~i * 0x1234_5678_9ABCL);
                }
                return map;
            }

            @Override
            void save(AutoCloseable map, WritableByteChannel channel) throws IOException {
                ((OffHeapStringLongMap) map).save(channel);
            }

            @Override
            AutoCloseable load(Heap heap, ReadableByteChannel channel) throws IOException {
                OffHeapStringLongMap map = OffHeapStringLongMap.load(heap, channel);
                map.check();
                return map;
            }
        },
        PAIRS {
            @Override
            AutoCloseable filled(Heap heap, int entries) {
                OffHeapLongLongMap map = new OffHeapLongLongMap(heap);
                for (int i = 0; i < entries; i++) {
                    map.put(i * 0x1234_5678_9ABCL, ~i);
                }
                return map;
            }

            @Override
            void save(AutoCloseable map, WritableByteChannel channel) throws IOException {
                ((OffHeapLongLongMap) map).save(channel);
            }

            @Override
            AutoCloseable load(Heap heap, ReadableByteChannel channel) throws IOException {
                OffHeapLongLongMap map = OffHeapLongLongMap.load(heap, channel);
                map.check();
                return map;
            }
        };

        abstract AutoCloseable filled(Heap heap, int entries);

        abstract void save(AutoCloseable map, WritableByteChannel channel) throws IOException;

        abstract AutoCloseable load(Heap heap, ReadableByteChannel channel) throws IOException;

        byte[] saved(AutoCloseable map) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            save(map, Channels.newChannel(bytes));
            return bytes.toByteArray();
        }

        AutoCloseable load(Heap heap, byte[] bytes) throws IOException {
            return load(heap, channel(bytes));
        }
    }

    @Test
    void theFormatStaysWhatItIs() throws Exception {
        try (OffHeapStringMap strings = new OffHeapStringMap(heap);
                OffHeapStringIntMap ints = new OffHeapStringIntMap(heap);
                OffHeapStringLongMap longs = new OffHeapStringLongMap(heap);
                OffHeapLongLongMap pairs = new OffHeapLongLongMap(heap)) {
            strings.put("aÿ", "b\u0101\ud800");
            ints.put("a".repeat(64), -2);
            longs.put("", 0x0102_0304_0506_0708L);
            pairs.put(-2, 5);
            String header = "6d656d2d6d617073" + "01" + "%s" + "000000000000" + "0100000000000000" + "00000000";
            requireFormat(Kind.STRINGS.saved(strings), header.formatted("01"),
                "0a000000" + "0461ff" + "0d" + "6200010100d8");
            requireFormat(Kind.INTS.saved(ints), header.formatted("02"),
                "46000000" + "8001" + "61".repeat(64) + "feffffff");
            requireFormat(Kind.LONGS.saved(longs), header.formatted("03"), "09000000" + "00" + "0807060504030201");
            requireFormat(Kind.PAIRS.saved(pairs), header.formatted("04"),
                "10000000" + "feffffffffffffff" + "0500000000000000");
        }
    }

    private static void requireFormat(byte[] saved, String header, String piece) {
        byte[] covered = HEX.parseHex(header + "00000000" + piece + "00000000");
        littleEndian(covered).putInt(28, crc(covered, 28));
        int pieceEnd = covered.length - 4;
        String expected = HEX.formatHex(covered, 0, pieceEnd) + hex(crc(covered, pieceEnd))
            + "00000000" + hex(crc(covered, covered.length));
        assertThat(HEX.formatHex(saved)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSavedIsLoaded(Kind kind) throws Exception {
        for (int entries : new int[] {0, 1, 10, 3000, 20_000}) {
            try (AutoCloseable map = kind.filled(heap, entries);
                    AutoCloseable loaded = kind.load(heap, kind.saved(map))) {
                assertThat(loaded.equals(map)).as("%d entries", entries).isTrue();
                assertThat(loaded.hashCode()).isEqualTo(map.hashCode());
            }
        }
    }

    @Test
    void hardAndLongStringsAreLoaded() throws IOException {
        List<String> strings = HardStrings.ALL;
        SplittableRandom random = Seed.random();
        try (OffHeapStringMap map = new OffHeapStringMap(heap);
                OffHeapStringIntMap ints = new OffHeapStringIntMap(heap)) {
            for (int i = 0; i < strings.size(); i++) {
                map.put(strings.get(i), strings.get(strings.size() - 1 - i));
                ints.put(strings.get(i), i);
            }
            for (int i = 0; i < 100; i++) { // of which each ends elsewhere in a piece
                String value = (i % 2 == 0 ? "x" : "\u0416").repeat((i % 3 == 0 ? 65_400 : 0) + random.nextInt(400));
                map.put("k" + i, value);
            }
            try (OffHeapStringMap loaded = OffHeapStringMap.load(heap, channel(Kind.STRINGS.saved(map)));
                    OffHeapStringIntMap loadedInts = OffHeapStringIntMap.load(heap, channel(Kind.INTS.saved(ints)))) {
                loaded.check();
                assertThat(loaded.equals(map)).isTrue();
                assertThat(loadedInts.equals(ints)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void filesHoldSeveralMaps(Kind kind, @TempDir Path directory) throws Exception {
        Path file = directory.resolve("maps");
        try (AutoCloseable first = kind.filled(heap, 20_000); AutoCloseable second = kind.filled(heap, 7)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                kind.save(first, channel);
                kind.save(second, channel);
                channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            }
            try (FileChannel channel = FileChannel.open(file)) {
                try (AutoCloseable loaded = kind.load(heap, channel)) {
                    assertThat(loaded.equals(first)).isTrue();
                }
                try (AutoCloseable loaded = kind.load(heap, channel)) {
                    assertThat(loaded.equals(second)).isTrue();
                }
                assertThat(channel.position()).as("what follows is not read").isEqualTo(channel.size() - 3);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void channelsMayTakeAndGiveLittleAtATime(Kind kind) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (AutoCloseable map = kind.filled(heap, 8000)) {
            kind.save(map, new Dribble(bytes, Long.MAX_VALUE));
            assertThat(bytes.toByteArray()).isEqualTo(kind.saved(map));
            try (AutoCloseable loaded = kind.load(heap, new Trickle(bytes.toByteArray()))) {
                assertThat(loaded.equals(map)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void noBitCanBeAnotherOne(Kind kind) throws Exception {
        byte[] saved = savedAndClosed(kind, 3);
        for (int bit = 0; bit < saved.length * 8; bit++) {
            byte[] damaged = saved.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            String message = bit < 64 ? "this is no saved map: it begins with "
                : bit < 72 ? "of the format; known is 1"
                : bit < 256 ? "the saved map's header is damaged: its checksum is " : "the saved map ";
            requireRefused(kind, damaged, IOException.class, message);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noByteCanBeMissingAtTheEnd(Kind kind) throws Exception {
        byte[] saved = savedAndClosed(kind, 3);
        for (int i = 0; i < saved.length; i++) {
            requireRefused(kind, Arrays.copyOf(saved, i), EOFException.class,
                "the saved map ends after " + i + " bytes, within its " + (i < 32 ? "header" : "entry "));
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyEntriesThatAreCutOffOrDamagedAreRefused(Kind kind) throws Exception {
        byte[] saved = savedAndClosed(kind, 10_000);
        SplittableRandom random = Seed.random();
        for (int i = 0; i < 8; i++) {
            int at = random.nextInt(32, saved.length);
            requireRefused(kind, Arrays.copyOf(saved, at), EOFException.class, "the saved map ends after " + at);
            byte[] damaged = saved.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            requireRefused(kind, damaged, IOException.class, "the saved map ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherKindOfMapIsRefused(Kind kind) throws Exception {
        byte[] saved = savedAndClosed(kind, 3);
        for (Kind other : Kind.values()) {
            if (other != kind) {
                requireRefused(other, saved, IOException.class, "the saved map is one of ");
            }
        }
        byte[] array;
        try (OffHeapIntArray ints = new OffHeapIntArray(heap, 3)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ints.save(Channels.newChannel(bytes));
            array = bytes.toByteArray();
        }
        requireRefused(kind, array, IOException.class, "this is no saved map: it begins with 6d656d6172726179");
        requireRefused(kind, "a text".getBytes(StandardCharsets.UTF_8), IOException.class, "this is no saved map");
        requireRefused(kind, new byte[0], EOFException.class, "ends after 0 bytes");
        assertThatThrownBy(() -> OffHeapStringIntMap.load(heap, channel(savedAndClosed(Kind.PAIRS, 1))))
            .hasMessage("the saved map is one of longs to longs, not of strings to ints");
        assertThatThrownBy(() -> OffHeapStringIntMap.load(heap, channel(file(9, 0)))).hasMessageContaining("of kind 9");
    }

    @Test
    void whatNoVersionWritesIsRefused() {
        byte[] future = file(1, 0);
        future[8] = 2;
        littleEndian(future).putInt(28, crc(future, 28));
        requireNoMap(future, "the map was saved in version 2 of the format; known is 1");
        byte[] unused = file(1, 0);
        unused[24] = 1;
        littleEndian(unused).putInt(28, crc(unused, 28));
        requireNoMap(unused, "header is none of this version: 6d656d2d6d617073");
        requireNoMap(file(1, -1), "header is none of this version");
        requireNoMap(file(1, 1), "entry 0, before byte 32, is not there: the saved map has no more entries");
        requireNoMap(file(1, 2, "0261" + "00"), "entry 1, before byte 43, is not there");
        requireNoMap(file(1, 0, "0261" + "00"), "more than the 0 entries that its header tells");
        requireNoMap(file(1, 1, "0261" + "0000"), "more than the 1 entries");
        requireNoMap(file(1, 1, "026100", "00"), "more than the 1 entries");
        requireNoMap(file(1, 2, "0261" + "00" + "0261" + "00"), "entry 1, before byte 46, has the key of an entry");
        requireNoMap(file(1, 1, "0361" + "00"), "has a string of 1 bytes, with 2 a char");
        requireNoMap(file(1, 1, "056100" + "00"), "none of which needs them");
        requireNoMap(file(1, 1, "8000" + "00"), "a string whose length is none");
        requireNoMap(file(1, 1, "808080808001" + "00"), "a string whose length is none");
        requireNoMap(file(1, 1, "80"), "a string whose length is none");
        requireNoMap(file(1, 1, "feffffff1f" + "00"), "has a string of 4294967295 bytes, with 1 a char");
        requireNoMap(file(1, 1, "bcffffff0f" + "6161"), "is not there: the saved map has no more entries");
        requireNoMap(file(1, 1, "0461", "61" + "00"), null);
        requireNoMap(file(2, 1, "0261" + "010203"), "not of strings to strings");
        assertThatThrownBy(() -> OffHeapStringIntMap.load(heap, channel(file(2, 1, "0261" + "010203"))))
            .isInstanceOf(IOException.class).hasMessageContaining("entry 0, before byte 45, is not whole");
        assertThatThrownBy(() -> OffHeapLongLongMap.load(heap, channel(file(4, 2, "00".repeat(32)))))
            .isInstanceOf(IOException.class).hasMessageContaining("entry 1, before byte 72, has the key of an entry");
        byte[] long0 = file(1, 1, "00".repeat(2));
        littleEndian(long0).putInt(32, -1);
        requireNoMap(long0, "at its byte 32 begins a piece of 4294967295 bytes, where 65536 are the most");
    }

    /** With null for the message, it is a map. */
    private void requireNoMap(byte[] bytes, String message) {
        if (message == null) {
            assertThat(load(bytes)).isEqualTo(Map.of("aa", ""));
        } else {
            requireRefused(Kind.STRINGS, bytes, IOException.class, message);
        }
    }

    private Map<String, String> load(byte[] bytes) {
        try (OffHeapStringMap map = OffHeapStringMap.load(heap, channel(bytes))) {
            return new HashMap<>(map);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noLengthIsBelieved() {
        byte[] bytes = file(1, Long.MAX_VALUE, "0261" + "bcffffff0f" + "62".repeat(1000));
        for (int i = 0; i < 3; i++) {
            requireRefused(Kind.STRINGS, bytes, IOException.class, "no more entries");
        }
        assertThat(heap.stats().bytesPeak()).isLessThan(1 << 20);
    }

    @ParameterizedTest
    @EnumSource
    void aChannelThatFailsHarmsNoMap(Kind kind) throws Exception {
        try (AutoCloseable map = kind.filled(heap, 5000)) {
            byte[] saved = kind.saved(map);
            for (long limit : new long[] {0, 5, 32, 33, 40, 40_000, saved.length - 9, saved.length - 1}) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                assertThatThrownBy(() -> kind.save(map, new Dribble(bytes, limit))).isInstanceOf(IOException.class)
                    .hasMessage("full");
                assertThat(bytes.toByteArray()).isEqualTo(Arrays.copyOf(saved, bytes.size()));
            }
            assertThat(kind.saved(map)).isEqualTo(saved);
        }
        ReadableByteChannel failing = new Trickle(savedAndClosed(kind, 5000)) {
            @Override
            public int read(ByteBuffer to) throws IOException {
                if (at > 20_000) {
                    throw new IOException("lost");
                }
                return super.read(to);
            }
        };
        assertThatThrownBy(() -> kind.load(heap, failing)).isInstanceOf(IOException.class).hasMessage("lost");
        assertThat(heap.stats().blocksLive()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void withoutMemoryNothingIsLeft(Kind kind) throws Exception {
        byte[] saved = savedAndClosed(kind, 5000);
        for (long limit = 0; limit < 60_000; limit += 17_000) {
            try (Heap small = new Heap(HeapOptions.defaults().withLimit(limit))) {
                assertThatThrownBy(() -> kind.load(small, saved)).isInstanceOf(OutOfMemoryError.class);
                CheckedHeap.requireAllFreed(small);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("unchecked")
    void aMapThatChangesMeanwhileIsRefused(Kind kind) throws Exception {
        try (AutoCloseable map = kind.filled(heap, 10_000)) {
            WritableByteChannel changing = new Dribble(new ByteArrayOutputStream(), Long.MAX_VALUE) {
                @Override
                public int write(ByteBuffer from) throws IOException {
                    if (kind == Kind.PAIRS) {
                        ((OffHeapLongLongMap) map).put(written, 1);
                    } else if (kind == Kind.STRINGS) {
                        ((Map<String, String>) map).put("new " + written, "");
                    } else {
                        ((StringKeyedMap) map).remove("key " + written % 10_000);
                        ((StringKeyedMap) map).remove("key 5");
                    }
                    int size = from.remaining();
                    from.position(from.limit());
                    written += size;
                    return size;
                }
            };
            assertThatThrownBy(() -> kind.save(map, changing)).isInstanceOf(ConcurrentModificationException.class);
        }
    }

    @Test
    void aLongStringThatIsReplacedMeanwhileIsRefused() {
        try (OffHeapStringMap map = new OffHeapStringMap(heap)) {
            map.put("a", "x".repeat(500_000));
            WritableByteChannel changing = new Dribble(new ByteArrayOutputStream(), Long.MAX_VALUE) {
                @Override
                public int write(ByteBuffer from) throws IOException {
                    if (written > 100_000) {
                        map.put("a", "y");
                    }
                    return super.write(from);
                }
            };
            assertThatThrownBy(() -> map.save(changing)).isInstanceOf(ConcurrentModificationException.class);
        }
    }

    @Test
    void theProcessHeapIsTheDefault() throws Exception {
        long before = Memory.stats().blocksLive();
        try (OffHeapStringMap strings = OffHeapStringMap.load(channel(savedAndClosed(Kind.STRINGS, 3)));
                OffHeapStringIntMap ints = OffHeapStringIntMap.load(channel(savedAndClosed(Kind.INTS, 3)));
                OffHeapStringLongMap longs = OffHeapStringLongMap.load(channel(savedAndClosed(Kind.LONGS, 3)));
                OffHeapLongLongMap pairs = OffHeapLongLongMap.load(channel(savedAndClosed(Kind.PAIRS, 3)))) {
            assertThat(strings.size() + ints.size() + longs.size() + pairs.size()).isEqualTo(12);
            assertThat(Memory.stats().blocksLive()).isEqualTo(before + 4);
        }
        assertThat(Memory.stats().blocksLive()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeUsedIsRefused(Kind kind) throws Exception {
        byte[] saved = savedAndClosed(kind, 3);
        AutoCloseable map = kind.filled(heap, 3);
        assertThatThrownBy(() -> kind.save(map, null)).isInstanceOf(NullPointerException.class).hasMessage("channel");
        assertThatThrownBy(() -> kind.load(heap, (ReadableByteChannel) null)).isInstanceOf(NullPointerException.class)
            .hasMessage("channel");
        assertThatThrownBy(() -> kind.load(null, saved)).isInstanceOf(NullPointerException.class).hasMessage("heap");
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink(); Pipe.SourceChannel source = pipe.source()) {
            sink.configureBlocking(false);
            source.configureBlocking(false);
            assertThatThrownBy(() -> kind.save(map, sink)).isInstanceOf(IllegalBlockingModeException.class);
            assertThatThrownBy(() -> kind.load(heap, source)).isInstanceOf(IllegalBlockingModeException.class);
        }
        map.close();
        assertThatThrownBy(() -> kind.saved(map)).isInstanceOf(IllegalStateException.class)
            .hasMessage("the map is closed");
    }

    private void requireRefused(Kind kind, byte[] bytes, Class<? extends Exception> type, String message) {
        assertThatThrownBy(() -> kind.load(heap, bytes)).isInstanceOf(type).hasMessageContaining(message);
        assertThat(heap.stats().blocksLive()).as("blocks live after a refusal").isZero();
    }

    private byte[] savedAndClosed(Kind kind, int entries) throws Exception {
        try (AutoCloseable map = kind.filled(heap, entries)) {
            return kind.saved(map);
        }
    }

    private static ReadableByteChannel channel(byte[] bytes) {
        return Channels.newChannel(new ByteArrayInputStream(bytes));
    }

    /** What a file with these pieces is, whose checksums are right. */
    private static byte[] file(int kind, long count, String... pieces) {
        StringBuilder covered = new StringBuilder("6d656d2d6d617073" + "01" + "%02x".formatted(kind));
        byte[] header = Arrays.copyOf(HEX.parseHex(covered), 32);
        littleEndian(header).putLong(16, count).putInt(28, crc(header, 28));
        CRC32C checksum = new CRC32C();
        checksum.update(header);
        StringBuilder file = new StringBuilder(HEX.formatHex(header));
        for (int i = 0; i <= pieces.length; i++) {
            byte[] piece = i < pieces.length ? HEX.parseHex(pieces[i]) : new byte[0];
            byte[] size = HEX.parseHex(hex(piece.length));
            checksum.update(size);
            checksum.update(piece);
            file.append(HEX.formatHex(size)).append(HEX.formatHex(piece)).append(hex((int) checksum.getValue()));
        }
        return HEX.parseHex(file);
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String hex(int value) {
        return HEX.toHexDigits(Integer.reverseBytes(value));
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }

    /** Takes some bytes at a time, and fails when it has taken so many. */
    private static class Dribble implements WritableByteChannel {
        private final ByteArrayOutputStream to;
        private final long limit;
        long written;

        Dribble(ByteArrayOutputStream to, long limit) {
            this.to = to;
            this.limit = limit;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            if (written >= limit) {
                throw new IOException("full");
            }
            int size = (int) Math.min(limit - written, Math.min(from.remaining(), 1 + written % 997));
            byte[] bytes = new byte[size];
            from.get(bytes);
            to.writeBytes(bytes);
            written += size;
            return size;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
        }
    }

    /** Gives some bytes at a time. */
    private static class Trickle implements ReadableByteChannel {
        private final byte[] bytes;
        int at;

        Trickle(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            if (at == bytes.length) {
                return -1;
            }
            int size = Math.min(bytes.length - at, Math.min(to.remaining(), 1 + at % 997));
            to.put(bytes, at, size);
            at += size;
            return size;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
        }
    }
}
