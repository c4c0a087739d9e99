package dev.memalloc.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of a class file. */
class ConstantPoolTest {
    private static final int EVERY = 10;

    @Test
    void sameAsTheJdkReadsOfItsOwnClasses() throws IOException {
        int compared = 0;
        for (Path path : classesOfJdk()) {
            byte[] file = Files.readAllBytes(path);
            assertThat(ConstantPool.texts(ByteBuffer.wrap(file))).as(path.toString()).isEqualTo(textsByJdk(file));
            compared++;
        }
        assertThat(compared).isGreaterThan(2000);
    }

    @Test
    void textsOfEveryLength() throws IOException {
        String longest = "x".repeat(65_535);
        assertThat(ConstantPool.texts(classFile("", longest, "a"))).containsExactly("", longest, "a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "é", "€", "\ud83d\ude00", "\ud83d", "\ude00", "a\ud83dé"})
    void textsInModifiedUtf8(String text) throws IOException {
        assertThat(ConstantPool.texts(classFile(text))).containsExactly(text);
    }

    @Test
    void everyPrefixIsDamaged() throws IOException {
        byte[] file = ownClassFile();
        for (int length = 0; length < file.length; length++) {
            byte[] prefix = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> ConstantPool.texts(ByteBuffer.wrap(prefix))).as("%d bytes", length)
                .isInstanceOf(IOException.class).hasMessage("ends too early, after " + length + " bytes");
        }
    }

    @Test
    void anyDamageIsReadOrReported() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] intact = ownClassFile();
        int reported = 0;
        for (int round = 0; round < 10_000; round++) {
            byte[] file = intact.clone();
            file[random.nextInt(file.length)] = (byte) random.nextInt();
            try {
                ConstantPool.texts(ByteBuffer.wrap(file));
            } catch (IOException e) {
                reported++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
        assertThat(reported).as("seed %d", seed).isPositive();
    }

    @Test
    void bytesBehindTheEnd() throws IOException {
        byte[] file = ownClassFile();
        assertDamaged(Arrays.copyOf(file, file.length + 2), "goes on for 2 bytes after its end");
    }

    @Test
    void noMagic() throws IOException {
        byte[] file = ownClassFile();
        file[0] = 0;
        assertDamaged(file, "does not start with 0xCAFEBABE");
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 2, 13, 14, 21, -1})
    void unknownTag(byte tag) throws IOException {
        byte[] file = ownClassFile();
        file[10] = tag;
        assertDamaged(file, "has a constant with tag " + tag + " at byte 10");
    }

    @Test
    void bytesThatAreNoModifiedUtf8() throws IOException {
        byte[] file = classFile("éé").array();
        file[13] = (byte) 0xFF;
        assertDamaged(file, "malformed");
    }

    @Test
    void attributeThatIsTooLong() throws IOException {
        byte[] file = classFile("a").array();
        file[file.length - 1] = 1;
        byte[] withAttribute = Arrays.copyOf(file, file.length + 6);
        Arrays.fill(withAttribute, file.length + 2, withAttribute.length, (byte) 0xFF);
        assertDamaged(withAttribute, "ends too early");
    }

    private static void assertDamaged(byte[] file, String message) {
        assertThatThrownBy(() -> ConstantPool.texts(ByteBuffer.wrap(file)))
            .isInstanceOf(IOException.class).hasMessageContaining(message);
    }

    private static List<Path> classesOfJdk() throws IOException {
        Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
        try (Stream<Path> paths = Files.walk(root)) {
            List<Path> classes = paths.filter(InputFiles::isClassFile).toList();
            List<Path> some = new ArrayList<>();
            for (int i = 0; i < classes.size(); i += EVERY) {
                some.add(classes.get(i));
            }
            return some;
        }
    }

    private static List<String> textsByJdk(byte[] file) {
        List<String> texts = new ArrayList<>();
        for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
            if (entry instanceof Utf8Entry text) {
                texts.add(text.stringValue());
            }
        }
        return texts;
    }

    private static byte[] ownClassFile() throws IOException {
        try (InputStream in = ConstantPoolTest.class.getResourceAsStream("ConstantPoolTest.class")) {
            return in.readAllBytes();
        }
    }

    /** A class file with these texts, and nothing else in it. */
    private static ByteBuffer classFile(String... texts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0xCAFEBABE);
        out.writeInt(69);
        out.writeShort(texts.length + 1);
        for (String text : texts) {
            out.writeByte(1);
            out.writeUTF(text);
        }
        out.write(new byte[7 * Short.BYTES]);
        return ByteBuffer.wrap(bytes.toByteArray());
    }
}
