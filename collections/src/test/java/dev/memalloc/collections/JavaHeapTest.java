package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the Java heap is full, a change is made or is not made; it is never made halfway. */
class JavaHeapTest {
    /** In a JVM of its own, whose Java heap can be filled. */
    @Test
    @Timeout(60)
    void whereverTheJavaHeapIsFullNothingIsLost() throws IOException, InterruptedException {
        String classPath = String.join(":", "target/test-classes", "target/classes",
            System.getProperty("jdk.module.path"), System.getProperty("java.class.path"));
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx24m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", classPath,
            FullHeap.class.getName()).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isZero();
    }

    /** Puts and removes while there is next to no Java heap; then compares the map with what must be in it. */
    static final class FullHeap {
        private static final int KEYS = 200;
        private static final int ROUNDS = 12;

        private FullHeap() {
        }

        public static void main(String[] arguments) {
            int failures = 0;
            round(0, 0); // so that all classes are there
            for (int round = 1; round <= ROUNDS; round++) {
                failures += round(round, 1 << 16);
            }
            if (failures < ROUNDS) {
                throw new AssertionError("the Java heap was full only " + failures + " times");
            }
        }

        private static int round(int seed, int eaten) {
            SplittableRandom random = new SplittableRandom(seed);
            String[] keys = IntStream.range(0, KEYS).mapToObj(i -> i + "k".repeat(i % 50 * 100)).toArray(String[]::new);
            keys[0] = "k".repeat(100_000); // longer than any buffer that is kept
            String[] values = IntStream.range(0, 50).mapToObj("v"::repeat).toArray(String[]::new);
            String[] model = new String[KEYS];
            int failures = 0;
            try (Heap heap = new Heap();
                    OffHeapStringMap map = new OffHeapStringMap(heap,
                    List.of(new StringTable.Sizes(128, 80, 1 << 20, 1 << 30)))) {
                for (int i = 0; i < seed * 10 + 1; i++) {
                    map.put(keys[i], values[1]);
                    model[i] = values[1];
                }
                map.get("");
                Object[] chain = eat(eaten);
                for (int i = 0; i < 150 && failures < 8; i++) {
                    int key = random.nextInt(KEYS);
                    String value = random.nextInt(3) == 0 ? null : values[random.nextInt(values.length)];
                    boolean changed = false;
                    try {
                        String previous = value == null ? map.remove(keys[key]) : map.put(keys[key], value);
                        changed = true;
                        if (!Objects.equals(previous, model[key])) {
                            throw new IllegalStateException(previous);
                        }
                    } catch (OutOfMemoryError e) {
                        failures++;
                        for (int spared = 1 << random.nextInt(12); spared > 0 && chain != null; spared--) {
                            chain = (Object[]) chain[0];
                        }
                    }
                    model[key] = changed ? value : model[key];
                }
                chain = null;
                requireSame(map, keys, model);
            }
            return failures;
        }

        /** What fills the Java heap: a chain of small objects. */
        private static Object[] eat(int sizeMax) {
            Object[] eaten = null;
            for (int size = sizeMax; size >= 1; size /= 4) {
                try {
                    while (true) {
                        eaten = new Object[] {eaten, new byte[size]};
                    }
                } catch (OutOfMemoryError e) {
                    continue; // with smaller ones
                }
            }
            return eaten;
        }

        private static void requireSame(OffHeapStringMap map, String[] keys, String[] model) {
            map.check();
            int size = 0;
            for (int i = 0; i < keys.length; i++) {
                if (!Objects.equals(map.get(keys[i]), model[i])) {
                    throw new AssertionError(i + ": " + map.get(keys[i]) + " instead of " + model[i]);
                }
                size += model[i] == null ? 0 : 1;
            }
            if (map.size() != size) {
                throw new AssertionError(map.size() + " instead of " + size);
            }
        }
    }
}
