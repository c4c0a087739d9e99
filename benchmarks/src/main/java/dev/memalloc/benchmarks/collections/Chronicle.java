package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Expected;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.openhft.chronicle.map.ChronicleMap;

/** Chronicle Map, in memory, which must be told beforehand how much it will hold. */
final class Chronicle extends NativeMap {
    /** What it needs on Java 25; and it is not to report over the network that it is used. */
    static final List<String> FLAGS = flags();

    Chronicle(Expected expected) {
        this(ChronicleMap.of(String.class, String.class)
            .name("benchmark")
            .entries(expected.elements())
            .averageKeySize(expected.keyBytes())
            .averageValueSize(expected.valueBytes())
            .create());
    }

    private Chronicle(ChronicleMap<String, String> map) {
        super(map, map::offHeapMemoryUsed, map::close);
    }

    @Override
    public boolean presized() {
        return true;
    }

    private static List<String> flags() {
        List<String> flags = new ArrayList<>(Contestant.OFF_HEAP);
        flags.add("-Dchronicle.analytics.disable=true");
        flags.add("-Dchronicle.announcer.disable=true");
        flags.add("--sun-misc-unsafe-memory-access=allow");
        Stream.of("java.base/jdk.internal.ref", "java.base/sun.nio.ch", "jdk.unsupported/sun.misc",
                "jdk.compiler/com.sun.tools.javac.file")
            .forEach(name -> flags.add("--add-exports=" + name + "=ALL-UNNAMED"));
        Stream.of("jdk.compiler/com.sun.tools.javac", "java.base/java.lang", "java.base/java.lang.reflect",
                "java.base/java.io", "java.base/java.util")
            .forEach(name -> flags.add("--add-opens=" + name + "=ALL-UNNAMED"));
        return List.copyOf(flags);
    }
}
