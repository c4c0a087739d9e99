package dev.memalloc.benchmarks.workloads;

import java.util.List;

/** The workloads by their names. */
public final class Workloads {
    private static final int MIB = 1 << 20;
    private static final Sizes SMALL = Sizes.uniform(16, 1024);

    /** All of them, those of the headline table first. */
    public static final List<Workload> ALL = List.of(
        new Pair("pair64", "allocate 64 B, write its first and last byte, free", 64),
        new Replace("replace10k", "replace one random of 10,000 live blocks of 16-1,024 B",
            10_000, SMALL, false, Touch::pages, 1000),
        new Replace("replace1m", "replace one random of 1,000,000 live blocks of 16-1,024 B",
            1_000_000, SMALL, false, Touch::pages, 1000),
        new Replace("mixed", "replace one random of 5,000 live blocks of 16-200,000 B, log-uniform",
            5_000, Sizes.logUniform(16, 200_000), false, Touch::pages, 1000),
        new Larson(),
        new XMalloc("xmalloc", "64 B blocks: one thread allocates, another frees, in batches of 4,096",
            Sizes.constant(64)),
        new Replace("malloc-large", "replace one random of 20 zeroed blocks of 5-25 MiB",
            20, Sizes.uniform(5 * MIB, 25 * MIB), true, Touch::pages, 1),
        new Grow("grow", "grow a block from 1 MiB to 1 GiB by doubling", MIB, 1L << 30, size -> 2 * size),
        new Burst(),
        new Latency(),
        new XMalloc("xmalloc-mixed", "as xmalloc, with blocks of 8, 12, 16, 24, ... 1,536, 2,048 B",
            Sizes.oneOf(8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)),
        new CacheLines("cache-scratch", "write a byte 2,000,000 times, after freeing one of neighbouring bytes", true),
        new CacheLines("cache-thrash", "write a byte 2,000,000 times", false),
        new MStress(),
        new RpTest(),
        new AllocTest(),
        new GlibcSimple(),
        new Replace("glibc-thread", "replace one random of 1,024 blocks of 4-32,768 B, inverse-square, all written",
            1024, Sizes.inverseSquare(4, 32_768), false, Touch::all, 1000),
        new MLeak(),
        new ShBench("sh6", "halving sizes, doubling counts; a fifth outlives a pass, and the next", false),
        new ShBench("sh8", "as sh6; what outlives a pass is freed by any thread", true),
        new MessagePassing(),
        new StartUp(),
        new Grow("grow-half", "grow a block from 256 KiB by half of its size, 20 times",
            256 << 10, 870_000_000, size -> size + size / 2),
        new Grow("grow-8", "grow a block from 8 B to 64 KiB by 8 B at a time", 8, 64 << 10, size -> size + 8));

    /** The rows of the headline table; {@code @} gives the number of threads. */
    public static final List<String> HEADLINE = List.of("pair64", "replace10k", "replace1m", "mixed", "larson@2",
        "xmalloc", "malloc-large", "grow", "burst", "latency");

    private Workloads() {
    }

    /**
     * The workload of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Workload named(String name) {
        return ALL.stream()
            .filter(workload -> workload.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no workload is called " + name + "; there are "
                + String.join(", ", ALL.stream().map(Workload::name).toList())));
    }
}
