package dev.memalloc.benchmarks.collections;

import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;

/**
 * A collection that can be named on the command line: one of ours, or what it is compared with.
 *
 * @param <T> what all that are compared with each other do
 * @param name what it is called there
 * @param about what it is
 * @param library a class of the library that it is from
 * @param jvmFlags what its JVM needs besides the flags that all have
 * @param sizeMax the most elements that it can reasonably have
 * @param maker makes one
 */
public record Contestant<T>(
    String name, String about, Class<?> library, List<String> jvmFlags, int sizeMax, Maker<T> maker) {

    /** As for {@code sizeMax}: any size will do. */
    static final int ANY_SIZE = Integer.MAX_VALUE;

    /** For what is on the Java heap, with the JVM's default collector. */
    static final List<String> ON_HEAP = List.of("-Xmx6g", "-XX:+UseG1GC");
    /** The same with the collector that is made for throughput. */
    static final List<String> ON_HEAP_PARALLEL = List.of("-Xmx6g", "-XX:+UseParallelGC");
    /** The same, and the heap in huge pages. */
    static final List<String> ON_HEAP_HUGE_PAGES =
        List.of("-Xmx6g", "-XX:+UseParallelGC", "-XX:+UseTransparentHugePages");
    /**
     * For what is off the Java heap, which is then resident from the start and never grows: what is resident later is
     * off-heap.
     */
    static final List<String> OFF_HEAP = List.of(
        "-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC", "-XX:MaxDirectMemorySize=12g");

    /** Makes an empty collection. */
    @FunctionalInterface
    interface Maker<T> {
        /** Makes one that will have as many elements, of such sizes, as is said; most need not know. */
        T make(Expected expected);
    }

    /**
     * What a collection will hold.
     *
     * @param elements how many elements
     * @param keyBytes how many bytes a key has on average, in UTF-8
     * @param valueBytes how many bytes a value has on average
     */
    record Expected(int elements, double keyBytes, double valueBytes) {
        /** For what is not strings. */
        static Expected of(int elements) {
            return new Expected(elements, Long.BYTES, Long.BYTES);
        }
    }

    /** The library's name and version: that of its jar, without the ending. */
    public String version() {
        CodeSource source = library.getProtectionDomain().getCodeSource();
        if (source == null) {
            return "JDK " + Runtime.version();
        }
        return Path.of(source.getLocation().getPath()).getFileName().toString().replaceFirst("\\.jar$", "");
    }
}
