package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Classes of the allocator that a loader has loaded anew go away with it. */
@Timeout(120)
class UnloadingTest {
    @Test
    void aLoaderOfTheAllocatorIsCollected() throws Exception {
        assertThat(ChildJvm.run(Unloading.class, List.of()).silent(0).out()).isEqualTo("unloaded\n");
    }

    /** Uses a heap of another loader's classes and drops that. */
    static final class Unloading {
        private static final long SECONDS_MAX = 10;

        private Unloading() {
        }

        public static void main(String[] arguments) throws Exception {
            WeakReference<ClassLoader> loader = new WeakReference<>(use());
            long end = System.nanoTime() + SECONDS_MAX * 1_000_000_000L;
            while (loader.get() != null && System.nanoTime() < end) {
                System.gc();
                Thread.sleep(50);
            }
            System.out.println(loader.get() == null ? "unloaded" : "still there");
        }

        private static ClassLoader use() throws Exception {
            URL classes = Heap.class.getProtectionDomain().getCodeSource().getLocation();
            URLClassLoader loader = new URLClassLoader(new URL[] {classes}, null);
            Class<?> type = loader.loadClass(Heap.class.getName());
            if (type == Heap.class) {
                throw new IllegalStateException("it is the same class");
            }
            try (AutoCloseable heap = (AutoCloseable) type.getConstructor().newInstance()) {
                for (long size : new long[] {100, 50_000, 1_000_000}) {
                    long address = (long) type.getMethod("memalloc", long.class).invoke(heap, size);
                    type.getMethod("memfree", long.class).invoke(heap, address);
                }
            }
            loader.close();
            return loader;
        }
    }
}
