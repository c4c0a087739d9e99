package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Buffers that files and pipes are written from and read into. */
final class FileAccess {
    private FileAccess() {
    }

    static void show() {
        withFile("file", file -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                int written = channel.write(Buffers.filled(1000)) + channel.write(Buffers.filled(500), 1000);
                ByteBuffer back = ByteBuffer.allocateDirect(5000);
                int read = channel.read(back, 0) + channel.read(back.slice(2000, 100), 700);
                return written + " " + read + " " + back.flip().hashCode() + " " + channel.read(back, 5000);
            }
        });
        withFile("file, scattered and gathered", file -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long written = channel.write(new ByteBuffer[] {
                    Buffers.filled(1000), Buffers.fill(ByteBuffer.allocate(10)), Buffers.filled(0),
                    Buffers.filled(2000).position(500)});
                channel.position(0);
                ByteBuffer[] parts = {ByteBuffer.allocateDirect(700), ByteBuffer.allocateDirect(5000).slice(1, 4000)};
                long read = channel.read(parts);
                return written + " " + read + " " + parts[0].flip().hashCode() + " " + parts[1].flip().hashCode();
            }
        });
        withFile("file, asynchronous", file -> {
            try (AsynchronousFileChannel channel = AsynchronousFileChannel.open(file, StandardOpenOption.READ,
                    StandardOpenOption.WRITE)) {
                int written = channel.write(Buffers.filled(1000), 0).get();
                ByteBuffer back = ByteBuffer.allocateDirect(5000);
                return written + " " + channel.read(back, 10).get() + " " + back.flip().hashCode();
            }
        });
        withFile("file into read-only", file -> {
            try (FileChannel channel = FileChannel.open(file)) {
                return channel.read(ByteBuffer.allocateDirect(10).asReadOnlyBuffer());
            }
        });
        withFile("file that is mapped", file -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 1000);
                mapped.put(Buffers.filled(1000));
                mapped.force();
                ByteBuffer back = ByteBuffer.allocateDirect(1000);
                channel.read(back);
                return mapped + " " + mapped.flip().mismatch(back.flip());
            }
        });
        print("pipe", () -> {
            Pipe pipe = Pipe.open();
            try (Pipe.SinkChannel sink = pipe.sink(); Pipe.SourceChannel source = pipe.source()) {
                long written = sink.write(new ByteBuffer[] {Buffers.filled(100), Buffers.filled(200)});
                ByteBuffer back = ByteBuffer.allocateDirect(300);
                while (back.hasRemaining()) {
                    source.read(back);
                }
                return written + " " + back.flip().hashCode();
            }
        });
    }

    private static void withFile(String name, FileUse use) {
        print(name, () -> {
            Path file = Files.createTempFile("behaviour", null);
            try {
                return use.apply(file);
            } finally {
                Files.delete(file);
            }
        });
    }

    private interface FileUse {
        Object apply(Path file) throws Exception;
    }
}
