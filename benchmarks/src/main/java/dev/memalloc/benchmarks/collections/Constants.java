package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Expected;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Entries that nobody made up: the texts in the constant pools of the classes of this JDK, each once, with the class
 * where it was first. All keys of a class share the string of its name, as they would in a program.
 *
 * <pre>
 *  narrow   ┌─ key 0 ─┬─┬─ key 2 ─────┬─┬ - -      one byte a char
 *  wide     ┌─ key 1 ─┬─┬ - -                      keys with a char above 255
 *                      └ what makes a key absent
 * </pre>
 *
 * <p>Keys are laid out in the order of the entries, so that to make them takes no more than with {@link MadeEntries}.
 */
final class Constants implements Entries {
    /** What is prepared once for all JVMs. */
    private static final String FILE = "constants";
    /** A division sign: no text is another text and this; if one is, a trial says so. */
    private static final char ABSENT = 0xF7;
    private static final long SEED = 25;

    private final String[] classes;
    private final byte[] narrow;
    private final char[] wide;
    /** Where each key begins, in its pool. */
    private final int[] starts;
    /** How long each key is; if it is wide, the length's complement. */
    private final int[] lengths;
    /** Where each was first: an index of {@code classes}. */
    private final int[] homes;
    private Constants shuffled;

    private Constants(String[] classes, int count, int narrowChars, int wideChars) {
        this.classes = classes;
        narrow = new byte[narrowChars];
        wide = new char[wideChars];
        starts = new int[count];
        lengths = new int[count];
        homes = new int[count];
    }

    /** Reads all classes of this JDK, and writes what {@link #read} reads. */
    static void prepare(Path directory) throws IOException {
        prepare(FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules"), directory);
    }

    /** Reads all classes below {@code root}. */
    static void prepare(Path root, Path directory) throws IOException {
        List<Path> files;
        try (var all = Files.walk(root)) {
            files = all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
        }
        List<String> names = new ArrayList<>();
        Map<String, Integer> homes = new LinkedHashMap<>();
        for (Path file : files) {
            for (PoolEntry entry : ClassFile.of().parse(Files.readAllBytes(file)).constantPool()) {
                if (entry instanceof Utf8Entry text) {
                    homes.putIfAbsent(text.stringValue(), names.size());
                }
            }
            names.add(file.toString().replaceFirst("^/modules/", "").replaceFirst("\\.class$", ""));
        }
        try (DataOutputStream out = new DataOutputStream(
                new BufferedOutputStream(Files.newOutputStream(directory.resolve(FILE))))) {
            out.writeInt(names.size());
            for (String name : names) {
                out.writeUTF(name);
            }
            out.writeInt(homes.size());
            for (Map.Entry<String, Integer> entry : homes.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeInt(entry.getValue());
            }
        }
    }

    /** The first {@code countMax} of what was prepared, or all if there are fewer. */
    static Constants read(Path directory, int countMax) throws IOException {
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(Files.newInputStream(directory.resolve(FILE))))) {
            String[] classes = new String[in.readInt()];
            for (int i = 0; i < classes.length; i++) {
                classes[i] = in.readUTF();
            }
            String[] keys = new String[Math.min(countMax, in.readInt())];
            int[] homes = new int[keys.length];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = in.readUTF();
                homes[i] = in.readInt();
            }
            return of(classes, keys, homes);
        }
    }

    /**
     * Entries of these keys.
     *
     * @param homes the indexes of the keys' values in {@code classes}
     */
    static Constants of(String[] classes, String[] keys, int[] homes) {
        int narrowChars = 0;
        int wideChars = 0;
        for (String key : keys) {
            if (isNarrow(key)) {
                narrowChars += key.length() + 1;
            } else {
                wideChars += key.length() + 1;
            }
        }
        Constants constants = new Constants(classes, keys.length, narrowChars, wideChars);
        int narrowEnd = 0;
        int wideEnd = 0;
        for (int i = 0; i < keys.length; i++) {
            int length = keys[i].length();
            constants.homes[i] = homes[i];
            if (isNarrow(keys[i])) {
                constants.starts[i] = narrowEnd;
                constants.lengths[i] = length;
                byte[] bytes = keys[i].getBytes(StandardCharsets.ISO_8859_1);
                System.arraycopy(bytes, 0, constants.narrow, narrowEnd, length);
                narrowEnd += length;
                constants.narrow[narrowEnd++] = (byte) ABSENT;
            } else {
                constants.starts[i] = wideEnd;
                constants.lengths[i] = ~length;
                keys[i].getChars(0, length, constants.wide, wideEnd);
                wideEnd += length;
                constants.wide[wideEnd++] = ABSENT;
            }
        }
        return constants;
    }

    private static boolean isNarrow(String string) {
        return string.chars().allMatch(c -> c <= 0xFF);
    }

    @Override
    public int count() {
        return starts.length;
    }

    @Override
    public Entries some(int fewer) {
        return of(fewer, i -> (int) ((long) i * count() / fewer));
    }

    /** The entries with these indexes. */
    private Constants of(int length, IntUnaryOperator index) {
        int[] indexes = IntStream.range(0, length).map(index).toArray();
        return of(classes, Arrays.stream(indexes).mapToObj(i -> key(i, 0)).toArray(String[]::new),
            Arrays.stream(indexes).map(i -> homes[i]).toArray());
    }

    @Override
    public Expected expected() {
        long keyBytes = 0;
        long valueBytes = 0;
        for (int i = 0; i < count(); i++) {
            keyBytes += key(i, 0).getBytes(StandardCharsets.UTF_8).length;
            valueBytes += classes[homes[i]].length();
        }
        return new Expected(count(), (double) keyBytes / count(), (double) valueBytes / count());
    }

    @Override
    public Cursor inOrder() {
        return new Place();
    }

    /** There is one order. */
    @Override
    public Cursor shuffled(int seed) {
        if (shuffled == null) {
            shuffled = of(count(), new Permutation(count(), SEED)::at);
        }
        return shuffled.inOrder();
    }

    /** The key, and so many chars behind it. */
    private String key(int index, int more) {
        int length = lengths[index];
        return length >= 0
            ? new String(narrow, starts[index], length + more, StandardCharsets.ISO_8859_1)
            : new String(wide, starts[index], ~length + more);
    }

    private final class Place implements Cursor {
        private int at = -1;

        @Override
        public void advance() {
            at++;
            if (at == starts.length) {
                at = 0;
            }
        }

        @Override
        public String key() {
            return Constants.this.key(at, 0);
        }

        @Override
        public String value() {
            return classes[homes[at]];
        }

        @Override
        public String absentKey() {
            return Constants.this.key(at, 1);
        }

        @Override
        public char lastOfValue() {
            String value = value();
            return value.charAt(value.length() - 1);
        }
    }
}
