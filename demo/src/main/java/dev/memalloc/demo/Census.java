package dev.memalloc.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The job: reads each input file through a direct buffer of its own and counts its constants in a tally.
 *
 * <p>It is the same whatever the way: only the tally differs, and who serves {@code ByteBuffer.allocateDirect}. A
 * file that cannot be used is noted and passed over; nothing of it is counted.
 */
final class Census implements InputFiles.Visitor {
    private final Tally tally;
    private final Progress progress;
    private final DirectBuffers buffers = new DirectBuffers();
    private final Figures figures = new Figures();

    Census(Tally tally, Progress progress) {
        this.tally = tally;
        this.progress = progress;
    }

    /** What has been read, counted and allocated so far. */
    Figures figures() {
        figures.set(Figure.CONSTANTS, tally.constants());
        figures.set(Figure.OCCURRENCES, tally.occurrences());
        figures.set(Figure.BYTES_OFF_HEAP, tally.bytesOffHeap());
        figures.set(Figure.BUFFERS, buffers.served());
        figures.set(Figure.BUFFER_BYTES, buffers.bytes());
        figures.set(Figure.BUFFER_BYTES_PEAK, buffers.bytesPeak());
        return figures;
    }

    @Override
    public void file(String name, Path path) {
        progress.show(tally);
        if (!Files.isRegularFile(path)) {
            figures.add(Figure.SKIPPED, 1);
            return;
        }
        try {
            ByteBuffer contents = read(path);
            int size = contents.limit();
            count(name, contents, InputFiles.isClassFile(path));
            tally.endFile();
            figures.add(Figure.FILES, 1);
            figures.add(Figure.BYTES_READ, size);
        } catch (CharacterCodingException e) {
            figures.add(Figure.SKIPPED, 1);
        } catch (IOException e) {
            unreadable(name, e);
        }
    }

    @Override
    public void unreadable(String name, IOException why) {
        figures.add(Figure.UNUSABLE, 1);
        // Of the more special exceptions the message is often the name once more, and the class says what is wrong.
        figures.addProblem(name + ": " + (why.getClass() == IOException.class ? why.getMessage() : why.toString()));
    }

    private ByteBuffer read(Path path) throws IOException {
        try (ReadableByteChannel channel = Files.newByteChannel(path)) {
            ByteBuffer buffer = buffers.allocate(Files.size(path));
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                progress.show(tally);
            }
            return buffer.flip();
        }
    }

    private void count(String name, ByteBuffer contents, boolean isClassFile) throws IOException {
        if (isClassFile) {
            for (String text : ConstantPool.texts(contents)) {
                tally.count(text, name);
            }
        } else {
            Words.forEach(contents, word -> tally.count(word, name));
        }
    }
}
