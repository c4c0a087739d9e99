package dev.memalloc.compatibility;

import java.util.List;

/** All programs that are run, and the work that each is given. */
final class Programs {
    private static final int REQUESTS = 10_000;

    /** The names of some begin alike, so that they can be asked for together. */
    static final List<Program> ALL = List.of(
        NettyBuffer.all("4.1"),
        NettyBuffer.all("4.2"),
        new NettyHttp("netty-http-4.1", "4.1", List.of(), "server", REQUESTS),
        new NettyHttp("netty-http-4.2", "4.2", List.of(), "", REQUESTS),
        new NettyHttp("netty-http-4.2-direct", "4.2",
            List.of("--sun-misc-unsafe-memory-access=allow", "-Dio.netty.maxDirectMemory=0"), "server", REQUESTS),
        new LuceneDemo("lucene-demo", Texts.SOURCES),
        new LuceneDirectIo("lucene-direct-io", Texts.SOURCES),
        new Kafka("kafka", false),
        new Kafka("kafka-tls", true),
        new Spark("spark", 300_000));

    private Programs() {
    }

    /** Those whose names begin so; "all" for all of them. */
    static List<Program> named(String start) {
        List<Program> found = ALL.stream()
            .filter(program -> start.equals("all") || program.name().startsWith(start))
            .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no program \"" + start + "\", but "
                + String.join(", ", ALL.stream().map(Program::name).toList()));
        }
        return found;
    }
}
