package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
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
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is saved is loaded; what is damaged, cut off or something else is refused, and says what it is. */
@SuppressWarnings("try") // channels of byte arrays need not be closed
class ArrayFileTest {
    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();

    @Test
    void theFormatStaysWhatItIs() throws IOException {
        byte[] saved;
        try (OffHeapShortArray array = new OffHeapShortArray(heap, 3)) {
            array.copyFrom(new short[] {1, -2, 0x1234}, 0, 0, 3);
            saved = save(array);
        }
        assertThat(HexFormat.of().formatHex(saved)).isEqualTo(
            "6d656d617272617901020100000000000300000000000000" + "00000000" + "11fdaaa7" + "0100feff3412" + "06baf823");
        assertThat((int) checksum(saved, 0, 28)).isEqualTo(littleEndian(saved).getInt(28));
        assertThat((int) checksum(saved, 32, 6)).isEqualTo(littleEndian(saved).getInt(38));
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void noByteCanBeAnotherOne(ArrayKind kind) throws IOException {
        byte[] saved = saved(kind, 5);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < saved.length; i++) {
            byte[] damaged = saved.clone();
            damaged[i] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> load(kind, damaged)).as("byte %d", i).isInstanceOf(IOException.class)
                .hasMessageContaining(i < 8 ? "no saved array" : i == 8 ? "version" : "damaged: its checksum is");
        }
    }

    @ParameterizedTest
    @EnumSource
    <S extends OffHeapArray<Object, S>> void noByteCanBeMissingAtTheEnd(ArrayKind kind) throws IOException {
        byte[] saved = saved(kind, 5);
        for (int i = 0; i < saved.length; i++) {
            byte[] part = Arrays.copyOf(saved, i);
            String message = i < 32 ? "the saved array ends after " + i + " bytes, within its header"
                : i < saved.length - 4 ? "the saved array ends after " + (i - 32) + " of its " + 5 * kind.size()
                : "the saved array ends before its checksum";
            assertThatThrownBy(() -> load(kind, part)).isInstanceOf(EOFException.class).hasMessageContaining(message);
        }
    }

    @Test
    void anotherTypeIsRefused() throws IOException {
        for (ArrayKind kind : ArrayKind.values()) {
            byte[] saved = saved(kind, 3);
            for (ArrayKind other : ArrayKind.values()) {
                if (other != kind) {
                    assertThatThrownBy(() -> load(other, saved)).isInstanceOf(IOException.class)
                        .hasMessage("the saved array has elements of type " + ElementType.valueOf(kind.name()).noun()
                            + ", not " + ElementType.valueOf(other.name()).noun());
                }
            }
        }
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        byte[] zip = "PK\3\4 and so on".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> load(ArrayKind.INT, zip)).isInstanceOf(IOException.class)
            .hasMessage("this is no saved array: it begins with 504b030420616e64");
        assertThatThrownBy(() -> load(ArrayKind.INT, new byte[1000])).isInstanceOf(IOException.class)
            .hasMessageContaining("no saved array");
        assertThatThrownBy(() -> load(ArrayKind.INT, new byte[0])).isInstanceOf(EOFException.class);
    }

    /** A header that nobody damaged, but that no array was saved with. */
    @Test
    void headersThatCannotBeAreRefused() throws IOException {
        byte[] saved = saved(ArrayKind.INT, 3);
        for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 61}) {
            littleEndian(saved).putLong(16, length).putInt(28, (int) checksum(saved, 0, 28));
            byte[] damaged = littleEndian(saved).putInt(28, (int) checksum(saved, 0, 28)).array();
            assertThatThrownBy(() -> load(ArrayKind.INT, damaged)).isInstanceOf(IOException.class)
                .hasMessageContaining("length " + length);
        }
        littleEndian(saved).putLong(16, 1L << 50).putInt(28, (int) checksum(saved, 0, 28));
        byte[] huge = littleEndian(saved).putInt(28, (int) checksum(saved, 0, 28)).array();
        assertThatThrownBy(() -> load(ArrayKind.INT, huge)).isInstanceOf(OutOfMemoryError.class);
        byte[] otherOrder = saved(ArrayKind.INT, 3);
        otherOrder[10] = 2;
        littleEndian(otherOrder).putInt(28, (int) checksum(otherOrder, 0, 28));
        assertThatThrownBy(() -> load(ArrayKind.INT, otherOrder)).hasMessageContaining("byte order 2");
        byte[] otherType = saved(ArrayKind.INT, 3);
        otherType[9] = 77;
        littleEndian(otherType).putInt(28, (int) checksum(otherType, 0, 28));
        assertThatThrownBy(() -> load(ArrayKind.INT, otherType)).hasMessageContaining("elements of type 77, not int");
        byte[] later = saved(ArrayKind.INT, 3);
        later[8] = 2;
        assertThatThrownBy(() -> load(ArrayKind.INT, later)).hasMessage(
            "the array was saved in version 2 of the format; known is 1");
    }

    @Test
    void filesAndSlices(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("array");
        try (OffHeapDoubleArray array = new OffHeapDoubleArray(heap, 300_000);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    StandardOpenOption.READ)) {
            for (int i = 0; i < 300_000; i++) {
                array.set(i, i / 3.0);
            }
            array.save(channel);
            assertThat(channel.size()).isEqualTo(32 + 300_000 * 8 + 4);
            array.slice(100_000, 200_000).save(channel);
            channel.position(0);
            try (OffHeapDoubleArray all = OffHeapDoubleArray.load(heap, channel);
                    OffHeapDoubleArray part = OffHeapDoubleArray.load(heap, channel)) {
                assertThat(all).isEqualTo(array);
                assertThat(part).isEqualTo(array.slice(100_000, 200_000));
            }
            assertThat(channel.position()).isEqualTo(channel.size());
        }
    }

    @Test
    void theProcessHeapIsTheDefault() throws IOException {
        byte[] saved = saved(ArrayKind.FLOAT, 7);
        try (OffHeapFloatArray array = OffHeapFloatArray.load(channel(saved))) {
            assertThat(array.length()).isEqualTo(7);
        }
    }

    /** Channels may take and give less than they are asked for. */
    @Test
    void channelsThatTakeTheirTime() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        SplittableRandom random = new SplittableRandom(1);
        try (OffHeapLongArray array = new OffHeapLongArray(heap, 20_000)) {
            array.fill(77);
            array.save(new Sink(file) {
                @Override
                public int write(ByteBuffer source) {
                    ByteBuffer some = source.slice(source.position(), random.nextInt(source.remaining() + 1));
                    source.position(source.position() + some.remaining());
                    file.writeBytes(bytes(some));
                    return some.capacity();
                }
            });
            try (OffHeapLongArray loaded = OffHeapLongArray.load(heap, new Source(file.toByteArray()) {
                @Override
                public int read(ByteBuffer target) throws IOException {
                    ByteBuffer some = target.slice(target.position(), random.nextInt(target.remaining() + 1));
                    int count = super.read(some);
                    target.position(target.position() + Math.max(0, count));
                    return count;
                }
            })) {
                assertThat(loaded).isEqualTo(array);
            }
        }
    }

    @Test
    void whatAChannelThrowsComesOut() throws IOException {
        byte[] saved = saved(ArrayKind.INT, 100_000);
        ReadableByteChannel failing = new Source(saved) {
            private int reads;

            @Override
            public int read(ByteBuffer target) throws IOException {
                if (++reads > 3) {
                    throw new IOException("the cable is out");
                }
                return super.read(target);
            }
        };
        assertThatThrownBy(() -> OffHeapIntArray.load(heap, failing)).isInstanceOf(IOException.class)
            .hasMessage("the cable is out");
        try (Heap small = new Heap(HeapOptions.defaults().withLimit(100_000))) {
            assertThatThrownBy(() -> OffHeapIntArray.load(small, channel(saved))).isInstanceOf(OutOfMemoryError.class);
            CheckedHeap.requireAllFreed(small);
        }
    }

    @Test
    void aChannelMayChangeTheArray() {
        OffHeapIntArray array = new OffHeapIntArray(heap, 100_000);
        assertThatThrownBy(() -> array.save(new Sink(new ByteArrayOutputStream()) {
            @Override
            public int write(ByteBuffer source) {
                array.add(1);
                return super.write(source);
            }
        })).isInstanceOf(ConcurrentModificationException.class);
        assertThatThrownBy(() -> array.save(new Sink(new ByteArrayOutputStream()) {
            @Override
            public int write(ByteBuffer source) {
                array.close();
                return super.write(source);
            }
        })).isInstanceOf(IllegalStateException.class).hasMessage("the array is closed");
    }

    @Test
    void channelsThatDoNotBlockAreRefused() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source(); Pipe.SinkChannel sink = pipe.sink();
                OffHeapIntArray array = new OffHeapIntArray(heap, 3)) {
            source.configureBlocking(false);
            sink.configureBlocking(false);
            assertThatThrownBy(() -> array.save(sink)).isInstanceOf(IllegalBlockingModeException.class);
            assertThatThrownBy(() -> OffHeapIntArray.load(heap, source))
                .isInstanceOf(IllegalBlockingModeException.class);
        }
    }

    @Test
    void bytesAreSwappedWithinElements() {
        byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        ArrayFile.swap(bytes, 8, 4);
        assertThat(bytes).containsExactly(4, 3, 2, 1, 8, 7, 6, 5, 9);
        ArrayFile.swap(bytes, 8, 1);
        assertThat(bytes).containsExactly(4, 3, 2, 1, 8, 7, 6, 5, 9);
    }

    private <S extends OffHeapArray<Object, S>> byte[] saved(ArrayKind kind, int length) throws IOException {
        List<Object> elements = kind.random(new SplittableRandom(1), length);
        try (S array = kind.arrayOf(heap, elements)) {
            return save(array);
        }
    }

    private static byte[] save(OffHeapArray<?, ?> array) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        array.save(Channels.newChannel(file));
        return file.toByteArray();
    }

    private <S extends OffHeapArray<Object, S>> S load(ArrayKind kind, byte[] file) throws IOException {
        return kind.load(heap, channel(file));
    }

    private static ReadableByteChannel channel(byte[] file) {
        return Channels.newChannel(new ByteArrayInputStream(file));
    }

    private static ByteBuffer littleEndian(byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long checksum(byte[] file, int from, int size) {
        CRC32C checksum = new CRC32C();
        checksum.update(file, from, size);
        return checksum.getValue();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** A channel that writes to memory. */
    private static class Sink implements WritableByteChannel {
        private final ByteArrayOutputStream file;

        Sink(ByteArrayOutputStream file) {
            this.file = file;
        }

        @Override
        public int write(ByteBuffer source) {
            byte[] bytes = bytes(source);
            file.writeBytes(bytes);
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
        }
    }

    /** A channel that reads from memory. */
    private static class Source implements ReadableByteChannel {
        private final ReadableByteChannel file;

        Source(byte[] file) {
            this.file = channel(file);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return file.read(target);
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
