package dev.memalloc.benchmarks.allocators;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * An allocator that can be named on the command line: memalloc itself, and what it is compared with.
 *
 * @param name what it is called there
 * @param about what it is, and where it comes from
 * @param jvmFlags what its JVM needs besides the flags that all have
 * @param freesOwnOnly whether a block can be freed only by the thread that allocated it
 * @param blocksMax the most blocks that it can reasonably have live at once
 * @param maker makes the one allocator of a JVM
 */
public record Opponent(
    String name,
    String about,
    List<String> jvmFlags,
    boolean freesOwnOnly,
    long blocksMax,
    Supplier<Allocator> maker) {

    /** Room for a million Java objects, and for as much direct memory as any workload uses. */
    private static final List<String> JAVA_BLOCKS = List.of("-Xms2g", "-Xmx2g", "-XX:MaxDirectMemorySize=4g");
    private static final long JAVA_BLOCKS_MAX = 2 << 20;
    /** To close a shared arena takes a handshake with all threads. */
    private static final long SHARED_ARENAS_MAX = 10_000;

    /** All that have a name of their own. */
    public static final List<Opponent> ALL = List.of(
        of("memalloc", "dev.memalloc.Memory, the process's heap", Memalloc::new),
        of("glibc", "malloc of the C library", () -> CAllocator.of(CLibrary.glibc())),
        debian("jemalloc", "libjemalloc2", "libjemalloc.so.2"),
        debian("mimalloc", "libmimalloc2.0", "libmimalloc.so.2"),
        debian("tcmalloc", "libtcmalloc-minimal4", "libtcmalloc_minimal.so.4"),
        lwjgl("jemalloc", LwjglJemalloc::new),
        lwjgl("rpmalloc", LwjglRpmalloc::new),
        new Opponent("arena", "the JDK's Arena.ofConfined, one for each block", JAVA_BLOCKS, true, JAVA_BLOCKS_MAX,
            () -> new ArenaAllocator(Arena::ofConfined)),
        new Opponent("arena-shared", "the JDK's Arena.ofShared, one for each block", JAVA_BLOCKS, false,
            SHARED_ARENAS_MAX, () -> new ArenaAllocator(Arena::ofShared)),
        new Opponent("direct", "ByteBuffer.allocateDirect, freed by the garbage collector", JAVA_BLOCKS, false,
            JAVA_BLOCKS_MAX, DirectAllocator::new),
        netty("pooled", () -> PooledByteBufAllocator.DEFAULT),
        netty("adaptive", AdaptiveByteBufAllocator::new));

    /** The allocator itself in other settings, for the cost of what finds misuse. */
    public static final List<Opponent> VARIANTS = List.of(
        variant("unchecked", "without the checks of the quick ways", "-Ddev.memalloc.unchecked=true"),
        variant("sampled", "with guards for one of 10,000 blocks", "-Dmemalloc.guardInterval=10000"),
        variant("guarded", "with guards for all blocks", "-Dmemalloc.guardInterval=1"));

    /**
     * The opponent of that name; or, if it is the path of a shared library, that library's allocator.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static Opponent named(String name) {
        if (name.contains("/")) {
            return library(name, "malloc of " + name, name);
        }
        return Stream.concat(ALL.stream(), VARIANTS.stream())
            .filter(opponent -> opponent.name.equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no allocator is called " + name + "; there are "
                + String.join(", ", Stream.concat(ALL.stream(), VARIANTS.stream()).map(Opponent::name).toList())
                + ", and any shared library, by its path"));
    }

    /**
     * The allocator itself: once per JVM, for one opponent only.
     *
     * @throws RuntimeException or {@link LinkageError}, if it is not installed; the message says what is missing
     */
    public Allocator open() {
        return maker.get();
    }

    private static Opponent variant(String name, String about, String flag) {
        return new Opponent("memalloc-" + name, "memalloc " + about, List.of(flag), false, Long.MAX_VALUE,
            Memalloc::new);
    }

    private static Opponent debian(String name, String debianPackage, String file) {
        return library(name, "malloc of " + file + ", from Debian's " + debianPackage, file);
    }

    private static Opponent lwjgl(String name, Supplier<Allocator> maker) {
        return new Opponent("lwjgl-" + name, name + " of LWJGL", List.of("--sun-misc-unsafe-memory-access=deny"), false,
            Long.MAX_VALUE, maker);
    }

    /** Without Netty's search for leaks, which takes time that other allocators do not take. */
    private static Opponent netty(String name, Supplier<ByteBufAllocator> buffers) {
        List<String> flags = new ArrayList<>(JAVA_BLOCKS);
        flags.add("-Dio.netty.leakDetection.level=disabled");
        return new Opponent("netty-" + name, "Netty's " + name + " allocator of direct buffers", List.copyOf(flags),
            false, JAVA_BLOCKS_MAX, () -> new NettyAllocator(buffers.get()));
    }

    private static Opponent library(String name, String about, String file) {
        return of(name, about, () -> CAllocator.of(CLibrary.load(file)));
    }

    private static Opponent of(String name, String about, Supplier<Allocator> maker) {
        return new Opponent(name, about, List.of(), false, Long.MAX_VALUE, maker);
    }
}
