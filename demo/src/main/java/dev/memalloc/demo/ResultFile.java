package dev.memalloc.demo;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file with all that a tally holds, for another JVM to read.
 *
 * <pre>
 * int constants,     for each: text constant, int number, int count, text first seen
 * long occurrences,  for each: int number of the constant
 * int files,         for each: int occurrences in it
 *
 * a text:  int parts,  for each: UTF as of DataOutput, which keeps lone surrogates but takes short texts only
 * </pre>
 */
final class ResultFile {
    /** So short that it fits into what {@code writeUTF} takes, 65535 bytes, whatever is in it. */
    private static final int PART_LENGTH_MAX = 21_845;
    private static final int BUFFER_BYTES = 1 << 16;

    private ResultFile() {
    }

    static void write(Path file, Tally tally) throws IOException {
        try (DataOutputStream out = new DataOutputStream(
                new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES))) {
            out.writeInt(tally.constants());
            tally.forEach((constant, number, count, firstSeen) -> {
                writeText(out, constant);
                out.writeInt(number);
                out.writeInt(count);
                writeText(out, firstSeen);
            });
            out.writeLong(tally.occurrences());
            for (long i = 0; i < tally.occurrences(); i++) {
                out.writeInt(tally.occurrence(i));
            }
            out.writeInt(tally.files());
            for (int i = 0; i < tally.files(); i++) {
                out.writeInt(tally.occurrencesIn(i));
            }
        }
    }

    static DataInputStream open(Path file) throws IOException {
        return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
    }

    /** Reads the constants, which are at the start of the file. */
    static void readConstants(DataInputStream in, Tally.Visitor visitor) throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            visitor.visit(readText(in), in.readInt(), in.readInt(), readText(in));
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        int parts = Math.ceilDiv(text.length(), PART_LENGTH_MAX);
        out.writeInt(parts);
        for (int part = 0; part < parts; part++) {
            int start = part * PART_LENGTH_MAX;
            out.writeUTF(text.substring(start, Math.min(text.length(), start + PART_LENGTH_MAX)));
        }
    }

    private static String readText(DataInputStream in) throws IOException {
        int parts = in.readInt();
        StringBuilder text = new StringBuilder();
        for (int part = 0; part < parts; part++) {
            text.append(in.readUTF());
        }
        return text.toString();
    }
}
